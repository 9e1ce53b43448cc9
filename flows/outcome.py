"""How a flow ends: one line for whoever looks at the run, and counts for scripts (docs/decisions/0006)."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, cast

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from models.errors import LotsError
from models.i18n import localized
from tasks.runtime.pulse import pulse_of_run
from tasks.runtime.run_name import name_by_end

P = ParamSpec("P")
Counts = dict[str, Any]
"""What a flow came to, for scripts: counts and codes by name. Prefect hands it to whoever called the flow."""


def outcome(line: str, *, remarks: int = 0, **counts: object) -> Counts:
    """The flow's end, a state: `line` is the run's closing message, `counts` its result. Neither holds anything
    personal.

    With `remarks`, how many of a batch did not go as they should, the state says so by its name: done, with a remark.
    Red is for runs that somebody should start again.
    """
    name = localized("Klar med anmärkning", "Done with remarks") if remarks else None
    return _as_result(Completed(name=name, message=line, data=counts))


def _as_result(state: State[object]) -> Counts:
    """The state as whoever calls the flow sees it: Prefect gives them what it holds."""
    return cast(Counts, state)


def fail_with_sentence(story: Callable[P, Awaitable[Counts]]) -> Callable[P, Awaitable[Counts]]:
    """A flow that fails with the sentence alone: Prefect would begin it with how the sentence came to it, in English.

    Whoever called the flow gets the error itself. A run of a deployment has a pulse, by which its death is told.
    """

    @functools.wraps(story)
    async def told_in_words(*args: P.args, **kwargs: P.kwargs) -> Counts:
        pulse = pulse_of_run()
        ended: State[object] | None = None
        try:
            ended = cast(State[object], await story(*args, **kwargs))
        except LotsError as error:
            ended = Failed(message=str(error), data=error)
        finally:
            if pulse:
                await pulse.ended(ended)
        await name_by_end(ended)
        return _as_result(ended)

    return told_in_words
