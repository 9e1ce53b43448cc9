"""What every step has in common: it is skipped on a retry once done, and its errors never carry anybody's data."""

import functools
import traceback
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from typing import Any, ParamSpec, TypeVar, cast

from prefect import task
from prefect.runtime import flow_run

from models.errors import LotsError, StepFailed, UserError
from models.language import say
from models.numbers import use
from models.quiet_days import STOCKHOLM, to_utc
from tasks.numbers import office_numbers

P = ParamSpec("P")
T = TypeVar("T")
MORNING = time(10)


def step(swedish: str, english: str) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """A Prefect task named as staff would say it.

    Its result is kept under a key made of the run and the inputs, so a retry skips what was done. What is not one of
    our own errors is rephrased: an exception's text, with the values in it, would land in Prefect's log and states.
    The office's own numbers hold while it works.
    """

    def decorate(work: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @functools.wraps(work)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                with use(await office_numbers()):
                    return await work(*args, **kwargs)
            except LotsError:
                raise
            except Exception as error:
                raise StepFailed(_where(error)) from None

        # Prefect's run graph has no glyph for å, ä and ö and drops them; decomposed it keeps the base letter, and all
        # other pages show the letter whole.
        name = unicodedata.normalize("NFD", say(swedish, english))
        made: Any = task(name=name, persist_result=True)
        return cast("Callable[P, Awaitable[T]]", made(guarded))

    return decorate


def _where(error: Exception) -> str:
    here = traceback.extract_tb(error.__traceback__)[-1]
    kind = type(error).__name__
    file = here.filename.rsplit("/", 1)[-1]
    return say(
        f"Ett fel i programmet stoppade steget ({kind} i {file}, rad {here.lineno}). Inget halvt sparades; "
        "tala om det för den som sköter systemet och kör om (Retry) när det är rättat.",
        f"A fault in the program stopped this step ({kind} in {file}, line {here.lineno}). Nothing was half saved; "
        "tell whoever runs the system and retry when it is mended.",
    )


def run_id() -> str | None:
    """The id of the flow run that this step belongs to."""
    return flow_run.id  # type: ignore[no-any-return]


def moment(as_of: str) -> datetime:
    """`as_of` as a moment: empty is now, a date is 10:00 and a time without zone is local, in Stockholm.

    Raises UserError when it is neither.
    """
    if not as_of:
        return datetime.now(STOCKHOLM)
    try:
        given = datetime.fromisoformat(as_of)
        if "T" not in as_of and " " not in as_of.strip():
            given = datetime.combine(date.fromisoformat(as_of), MORNING)
    except ValueError:
        raise UserError(
            say(
                "as_of: skriv 2027-03-02 eller 2027-03-02T09:10.",
                "as_of: write 2027-03-02 or 2027-03-02T09:10.",
            )
        ) from None
    if not 1953 <= given.year <= 2099:  # the years whose holidays are known
        raise UserError(say("as_of: ange ett år från 1953 till 2099.", "as_of: give a year from 1953 to 2099."))
    return given if given.tzinfo else to_utc(given)
