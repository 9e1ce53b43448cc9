"""What can be known of a form at Submit is told at Submit: under its field, and before anything typed is stored.

Prefect's UI asks its server whether a form is right and then has the run made. Both are answered here once Prefect has
let the caller in: its own answer comes first, with its password, its CSRF token and its patience, and only one that
says yes is looked at. Our database is only read, for a moment; where it does not answer Prefect goes on by itself, and
the first step of the run tells what is wrong.
"""

import asyncio
import json
import logging
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from prefect.utilities.schema_tools.hydration import HydrationContext, Placeholder, hydrate
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deployments.server.wrapper.whole_body import read_whole, replay
from models.db.engine import patience, reading
from models.errors import SettingsError
from models.forms.kit.placed import Path, Placed
from models.forms.registry import FORMS
from models.office.policy import OfficePolicy, applied, from_variables
from models.stages.form_check import told_of

VALIDATE: Final = "/api/ui/schemas/validate"
CREATE: Final = re.compile(r"/api/deployments/([0-9a-fA-F-]{32,36})/create_flow_run")
A_BROWSER: Final = "Mozilla/"
PATIENCE: Final = 0.5  # seconds for a lock of our database
LONGEST: Final = 2.0  # seconds for the whole of it: whoever pressed Submit waits
AT_ONCE: Final = 4
OK: Final = 200
FORM_OF: Final = {f"#/definitions/{kind.__name__}~0": flow for flow, kind in FORMS.items()}
SCRIPTS_ONLY: Final = ("as_of", "request")
logger = logging.getLogger(__name__)

Told = Callable[[str, object, OfficePolicy], list[Placed]]


def told_by_our_database(flow: str, form: object, policy: OfficePolicy) -> list[Placed]:
    """What is wrong with the form of `flow`, by where it stands."""
    with applied(policy), patience(PATIENCE), reading() as session:
        return told_of(session, flow, form, datetime.now(UTC))


class FormCheck:
    """Asks `app`, and then ourselves; `told` says what is wrong with a form."""

    def __init__(self, app: ASGIApp, told: Told = told_by_our_database) -> None:
        self.app, self.told = app, told
        self.threads = ThreadPoolExecutor(AT_ONCE, "form-check")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" and scope["method"] == "POST" else ""
        made = CREATE.fullmatch(path)
        if path != VALIDATE and not (made and A_BROWSER in Headers(scope=scope).get("user-agent", "")):
            return await self.app(scope, receive, send)
        messages, is_whole = await read_whole(receive)
        again = replay(messages, receive)
        body = _json(b"".join(message.get("body", b"") for message in messages)) if is_whole else None
        if not isinstance(body, dict):
            return await self.app(scope, again, send)
        if made:
            if (told := await self._refusal(scope, body, made[1])) is None:
                return await self.app(scope, again, send)
            return await JSONResponse({"detail": told}, 409)(scope, receive, send)
        reply = await self._validation(scope, body, again)
        await reply(scope, receive, send)

    async def _validation(self, scope: Scope, body: dict[str, Any], again: Receive) -> Response:
        """Prefect's answer to whether the form is right, or ours where we know what is wrong."""
        answer = await _ask(self.app, scope, receive=again)
        flow = _flow_of(body.get("schema")) if answer.status_code == OK else None
        told = await self._told(scope, flow, body.get("values")) if flow else []
        errors = [{"property": "form", "errors": _errors(told)}]
        return JSONResponse({"valid": False, "errors": errors}) if told else answer

    async def _refusal(self, scope: Scope, body: dict[str, Any], deployment: str) -> str | None:
        """Why the run is not made, if we know what is wrong with its form."""
        told = await _ask(self.app, scope, "GET", f"/api/deployments/{deployment}")
        found = _json(told.body) if told.status_code == OK else None
        schema = found.get("parameter_openapi_schema") if isinstance(found, dict) else None
        given = body.get("parameters") or {}
        if not isinstance(found, dict) or not isinstance(given, dict) or not (flow := _flow_of(schema)):
            return None
        values = {**(found.get("parameters") or {}), **given}
        wrong = await self._told(scope, flow, values)
        return " ".join(dict.fromkeys(sentence for _, sentence in wrong)) or None

    async def _told(self, scope: Scope, flow: str, values: object) -> list[Placed]:
        """What is wrong with the form in these values. Nothing where we cannot tell; nobody's data is logged.

        Prefect lets the caller in, or not, when it is asked for the office's own numbers with the caller's headers.
        """
        try:
            given = hydrate(values, HydrationContext()) if isinstance(values, dict) else {}
            if _has_placeholder(given) or any(given.get(name) for name in SCRIPTS_ONLY):
                return []
            variables = await _ask(self.app, scope, "POST", "/api/variables/filter", {})
            if variables.status_code != OK:
                return []
            policy = from_variables({one["name"]: one["value"] for one in _json(variables.body) or []})
            work = partial(self.told, flow, given.get("form", {}), policy)
            return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(self.threads, work), LONGEST)
        except SettingsError:
            return []
        except Exception as error:
            logger.warning("A form was not looked at before its run: %s", type(error).__name__)
            return []


def _flow_of(schema: object) -> str | None:
    """Whose form a schema is, if it is one of ours whole; a single field is asked about under another name."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    form = properties.get("form") if isinstance(properties, dict) else None
    return FORM_OF.get(str(form.get("$ref"))) if isinstance(form, dict) else None


def _has_placeholder(given: object) -> bool:
    """Whether something in it is only known to Prefect: one of its variables, or a text that it fills in."""
    match given:
        case Placeholder():
            return True
        case dict():
            return any(map(_has_placeholder, given.values()))
        case list():
            return any(map(_has_placeholder, given))
    return False


def _errors(told: Sequence[Placed]) -> list[Any]:
    """The sentences as Prefect's UI reads them: each field with its own, a list's lines by their place."""
    nodes: list[Any] = []
    below: dict[str | int, list[tuple[Path, str]]] = {}
    for (first, *rest), sentence in told:
        below.setdefault(first, []).append((tuple(rest), sentence))
    for first, inner in below.items():
        texts = [sentence for path, sentence in inner if not path]
        deeper = _errors([one for one in inner if one[0]])
        nodes.append({"index" if isinstance(first, int) else "property": first, "errors": [*texts, *deeper]})
    return nodes


async def _ask(
    app: ASGIApp,
    scope: Scope,
    method: str = "",
    path: str = "",
    body: object = None,
    receive: Receive | None = None,
) -> Response:
    """Prefect's answer to a question with the caller's own headers: the caller's own question, or another."""
    unwanted = [b"accept-encoding"] + ([b"content-length", b"transfer-encoding"] if receive is None else [])
    headers = [one for one in scope["headers"] if one[0] not in unwanted]
    sent = b"" if body is None else json.dumps(body).encode()
    asked: dict[str, Any] = {**scope, "headers": headers}
    if receive is None:
        asked |= {"method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
        asked["headers"] = [*headers, (b"content-length", str(len(sent)).encode())]
        receive = replay([{"type": "http.request", "body": sent, "more_body": False}], _gone)
    got: list[Message] = []

    async def keep(message: Message) -> None:
        got.append(message)

    await app(asked, receive, keep)
    start = next(one for one in got if one["type"] == "http.response.start")
    whole = b"".join(one.get("body", b"") for one in got if one["type"] == "http.response.body")
    told = {name.decode("latin-1"): value.decode("latin-1") for name, value in start.get("headers", [])}
    return Response(whole, start["status"], told)


async def _gone() -> Message:
    return {"type": "http.disconnect"}


def _json(text: bytes | memoryview) -> Any:
    try:
        return json.loads(bytes(text))
    except ValueError:
        return None
