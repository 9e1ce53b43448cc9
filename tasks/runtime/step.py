"""What every step has in common: it is skipped on a retry once done, and its errors never carry anybody's data."""

import asyncio
import functools
import logging
import random
import traceback
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import Any, ParamSpec, TypeVar, cast

from prefect import task
from prefect.logging import get_logger
from prefect.runtime import flow_run
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models.dates.local_time import STOCKHOLM, to_utc
from models.db.engine import reading
from models.db.trial import is_trial
from models.errors import DatabaseBusy, LotsError, StepFailed, UserError
from models.i18n import localized
from models.office.policy import applied
from models.settings import settings
from tasks.runtime.policy_variables import policy_of_run

P = ParamSpec("P")
T = TypeVar("T")
MORNING = time(10)
TRIES = 3
TRANSIENT = (DatabaseBusy, StaleDataError, IntegrityError)
DAY = timedelta(days=1)
REPEATED = "Finished in state Failed('Task run encountered an exception"


class SentenceAlone(logging.Filter):
    """Of a step that was refused, its run's log has the sentence once: no traceback, and not how Prefect repeats it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be shown; one that is ours is put in our words."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, LotsError):
            record.msg, record.args, record.exc_info = str(error), (), None
        return not record.getMessage().startswith(REPEATED)


get_logger("prefect.task_runs").addFilter(SentenceAlone())


def step(
    swedish: str, english: str, *, tries: int = TRIES
) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """A Prefect task named as staff would say it.

    Its result is kept under a key made of the run and the inputs, so a retry skips what was done. What is not one of
    our own errors is rephrased: an exception's text, with the values in it, would land in Prefect's log and states.
    The office's own numbers hold while it works.

    What passes by itself (the database is busy, two sweeps wrote the same row) is tried again, `tries` times in all: a
    step is one transaction, and what a Retry of the run does again may be done again here. One that sends mail is not.
    """

    def decorate(work: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @functools.wraps(work)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                with applied(await policy_of_run()):
                    return await again(work, tries, *args, **kwargs)
            except LotsError:
                raise
            except Exception as error:
                raise StepFailed(_where(error)) from None

        # Prefect's run graph has no glyph for å, ä and ö and drops them; decomposed it keeps the base letter, and all
        # other pages show the letter whole.
        name = unicodedata.normalize("NFD", localized(swedish, english))
        made: Any = task(name=name, persist_result=True)
        return cast("Callable[P, Awaitable[T]]", made(guarded))

    return decorate


async def again(work: Callable[P, Awaitable[T]], tries: int, *args: P.args, **kwargs: P.kwargs) -> T:
    """Do it, and do it again when what stopped it passes by itself; at most so many times in all."""
    for tried in range(1, tries):
        try:
            return await work(*args, **kwargs)
        except TRANSIENT:
            await asyncio.sleep(random.uniform(0.5, 1.5) * tried)  # not in step with whoever was in the way
    return await work(*args, **kwargs)


def _where(error: Exception) -> str:
    here = traceback.extract_tb(error.__traceback__)[-1]
    kind = type(error).__name__
    file = here.filename.rsplit("/", 1)[-1]
    return localized(
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

    Raises UserError when it is neither, and when an office in operation would act more than a day from now.
    """
    now = datetime.now(STOCKHOLM)
    if not as_of:
        return now
    try:
        given = datetime.fromisoformat(as_of)
        if "T" not in as_of and " " not in as_of.strip():
            given = datetime.combine(date.fromisoformat(as_of), MORNING)
    except ValueError:
        raise UserError(
            localized(
                "as_of: skriv 2027-03-02 eller 2027-03-02T09:10.",
                "as_of: write 2027-03-02 or 2027-03-02T09:10.",
            )
        ) from None
    if not 1953 <= given.year <= 2099:  # the years whose holidays are known
        raise UserError(localized("as_of: ange ett år från 1953 till 2099.", "as_of: give a year from 1953 to 2099."))
    at = given if given.tzinfo else to_utc(given)
    if _is_far(as_of, at, now) and not _may_be_tried():
        raise UserError(
            localized(
                "as_of: mer än ett dygn från nu är bara för prov (lots demo, lots simulate eller LOTS_TRIAL=1); "
                "lämna as_of tomt.",
                "as_of: more than a day from now is for trials only (lots demo, lots simulate or LOTS_TRIAL=1); "
                "leave as_of empty.",
            )
        )
    return at


def _is_far(as_of: str, at: datetime, now: datetime) -> bool:
    """A date counts by days, as its hour is ours; a moment by the hour."""
    if len(as_of.strip()) == len("2027-03-02"):
        return abs(at.astimezone(STOCKHOLM).date() - now.date()) > DAY
    return abs(at - now) > DAY


def _may_be_tried() -> bool:
    if settings().trial:
        return True
    with reading() as session:
        return is_trial(session)
