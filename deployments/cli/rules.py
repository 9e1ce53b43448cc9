"""What time brings, tried by hand: a flow as of a day, the score, the calendar of mail."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from deployments.cli.output import Json, day_of, prepare_prefect, show
from models.errors import UserError
from models.settings import settings


def run(
    flow: str,
    /,
    *,
    as_of: str = "",
    param: Annotated[list[str] | None, Parameter(negative=())] = None,
    json: Json = False,
) -> None:
    """Run a flow in this process on the configured database and Prefect API, as of a day or moment."""
    prepare_prefect(quiet=True)
    from deployments.cli.run_flow import flow_named, parameters_for
    from models.db.engine import reading
    from models.operation.upgrade import check_version
    from tasks.runtime.step import moment

    moment(as_of)
    started = flow_named(flow)
    with reading() as session:
        check_version(session)
    given = dict(_pair(one) for one in param or [])
    parameters = parameters_for(started, given)
    show(asyncio.run(_run(started, **parameters, as_of=as_of)), json)


async def _run(flow: Any, **parameters: object) -> dict[str, object]:
    import httpx

    from models.errors import ServiceUnavailable

    try:
        return await flow(**parameters)  # type: ignore[no-any-return]
    except (httpx.HTTPError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "ephemeral" in str(error):
            raise ServiceUnavailable(
                "Prefect did not start in time on this machine: run it again when it is less busy, start `lots up`, "
                "or raise PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS."
            ) from None
        if isinstance(error, RuntimeError) and "reach API" not in str(error):
            raise
        raise ServiceUnavailable("PREFECT_API_URL: Prefect does not answer; start `lots up`, or unset it.") from None


def _pair(text: str) -> tuple[str, str]:
    name, is_there, value = text.partition("=")
    if not is_there:
        raise UserError(f"--param {text}: write it as name=value")
    return name, value


def score(file: Path, /, *, as_of: str, json: Json = False) -> None:
    """Score networks from a JSON file with the engagement model alone, no database."""
    import orjson

    from deployments.cli.score_file import score_stream

    day = day_of("--as-of", as_of)
    try:
        with file.open("rb") as stream:
            networks = score_stream(stream, day)
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from None
    except UserError as error:
        raise UserError(f"{file}: {error}") from None
    if json:
        sys.stdout.buffer.write(orjson.dumps({"networks": networks}) + b"\n")
        return
    for one in networks:
        shown = "–" if one["score"] is None else one["score"]
        print(f"{one['id']:>14}  {shown:>5}  {one['level']}  {' '.join(one['gates'])}")


def calendar(day: str, /, *, json: Json = False) -> None:
    """The next day on which mail to founders may go, and why not before."""
    from models.dates.send_window import MailClass, next_allowed_day, send_block_reason

    asked = day_of("DATE", day)
    allowed = next_allowed_day(asked, MailClass.founder)
    document = {"date": asked, "next": allowed, "why": send_block_reason(asked, MailClass.founder, settings().language)}
    show(document, json)
