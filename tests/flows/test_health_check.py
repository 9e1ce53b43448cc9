"""The monthly look at all networks as a real flow run: what it tells, shows and leaves behind."""

import json

from prefect.client.orchestration import get_client

from flows.health_check import health_check
from models.database import transaction
from models.invariants import broken
from models.settings import Settings
from tests.acts import ALONE, meet, network_in


async def test_a_health_check_counts_shows_nobody_and_does_nothing_twice(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        for day in ("2027-01-13", "2027-02-10", "2027-03-03", "2027-03-24"):
            meet(session, network, day, carriers=ALONE)
    expected = {"networks": 1, "green": 0, "yellow": 1, "red": 0, "not_assessed": 0, "warnings": 0, "proposals": 0}
    assert await health_check(as_of="2027-04-01") == expected | {"talks": 1}
    assert await health_check(as_of="2027-04-01") == expected | {"talks": 0}
    async with get_client() as client:
        shown = {one.key: one.data for one in await client.read_artifacts()}
    [row] = json.loads(str(shown["health-check"]))
    assert (row["Nätverk"], row["Hälsa"], row["Spärrar"]) == ("Luleå · ort · #1", "yellow", "G2")
    assert '"yellow" : 1' in str(shown["health-check-plot"])
    with transaction() as session:
        assert broken(session) == []
