"""A slip in what was told of a meeting is put right on its page, with what followed from it (domain.md section 13)."""

import pytest
from sqlmodel import col, select

from models.db.engine import reading, transaction
from models.tables.change_entry import ChangeEntry
from models.tables.meeting import Meeting, Partner
from models.tables.network import Network
from tests.acts import meet, network_in
from tests.deployments.web.staff.conftest import Desk


@pytest.fixture
def network_path(desk: Desk) -> str:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-20", speaker_company="Stål A")
        number = network.number
    desk.on("2027-02-02")
    desk.sign_in("asj")
    return f"/staff/network/{number}"


def network() -> Network:
    with reading() as session:
        return session.exec(select(Network)).one()


def meetings() -> list[Meeting]:
    with reading() as session:
        return list(session.exec(select(Meeting).order_by(col(Meeting.starts_at))))


def test_a_kickoff_on_the_wrong_day_is_moved_and_the_support_with_it(desk: Desk, network_path: str) -> None:
    path = f"/staff/meeting/{meetings()[0].id}"
    assert path in desk.get(network_path)
    page = desk.post(path, "", {"slip": "wrong_day", "on": "2026-11-26", "reason": "Det var en torsdag."})
    assert "Rättat." in page and "2026-11-26" in page
    assert str(network().kickoff_on) == "2026-11-26" and str(network().support_ends_on) == "2027-08-26"
    with reading() as session:
        [entry] = session.exec(select(ChangeEntry).where(col(ChangeEntry.what) == "meeting_day")).all()
    assert (entry.what, entry.before, entry.after) == ("meeting_day", "2026-11-25", "2026-11-26")
    assert entry.reason == "Det var en torsdag."


def test_the_same_meeting_told_twice_becomes_one(desk: Desk, network_path: str) -> None:
    first, second = meetings()
    form = {"slip": "double", "same_as": str(first.id), "reason": "Samma kväll."}
    assert "Rättat." in desk.post(f"/staff/meeting/{second.id}", "", form)
    assert [one.status for one in meetings()] == ["held", "cancelled"]


def test_a_meeting_that_never_was_no_longer_counts(desk: Desk, network_path: str) -> None:
    form = {"slip": "never_held", "reason": "Den ställdes in."}
    assert "Rättat." in desk.post(f"/staff/meeting/{meetings()[1].id}", "", form)
    assert meetings()[1].status == "cancelled"


def test_what_is_missing_or_cannot_be_gets_its_sentence_and_loses_nothing(desk: Desk, network_path: str) -> None:
    path = f"/staff/meeting/{meetings()[0].id}"
    page = desk.post(path, "", {"reason": ""}, 422)
    assert "Vad blev fel: välj." in page and "Varför: skriv en rad." in page
    page = desk.post(path, "", {"slip": "wrong_day", "on": "2027-01-20", "reason": "Fel dag."}, 422)
    assert "det finns redan en träff 2027-01-20" in page and "Fel dag." in page
    page = desk.post(path, "", {"slip": "double", "same_as": "nothing of ours", "reason": "x"}, 422)
    assert "välj den som ska stå kvar" in page
    assert [str(one.starts_at.date()) for one in meetings()] == ["2026-11-25", "2027-01-20"]


def test_why_it_was_wrong_names_nobody(desk: Desk, network_path: str) -> None:
    path = f"/staff/meeting/{meetings()[1].id}"
    page = desk.post(path, "", {"slip": "never_held", "reason": "Märit sa fel dag."}, 422)
    assert "Varför: skriv m2 i stället för namnet." in page and meetings()[1].status == "held"


def test_a_company_is_spelt_rightly(desk: Desk, network_path: str) -> None:
    with reading() as session:
        [partner] = session.exec(select(Partner)).all()
    path = f"/staff/partner/{partner.id}"
    assert path in desk.get(network_path)
    assert "Stål AB" in desk.post(path, "", {"company": "Stål AB", "reason": "Det heter så."})


def test_a_reader_and_another_region_put_nothing_right(desk: Desk, network_path: str) -> None:
    path = f"/staff/meeting/{meetings()[0].id}"
    for signature in ("las", "gol"):
        desk.client.cookies.clear()
        desk.sign_in(signature)
        desk.get(path, 403)
        assert path not in desk.get(network_path)
        form = {"csrf": desk.csrf(network_path), "slip": "never_held", "reason": "x"}
        assert desk.client.post(path, data=form).status_code == 403
    assert {one.status for one in meetings()} == {"held"}
