"""The office's numbers as it keeps them in Prefect: a Variable each, read once a flow run."""

from functools import lru_cache

from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from models.office.policy import DEFAULTS, OfficePolicy, from_variables


async def policy_of_run() -> OfficePolicy:
    """The numbers that hold for this flow run.

    Raises SettingsError, in one sentence, when one of them cannot be used: nothing has been done then.
    """
    run = flow_run.id
    if not run:
        return DEFAULTS
    known = _of_run(run)
    if not known:
        async with get_client() as client:
            known.append(from_variables({one.name: one.value for one in await client.read_variables()}))
    return known[0]


@lru_cache(maxsize=8)
def _of_run(run: str) -> list[OfficePolicy]:
    """Where what was read for a run is kept; all steps of a run go by the same numbers."""
    return []
