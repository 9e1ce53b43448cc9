"""`lots import history`: an office begins with its past. Networks that lived before, by the rules of all networks, each
with its initiator; nobody is mailed because of it.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.db.engine import reading, transaction
from models.networks.rest import send_wake_mails
from models.people.person import by_member_number
from models.settings import Settings
from models.stages.check_in import send_due
from models.tables.mail import OutgoingMail
from models.tables.meeting import Meeting, MeetingDuty
from models.tables.network import Network, NetworkState, Origin, Role, RoleKind
from models.tables.transition import Actor, Transition
from models.views.invariants import broken
from tests.acts import AKE, EMPLOYEE, MARIT, network_in
from tests.deployments.cli.conftest import Lots

pytestmark = pytest.mark.each_database

EXAMPLE = Path(__file__).parents[3] / "docs" / "files" / "historik.csv"
HEAD = "Nätverk;Plats;Kommun;Läge;Sedan;Initiativtagare;Arrangörer;Träff;Närvarande;Varav ej medlemmar;Ledde träffen\n"
LINE = "Chefer;Luleå;Luleå;;;800101-01;800102-02;2026-03-12;9;1;m1\n"


def count() -> tuple[int, int, int]:
    with reading() as session:
        return tuple(len(session.exec(select(one)).all()) for one in (Network, Meeting, OutgoingMail))  # type: ignore[return-value]


def networks() -> list[Network]:
    with reading() as session:
        return list(session.exec(select(Network).order_by(col(Network.number))))


def test_networks_of_before_stand_where_they_are_today_with_their_meetings_and_nobody_is_mailed(
    office: Settings, lots_here: Lots
) -> None:
    done = lots_here("import", "history", EXAMPLE, "--signature", "asj", "--json")
    told = json.loads(done.out)
    assert (told["read"], told["new"], told["networks"], told["meetings"]) == (5, 5, 3, 4), done.err
    assert count() == (3, 4, 0)
    harbour, kiruna, boden = networks()
    assert (harbour.state, harbour.step, harbour.cadence_days, str(harbour.kickoff_on)) == (
        NetworkState.independent, 4, 60, "2026-03-12",
    )  # fmt: skip
    assert (kiruna.state, kiruna.cadence_days, boden.state, boden.kickoff_on) == ("resting", 90, "planned", None)
    assert {one.origin for one in (harbour, kiruna, boden)} == {Origin.historic_office}
    with reading() as session:
        assert list(broken(session)) == [], "every invariant holds of what was told"
        log = session.exec(select(Transition).order_by(col(Transition.at))).all()
        assert {(one.cause, one.signature) for one in log} == {("import", "asj")}
        started = next(one for one in log if one.network_id == harbour.id and one.to_state == "independent")
        assert (str(started.at.date()), started.actor) == ("2026-03-12", Actor.member)
        ake = by_member_number(session, AKE)
        initiator = select(Role.person_id).where(Role.network_id == harbour.id, Role.kind == RoleKind.initiator)
        assert ake and session.exec(initiator).one() == ake.id


def test_who_carried_a_meeting_counts_as_everywhere_and_the_office_lifts_nothing(
    office: Settings, lots_here: Lots
) -> None:
    lots_here("import", "history", EXAMPLE, "--signature", "asj")
    with reading() as session:
        first = session.exec(select(Meeting).order_by(col(Meeting.starts_at)).offset(1)).first()
        assert first and (first.attended, first.branches, first.led_by_member, first.over_helped) == (9, 3, True, True)
        marit = by_member_number(session, MARIT)
        duties = session.exec(select(MeetingDuty).where(MeetingDuty.meeting_id == first.id)).all()
        assert {duty.duty: duty.by_office for duty in duties} == {"invitation": True, "lead": False, "programme": False}
        assert marit and len({duty.organiser_key for duty in duties}) == 3


def test_a_second_run_changes_nothing_and_a_dry_run_writes_nothing(office: Settings, lots_here: Lots) -> None:
    seen = json.loads(lots_here("import", "history", EXAMPLE, "--signature", "asj", "--dry-run", "--json").out)
    assert (seen["networks"], seen["meetings"], seen["dry_run"]) == (3, 4, True) and count() == (0, 0, 0)
    lots_here("import", "history", EXAMPLE, "--signature", "asj")
    before = count()
    again = json.loads(lots_here("import", "history", EXAMPLE, "--signature", "asj", "--json").out)
    assert (again["new"], again["same"], again["networks"]) == (0, 5, 0) and count() == before


def test_check_ins_begin_on_the_next_round_and_ask_how_it_is_not_how_the_first_meeting_was(
    office: Settings, lots_here: Lots
) -> None:
    lots_here("import", "history", EXAMPLE, "--signature", "asj")
    due = networks()[0].check_in_due_on
    now = datetime.now(UTC)
    assert due and now.date() < due <= now.date() + timedelta(days=93)
    with transaction() as session:
        assert send_due(session, now) == 0
        assert send_due(session, now + timedelta(days=93)) == 1
    with reading() as session:
        assert [str(one) for one in session.exec(select(OutgoingMail.template))] == ["check-in"]


def test_one_that_came_to_us_resting_is_asked_to_wake_six_months_after_that(office: Settings, lots_here: Lots) -> None:
    lots_here("import", "history", EXAMPLE, "--signature", "asj")
    now = datetime.now(UTC)
    with transaction() as session:
        assert send_wake_mails(session, now + timedelta(days=150)) == 0
        assert send_wake_mails(session, now + timedelta(days=190)) == 1


@pytest.mark.parametrize(
    ("lines", "field", "what"),
    [
        ("Chefer;;Luleå;;;800101-01;800102-02;2026-03-12;9;;\n", "2, Plats", "får inte vara tom"),
        ("Chefer;Hela Sverige;Luleå;;;800101-01;800102-02;2026-03-12;9;;\n", "2, Plats", "inte hela landet"),
        ("Chefer;Luleå;Atlantis;;;800101-01;800102-02;2026-03-12;9;;\n", "2, Kommun", "ingen kommun heter så"),
        ("Chefer;Luleå;Luleå;;;;800102-02;2026-03-12;9;;\n", "2, Initiativtagare", "får inte vara tom"),
        ("Chefer;Luleå;Luleå;;;999999-99;800102-02;2026-03-12;9;;\n", "2, Initiativtagare", "ingen aktiv medlem"),
        (f"Chefer;Luleå;Luleå;;;{EMPLOYEE};800102-02;2026-03-12;9;;\n", "2, Initiativtagare", "ingen aktiv medlem"),
        ("Chefer;Luleå;Luleå;;;800101-01;999999-99;2026-03-12;9;;\n", "2, Arrangörer", "ingen aktiv medlem"),
        ("Chefer;Luleå;Luleå;;;800101-01;;2026-03-12;9;;\n", "2, Arrangörer", "minst en till som arrangerar"),
        (f"{LINE}Chefer;Boden;;;;;;2026-05-12;9;;\n", "3, Plats", "säger annat än rad 2"),
        (f"{LINE}Chefer;;;;;;;2026-03-12;9;;\n", "3, Träff", "står redan på rad 2"),
        (f"{LINE}Chefer;;;;;;;2099-03-12;9;;\n", "3, Träff", "ska ha varit"),
        (f"{LINE}Chefer;;;;;;;2026-05-12;;;\n", "3, Närvarande", "fyll i hur många som kom"),
        (f"{LINE}Chefer;;;;;;;;9;;\n", "3, Träff", "får inte vara tom"),
        (f"{LINE}Chefer;;;;;;;2026-05-12;901;;\n", "3, Närvarande", "heltal från 1 till 300"),
        (f"{LINE}Chefer;;;;;;;2026-05-12;9;10;\n", "3, Varav ej medlemmar", "är fler än de som kom"),
        (f"{LINE}Chefer;;;;;;;2026-05-12;9;;m3\n", "3, Ledde träffen", "medlemsnummer bland arrangörerna, m1, m2"),
        ("Chefer;Luleå;Luleå;planerat;;800101-01;800102-02;2026-03-12;9;;\n", "2, Läge", "det har startat"),
        ("Chefer;Luleå;Luleå;på egna ben;;800101-01;800102-02;;;;\n", "2, Läge", "kräver en träff där minst tre kom"),
        ("Chefer;Luleå;Luleå;vilande;;800101-01;800102-02;2026-03-12;9;;\n", "2, Sedan", "skriv sedan vilken dag"),
        (
            "Chefer;Luleå;Luleå;nedlagt;2026-01-01;800101-01;800102-02;2026-03-12;9;;\n",
            "2, Sedan",
            "från sista träffen till i dag",
        ),
    ],
)
def test_what_no_network_may_be_is_refused_with_line_and_field_and_nothing_is_written(
    office: Settings, lots_here: Lots, tmp_path: Path, lines: str, field: str, what: str
) -> None:
    file = tmp_path / "h.csv"
    file.write_text(f"{HEAD}{lines}Andra;Boden;Boden;;;800101-01;800102-02;2026-01-12;9;;\n")
    done = lots_here("import", "history", file, "--signature", "asj")
    assert done.code == 2 and done.err.startswith(f"lots: h.csv, rad {field}: ") and what in done.err
    assert count() == (0, 0, 0)


def test_a_network_that_is_here_already_is_in_the_way_and_a_later_meeting_is_told_as_any_other(
    office: Settings, lots_here: Lots, tmp_path: Path
) -> None:
    with transaction() as session:
        network_in(session)
    file = tmp_path / "h.csv"
    file.write_text(HEAD + LINE.replace("Chefer", "Nätverket Luleå"))
    assert "Nätverk: finns redan som nätverk #1" in lots_here("import", "history", file, "--signature", "asj").err
    file.write_text(HEAD + LINE)
    assert lots_here("import", "history", file, "--signature", "asj").code == 0
    file.write_text(HEAD + LINE + "Chefer;;;;;;;2026-05-12;9;;\n")
    refused = lots_here("import", "history", file, "--signature", "asj")
    assert "rad 3, Träff: finns inte i nätverk #2, som redan är inläst; rapportera den på vanligt sätt" in refused.err


@pytest.mark.parametrize("signature", ["", "xyz", "dpo"])
def test_somebody_signs_for_it_who_signs_for_networks(office: Settings, lots_here: Lots, signature: str) -> None:
    arguments = ("--signature", signature) if signature else ()
    done = lots_here("import", "history", EXAMPLE, *arguments)
    assert done.code == 2 and done.err.startswith("lots: --signature: ") and count() == (0, 0, 0)
