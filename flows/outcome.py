"""How a flow ends: one line for whoever looks at the run, and counts for scripts (docs/decisions/0006)."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from models.errors import LotsError
from models.i18n import localized
from tasks.runtime.pulse import pulse_of

P = ParamSpec("P")


def outcome(line: str, *, remarks: int = 0, **counts: Any) -> State[dict[str, Any]]:
    """The flow's end: `line` is the run's closing message, `counts` its result. Neither holds anything personal.

    With `remarks`, how many of a batch did not go as they should, the state says so by its name: done, with a remark.
    Red is for runs that somebody should start again.
    """
    if remarks:
        return Completed(name=localized("Klar med anmärkning", "Done with remarks"), message=line, data=counts)
    return Completed(message=line, data=counts)


def fail_with_sentence(story: Callable[P, Awaitable[Any]]) -> Callable[P, Awaitable[Any]]:
    """A flow that fails with the sentence alone: Prefect would begin it with how the sentence came to it, in English.

    Whoever called the flow gets the error itself. A run of a deployment has a pulse, by which its death is told.
    """

    @functools.wraps(story)
    async def told_in_words(*args: P.args, **kwargs: P.kwargs) -> Any:
        pulse, ended = pulse_of(kwargs), None
        try:
            ended = await story(*args, **kwargs)
        except LotsError as error:
            ended = Failed(message=str(error), data=error)
        finally:
            if pulse:
                await pulse.ended(ended)
        return ended

    return told_in_words
