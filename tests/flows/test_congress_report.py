"""congress-report as a real flow run: frozen, written, shown in its place, told of, and nobody named in any of it."""

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact
from sqlmodel import select

from flows.congress_report import congress_report
from models.db.engine import transaction
from models.errors import UserError
from models.forms.congress_report import CongressReportForm
from models.settings import Settings
from models.tables.congress_report import CongressReport
from tests.acts import AKE, mails, meet, network_in


@pytest.fixture
def living(office: Settings) -> Settings:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20")
    return office


async def page(key: str = "congress-report") -> Artifact:
    async with get_client() as client:
        wanted = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
        [found] = await client.read_artifacts(artifact_filter=wanted)
        return found


async def test_the_years_report_is_frozen_written_shown_and_told_of_once(living: Settings) -> None:
    first = await congress_report(as_of="2028-01-02")
    assert (first["cutoff"], first["changes"]) == ("2028-01-01", 0)
    folder = living.home / "reports" / "2028-01-01"
    assert len([one for one in folder.rglob("*") if one.is_file()]) == first["files"]
    shown = await page()
    assert shown.flow_run_id is None, "it stays when its run is vacuumed"
    ahead = str((await page("outlook")).data)
    assert "Utsikt: de fyra" in ahead and "Stödet fasas ut" not in ahead
    assert not any(one in str(shown.data) for one in (AKE, "Åke", "Öhman", "Luleå"))
    asked = CongressReportForm(action="day", cutoff="2028-01-01", signature="asj")
    again = await congress_report(asked, as_of="2028-02-02")
    assert {**again, "told": 0} == {**first, "told": 0}
    assert (await page()).id == shown.id
    with transaction() as session:
        assert len(session.exec(select(CongressReport)).all()) == 1
        assert len(mails(session, "report-ready")) == first["told"] + again["told"] and again["told"] == 1


async def test_a_day_that_has_not_come_is_refused_in_one_sentence(living: Settings) -> None:
    form = CongressReportForm(action="day", cutoff="2028-01-01", signature="asj")
    with pytest.raises(UserError, match=r"^Läget när dagen började: ange en dag senast 2027-06-01\.$"):
        await congress_report(form, as_of="2027-06-01")
