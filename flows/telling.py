"""How a flow ends: one line for whoever looks at the run, and counts for scripts (docs/decisions/0011)."""

from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed

from models.language import say


def told(line: str, *, remarks: int = 0, **counts: Any) -> State[dict[str, Any]]:
    """The flow's end: `line` is the run's closing message, `counts` its result. Neither holds anything personal.

    With `remarks`, how many of a batch did not go as they should, the state says so by its name: done, with a remark.
    Red is for runs that somebody should start again.
    """
    if remarks:
        return Completed(name=say("Klar med anmärkning", "Done with remarks"), message=line, data=counts)
    return Completed(message=line, data=counts)
