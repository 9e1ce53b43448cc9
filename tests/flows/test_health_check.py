"""The monthly look at all networks as a real flow run: what it tells, shows and leaves behind."""

import json
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact
from prefect.client.schemas.sorting import ArtifactSort

from flows.health_check import health_check
from models.db.engine import transaction
from models.errors import UserError
from models.forms.health_check import HealthCheckForm
from models.settings import Settings
from models.views.invariants import broken
from tests.acts import AKE, ALONE, meet, network_in

EXPECTED: dict[str, Any] = {
    "networks": 1, "green": 0, "yellow": 1, "red": 0, "not_assessed": 0, "warnings": 0, "proposals": 0,
}  # fmt: skip


@pytest.fixture
def leaning(office: Settings) -> None:
    """A network that one member carries alone."""
    with transaction() as session:
        network = network_in(session)
        for day in ("2027-01-13", "2027-02-10", "2027-03-03", "2027-03-24"):
            meet(session, network, day, carriers=ALONE)


async def artifacts(*keys: str) -> list[Artifact]:
    async with get_client() as client:
        wanted = ArtifactFilter(key=ArtifactFilterKey(any_=list(keys)))
        return await client.read_artifacts(artifact_filter=wanted, sort=ArtifactSort.CREATED_DESC)


async def test_a_health_check_counts_shows_nobody_and_does_nothing_twice(leaning: None) -> None:
    assert await health_check(as_of="2027-04-01") == EXPECTED | {"talks": 1}
    assert await health_check(as_of="2027-04-01") == EXPECTED | {"talks": 0}
    newest, *_ = await artifacts("health-check-table")
    [row] = json.loads(str(newest.data))
    assert (row["Nätverk"], row["Hälsa"], row["Spärrar"]) == ("Luleå · ort · #1", "gul", "G2")
    with transaction() as session:
        assert broken(session) == []


async def test_the_overview_and_each_networks_page_stand_at_one_address_however_often_they_are_drawn(
    leaning: None,
) -> None:
    await health_check(as_of="2027-04-01")
    before = {one.key: one.id for one in await artifacts("health-check", "network-1")}
    await health_check(as_of="2027-05-03")
    after = await artifacts("health-check", "network-1")
    assert {one.key: one.id for one in after} == before and len(after) == 2
    # They belong to no run, so they stay when their run is vacuumed after thirty days.
    assert [one.flow_run_id for one in after] == [None, None]
    pages = {one.key: str(one.data) for one in after}
    assert pages["health-check"].startswith("# Nätverkens hälsa 2027-05-03")
    assert f"(/artifacts/artifact/{before['network-1']})" in pages["health-check"]
    assert f"(/artifacts/artifact/{before['health-check']})" in pages["network-1"]
    assert all("(http://localhost:8080/staff/network/1)" in page for page in pages.values())
    assert "En enda person bär nästan allt." in pages["network-1"]
    assert "data:image/svg+xml;base64," in pages["network-1"]
    assert not any(told in page for page in pages.values() for told in (AKE, "Åke", "Öhman", "@"))


async def test_one_networks_page_is_drawn_by_its_number_and_nothing_else_happens(leaning: None) -> None:
    told = await health_check(HealthCheckForm(network_number=1), as_of="2027-04-01")
    assert told == {"pages": 1}
    [page] = await artifacts("network-1")
    assert str(page.data).startswith("# Luleå · ort · #1\n\n2027-04-01 ")
    assert await health_check(as_of="2027-04-01") == EXPECTED | {"talks": 1}


async def test_a_number_that_no_network_has_is_refused_in_one_sentence(leaning: None) -> None:
    with pytest.raises(UserError, match=r"^Nätverk #: det finns inget nätverk #77\. Välj ett nummer ur listan\.$"):
        await health_check(HealthCheckForm(network_number=77), as_of="2027-04-01")
