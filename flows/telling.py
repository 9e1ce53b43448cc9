"""How a flow ends: one line for whoever looks at the run, and counts for scripts."""

from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Completed


def told(line: str, **counts: Any) -> State[dict[str, Any]]:
    """The flow's end: `line` is the run's closing message, `counts` its result. Neither holds anything personal."""
    return Completed(message=line, data=counts)
