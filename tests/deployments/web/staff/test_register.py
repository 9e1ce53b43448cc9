"""The register: every network and request found again, and persons by those who may see them (domain.md section 13)."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from sqlmodel import col, select

from models.db.engine import reading, transaction
from models.office import absence
from models.office.staff import by_signature
from models.people.person import by_member_number
from models.stages.health_check import take_snapshots
from models.tables.network import Network
from models.tables.person import Person
from models.tables.staff_session import Look
from tests.acts import AKE, GOREL, MARIT, ask, at, change, network_in, network_of
from tests.deployments.web.staff.conftest import Desk

pytestmark = pytest.mark.each_database
LULEA, UMEA = "/staff/network/1", "/staff/network/2"
NAMES = ("Åke Öhman", "Märit Sjöö", "René Björklöf", "Görel")


@pytest.fixture(autouse=True)
def two_networks(desk: Desk) -> None:
    """One in Luleå, which is asj's region, and one in Umeå, which is nobody's of those who sign in here."""
    with transaction() as session:
        network_in(session)
        umea = network_of(session, GOREL)
        change(session, umea, "name", "2026-12-01", member="m1", network_name="Ångström")
    desk.on("2026-12-02")
    desk.client.app.state.opened.fresh_for = 0  # type: ignore[attr-defined]


def persons(page: str) -> str:
    """The part of the page that lists persons."""
    return page.split('id="persons"')[1].split("</section>")[0] if 'id="persons"' in page else ""


@pytest.mark.parametrize("q", ["luleå", "LULEÅ", "lule", "#1", "1", "#1 m2", "nätverket luleå"])
def test_a_network_is_found_by_place_name_number_and_code(desk: Desk, q: str) -> None:
    desk.sign_in("las")
    page = desk.get(f"/staff/register?q={q.replace('#', '%23')}")
    assert LULEA in page and UMEA not in page


@pytest.mark.parametrize("q", ["ÅNGSTRÖM", "ångström", "Umeå", "umeå ångs"])
def test_letters_beyond_a_to_z_are_the_same_small_and_large(desk: Desk, q: str) -> None:
    desk.sign_in("las")
    page = desk.get(f"/staff/register?q={q}")
    assert UMEA in page and LULEA not in page


@pytest.mark.parametrize("q", ["%25", "_", "lul_å", "'", "\\", "#99", "m99", "#", "%00x", "x" * 500])
def test_what_is_nowhere_is_not_found_and_breaks_nothing(desk: Desk, q: str) -> None:
    desk.sign_in("mla")
    page = desk.get(f"/staff/register?q={q.replace('#', '%23')}")
    assert LULEA not in page


def test_a_request_is_found_by_its_own_place_and_number_though_no_network_is(desk: Desk) -> None:
    with transaction() as session:
        number = ask(
            session, member_number="800105-05", place="Vittangi", municipality="Kiruna", co_organisers=""
        ).number
    desk.sign_in("las")
    assert f"/staff/request/{number}" in desk.get("/staff/register?q=vittangi")
    assert f"/staff/request/{number}" in desk.get("/staff/register?about=request&state=received&region=25")
    assert f"/staff/request/{number}" not in desk.get("/staff/register?about=request&state=granted")


def test_filters_and_sorting_go_together(desk: Desk) -> None:
    with transaction() as session:
        take_snapshots(session, at("2026-12-01").date())
    desk.sign_in("las")
    assert LULEA in desk.get("/staff/register?region=25&state=starting&negotiator=asj&level=not_assessed")
    for other in ("region=24", "state=resting", "negotiator=gol", "level=red"):
        assert LULEA not in desk.get(f"/staff/register?q=luleå&{other}")
    assert LULEA in desk.get("/staff/register?state=ongoing")
    for column in (
        "number",
        "name",
        "place",
        "municipality",
        "region",
        "state",
        "level",
        "negotiator",
        "since",
        "until",
    ):
        page = desk.get(f"/staff/register?sort=-{column}")
        assert 'aria-sort="descending"' in page and LULEA in page and UMEA in page
    first, last = (desk.get(f"/staff/register?sort={one}") for one in ("place", "-place"))
    assert first.index(LULEA) < first.index(UMEA) and last.index(UMEA) < last.index(LULEA)


def test_fifty_stand_on_a_page_and_the_rest_on_the_next(desk: Desk) -> None:
    with transaction() as session:
        whole = session.exec(select(Network).where(col(Network.number) == 1)).one()
        for number in range(3, 60):
            session.add(
                Network.model_validate(whole.model_dump(exclude={"id"}) | {"number": number, "slug": f"n{number}"})
            )
    desk.sign_in("las")
    first, second = desk.get("/staff/register"), desk.get("/staff/register?page=2")
    assert "Sida 1 av 2" in first and "/staff/network/50" in first and "/staff/network/51" not in first
    assert "/staff/network/51" in second and "/staff/network/50" not in second
    assert "Sida 2 av 2" in desk.get("/staff/register?page=99999") and "Sida 1 av" in desk.get("/staff/register?page=x")


@pytest.mark.parametrize("q", ["åke", "Öhman Åke", "ake.ohman@example.org", AKE, "800101 01", "80010101", "#1 m1"])
def test_a_person_is_found_with_their_cases_and_that_is_written_down(desk: Desk, q: str) -> None:
    desk.sign_in("asj")
    found = persons(desk.get(f"/staff/register?q={q.replace('#', '%23')}"))
    assert "Åke Öhman" in found and LULEA in found and "/staff/request/1" in found and "Görel" not in found
    with reading() as session:
        looks = session.exec(select(Look.page, Person.member_hash).join(Person)).all()
        seen = by_member_number(session, AKE)
        assert seen and looks == [("register", seen.member_hash)]


def test_a_reader_finds_nobody_and_neither_does_another_region(desk: Desk) -> None:
    for who in ("las", "gol"):
        desk.client.cookies.clear()
        desk.sign_in(who)
        for q in ("åke", AKE, "ake.ohman@example.org", "%231 m1", "sjöö"):
            page = desk.get(f"/staff/register?q={q}")
            assert not persons(page) and not [name for name in NAMES if name in page]
    with reading() as session:
        assert session.exec(select(Look)).all() == []


def test_the_office_and_data_protection_find_everybody(desk: Desk) -> None:
    for who in ("mla", "dpo"):
        desk.client.cookies.clear()
        desk.sign_in(who)
        assert "Åke Öhman" in persons(desk.get("/staff/register?q=åke")) and "Görel" in persons(
            desk.get("/staff/register?q=görel")
        )


def test_who_stands_in_finds_those_of_whom_they_stand_in_for(desk: Desk) -> None:
    with transaction() as session:
        asj, gol = by_signature(session, "asj", ""), by_signature(session, "gol", "")
        absence.record_absence(session, asj, at("2026-12-01").date(), at("2026-12-09").date(), gol)
    desk.sign_in("gol")
    assert "Åke Öhman" in persons(desk.get("/staff/register?q=åke"))
    with reading() as session:
        seen = by_member_number(session, AKE)
    assert seen and "Åke Öhman" in desk.get(f"/staff/person/{seen.id}")
    desk.client.cookies.clear()
    desk.on("2026-12-10")
    desk.sign_in("gol")
    assert not persons(desk.get("/staff/register?q=åke"))


def test_of_many_with_one_name_those_are_shown_whom_the_reader_may_see(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.views.register.persons.FEW", 1)
    everybody = "/staff/register?q=example.org"
    desk.sign_in("asj")
    found = persons(desk.get(everybody))
    assert "Märit Sjöö" in found and "Görel" not in found  # who comes first of all by name, in another region
    with transaction() as session:
        asj, gol = by_signature(session, "asj", ""), by_signature(session, "gol", "")
        absence.record_absence(session, asj, at("2026-12-01").date(), at("2026-12-09").date(), gol)
    desk.client.cookies.clear()
    desk.sign_in("gol")
    assert "Märit Sjöö" in persons(desk.get(everybody))
    desk.client.cookies.clear()
    desk.on("2026-12-10")
    desk.sign_in("gol")
    assert not persons(desk.get(everybody))


def _erase(person: Person) -> None:
    person.name = person.email = person.member_number = person.member_hash = None
    person.erased_at = at("2026-12-02")


def _rename(person: Person) -> None:
    person.name = "Maja Ny"


@pytest.mark.parametrize("changes", [_erase, _rename])
def test_who_is_erased_or_renamed_is_not_found_by_what_was(desk: Desk, changes: Callable[[Person], None]) -> None:
    desk.sign_in("asj")
    assert "Märit Sjöö" in persons(desk.get("/staff/register?q=märit sjöö"))
    for fresh_for in (1000, 0):
        desk.client.app.state.opened.fresh_for = fresh_for  # type: ignore[attr-defined]
        with transaction() as session:
            person = by_member_number(session, MARIT)
            if person:
                changes(person)
                session.add(person)
        assert not persons(desk.get("/staff/register?q=märit sjöö"))
    assert bool(persons(desk.get("/staff/register?q=maja"))) == (changes is _rename)


def test_who_has_just_come_is_found_where_nobody_else_is_of_that_name(desk: Desk) -> None:
    desk.client.app.state.opened.fresh_for = 1000  # type: ignore[attr-defined]
    desk.client.app.state.opened.empty_for = 0  # type: ignore[attr-defined]
    desk.sign_in("asj")
    assert "Märit Sjöö" in persons(desk.get("/staff/register?q=märit sjöö"))
    with transaction() as session:
        person = by_member_number(session, MARIT)
        assert person
        _rename(person)
        session.add(person)
    assert "Maja Ny" in persons(desk.get("/staff/register?q=maja"))


def test_a_file_holds_all_that_is_listed_and_no_person_and_opens_in_excel(desk: Desk) -> None:
    desk.sign_in("asj")
    reply = desk.client.get("/staff/register.csv?q=åke")
    assert "Åke" not in reply.text
    reply = desk.client.get("/staff/register.csv")
    assert (
        reply.content.startswith(b"\xef\xbb\xbf") and "natverk-2026-12-02.csv" in reply.headers["content-disposition"]
    )
    headings, *rows = csv.reader(StringIO(reply.content.decode("utf-8-sig")), delimiter=";")
    assert headings[:4] == ["Nummer", "Namn", "Plats", "Kommun"] and [row[0] for row in rows] == ["1", "2"]
    assert rows[0][2:6] == ["Luleå", "Luleå", "Norrbottens län", "startar"]
    book = desk.client.get("/staff/register.xlsx?lang=en&about=request")
    with ZipFile(BytesIO(book.content)) as file:
        told = file.read("xl/sharedStrings.xml").decode()
    assert "Municipality" in told and "granted" in told and "Place" not in told
    desk.get("/staff/register.exe", 404)


def test_meetings_and_mails_of_all_networks_are_taken_along_without_persons(desk: Desk) -> None:
    desk.sign_in("las")
    page = desk.get("/staff/register")
    for name, heading, title in (("meetings", "Nätverk;Namn;Dag", "traffar"), ("mails", "Skapat;Mejl", "mejl")):
        assert f'href="/staff/{name}.xlsx"' in page
        reply = desk.client.get(f"/staff/{name}.csv")
        assert f"{title}-2026-12-02.csv" in reply.headers["content-disposition"]
        assert reply.content.decode("utf-8-sig").startswith(heading) and reply.text.count("\n") > 1
        assert not [known for known in (*NAMES, "@example.org") if known in reply.text]


def test_no_cell_of_a_file_begins_a_formula(desk: Desk) -> None:
    with transaction() as session:
        network = session.exec(select(Network).where(col(Network.number) == 1)).one()
        network.name, network.place = "=1+1", "@SUM(A1)"
        session.add(network)
    desk.sign_in("las")
    assert ";'=1+1;'@SUM(A1);" in desk.client.get("/staff/register.csv").text
    with ZipFile(BytesIO(desk.client.get("/staff/register.xlsx").content)) as file:
        assert "<f>" not in file.read("xl/worksheets/sheet1.xml").decode()


def test_nobody_who_is_not_signed_in_gets_anything(desk: Desk) -> None:
    for path in ("/staff/register", "/staff/register.csv", "/staff/register.xlsx"):
        assert LULEA not in desk.get(path, 403) and "Luleå" not in desk.get(path, 403)


def test_the_other_language_asks_for_the_same(desk: Desk) -> None:
    desk.sign_in("las")
    page = desk.get("/staff/register?q=lule&state=starting")
    assert 'href="?q=lule&amp;state=starting&amp;lang=en"' in page
