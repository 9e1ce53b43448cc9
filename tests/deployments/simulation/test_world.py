"""A made-up history: repeatable, by the rules, mailed to nobody, and of use to every sweep."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, func, select

from deployments.cli.app import main
from deployments.simulation.world import ORDER, simulate
from models.db.engine import engine, transaction
from models.errors import UserError
from models.settings import Settings
from models.stages import check_in, health_check, phase_out
from models.tables.change_entry import ChangeEntry
from models.tables.contact_entry import ContactEntry
from models.tables.health import HealthSnapshot, Level
from models.tables.mail import OutgoingMail
from models.tables.meeting import Meeting, MeetingDuty, Partner, PartnerKind, ReportEntry
from models.tables.network import ACTIVE, TERMINAL, Network, NetworkState
from models.tables.office import Intervention, InterventionKind, Staff
from models.tables.person import Person
from models.tables.register import RegisterImport
from models.tables.request import SupportRequest
from models.tables.transition import Actor, Transition
from models.views.invariants import broken
from tests.acts import ask, at, by, no_register

UNTIL = date(2027, 11, 1)
SECRET = {"member_number", "name", "email", "need", "reason", "sealed"}


def fill(networks: int = 60, months: int = 24, seed: int = 1) -> dict[str, Any]:
    """An office without members, filled."""
    with engine().begin() as connection:
        for table in ("person", "register_entry", "register_import"):
            connection.execute(sa.text(f"DELETE FROM {table}"))
    return simulate(networks, months, UNTIL, seed)


def everything() -> dict[str, list[Any]]:
    """All rows but what encryption makes new each time."""
    with engine().connect() as connection:
        rows = {}
        for table in ORDER:
            columns = [c for c in SQLModel.metadata.tables[str(table.__tablename__)].c if c.name not in SECRET]
            rows[str(table.__tablename__)] = sorted(map(str, connection.execute(sa.select(*columns))))
        return rows


@pytest.mark.each_database
def test_every_rule_holds_over_a_made_up_history(office: Settings) -> None:
    told = fill(150)
    with transaction() as session:
        assert broken(session) == []
        assert session.exec(select(func.count()).select_from(Network)).one() == 150
    assert sum(told["networks"].values()) == 150


@pytest.mark.each_database
def test_the_same_seed_makes_the_same_rows_and_another_does_not(office: Settings) -> None:
    histories = []
    for seed in (7, 7, 8):
        fill(20, seed=seed)
        histories.append(everything())
        with engine().begin() as connection:
            for table in reversed(ORDER[1:]):
                connection.execute(sa.delete(SQLModel.metadata.tables[str(table.__tablename__)]))
            connection.execute(sa.text("DELETE FROM staff WHERE email LIKE '%@kansli.example.org'"))
    assert histories[0] == histories[1]
    assert histories[0]["network"] != histories[2]["network"]


def test_some_thrive_some_lean_on_one_or_on_the_office_and_some_fall_silent(office: Settings) -> None:
    told = fill(150)
    assert set(told["networks"]) >= {"planned", "starting", "sharing", "independent", "resting", "closed"}
    with transaction() as session:
        latest = session.exec(select(func.max(HealthSnapshot.on))).one()
        rows = session.exec(select(HealthSnapshot).where(col(HealthSnapshot.on) == latest)).all()
        levels, gates = Counter(row.level for row in rows), Counter(gate for row in rows for gate in row.gates)
        assert min(*(levels[level] for level in Level)) > 0
        assert min(gates["G1"], gates["G2"], gates["G6"]) > 0
        assert session.exec(select(MeetingDuty.id).where(col(MeetingDuty.by_office))).first()


def test_a_history_shows_what_an_office_would_see(office: Settings) -> None:
    fill(600)
    with transaction() as session:
        companies = session.exec(select(Partner)).all()
        assert {one.kind for one in companies} == set(PartnerKind)
        assert len({(one.network_id, one.company, one.kind) for one in companies}) == len(companies)
        told = Counter(session.exec(select(ReportEntry.meeting_id)))
        assert set(told.values()) == {1, 2}, "some are told again, with another figure"
        for meeting, times in told.items():
            latest = session.exec(
                select(ReportEntry).where(ReportEntry.meeting_id == meeting).order_by(col(ReportEntry.at).desc())
            ).first()
            held = session.get_one(Meeting, meeting)
            assert latest and (latest.attended, latest.at) == (held.attended, held.reported_at), times
        closed = session.exec(
            select(Transition.network_id).where(Transition.from_state == "resting", Transition.to_state == "closed")
        ).all()
        tried = Counter(session.exec(select(ContactEntry.network_id)))
        assert closed and {tried[one] for one in closed} == {3}, "none is closed that staff have not tried to reach"
        assert session.exec(select(ChangeEntry)).first(), "some change their pace"


def test_a_network_that_wakes_late_is_offered_a_handover_talk(office: Settings) -> None:
    fill(300)
    with transaction() as session:
        late = session.exec(
            select(Transition.network_id).where(
                Transition.from_state == "resting", Transition.to_state == "independent"
            )
        ).all()
        stood = session.exec(
            select(Transition.network_id).where(
                col(Transition.network_id).in_(late), Transition.from_state == "trial",
                Transition.to_state == "independent",
            )
        ).all()  # fmt: skip
        plain = session.exec(select(Network.id).where(col(Network.without_support))).all()
        first_time = set(late) - set(stood) - set(plain)
        talks = select(Intervention.network_id).where(Intervention.kind == InterventionKind.handover_talk)
        assert first_time and first_time <= set(session.exec(talks))


def test_nobody_is_mailed_and_the_next_check_in_falls_within_a_week(office: Settings) -> None:
    fill()
    with transaction() as session:
        assert session.exec(select(OutgoingMail)).first() is None
        active = session.exec(select(Network).where(col(Network.state).in_(ACTIVE))).all()
        assert active
        for network in active:
            assert network.check_in_due_on
            assert UNTIL < network.check_in_due_on <= UNTIL + timedelta(days=7)
        rest_or_ended = select(col(Network.check_in_due_on)).where(
            col(Network.state).in_((NetworkState.resting, *TERMINAL)),
        )
        assert set(session.exec(rest_or_ended)) == {None}
        members = session.exec(select(Person.email)).all()
        staff = session.exec(select(Staff.email).where(col(Staff.email).like("%kansli%"))).all()
        assert all(str(email).endswith("example.org") for email in (*members, *staff))
        assert any(set("åäöé") & set((name or "").lower()) for name in session.exec(select(Person.name)))


def test_imported_staff_are_used_and_others_made_up_only_where_their_hours_end(office: Settings) -> None:
    fill()
    with transaction() as session:
        asj = session.exec(select(Staff).where(col(Staff.signature) == "asj")).one()
        mine = session.exec(select(Network.id).where(col(Network.negotiator) == asj.id)).all()
        in_region = session.exec(select(Staff).where(col(Staff.region) == asj.region)).all()
        assert mine and len(in_region) <= 2


def sweep(session: Session) -> list[Any]:
    """What the first Tuesday after finds to do."""
    tuesday = at("2027-11-02")
    found = health_check.take_snapshots(session, tuesday.date())
    done: list[Any] = [sum(len(some.keys) for some in found), check_in.send_due(session, tuesday)]
    health_check.warn_early(session, found, tuesday)
    health_check.open_talks(session, tuesday)
    phase_out.step_down(session, by(Actor.rule, "2027-11-02"))
    return done


@pytest.mark.each_database
def test_the_sweeps_run_on_it_and_leave_every_rule_whole(office: Settings) -> None:
    told = fill(100)
    with transaction() as session:
        active = sum(count for state, count in told["networks"].items() if state in ACTIVE)
        scored, sent = sweep(session)
        assert scored == active and 0 < sent < active
        assert broken(session) == []


@pytest.mark.parametrize("table", [RegisterImport, SupportRequest])
def test_a_database_that_holds_anything_is_refused_and_left_as_it_is(office: Settings, table: Any) -> None:
    with transaction() as session:
        if table is SupportRequest:
            no_register(session)
            ask(session)
    with pytest.raises(UserError, match="inte tom"):
        simulate(5, 12, UNTIL, 1)
    with transaction() as session:
        assert session.exec(select(Network)).first() is None


@pytest.mark.parametrize("months", [1, 3])
def test_a_short_history_holds_together_too(office: Settings, months: int) -> None:
    fill(30, months=months)
    with transaction() as session:
        assert broken(session) == []


def test_the_command_fills_a_missing_database_and_prints_one_document(
    empty_database: sa.Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["lots", "simulate", "--networks", "5", "--months", "12", "--until", "2027-11-01", "--seed", "3"]
    monkeypatch.setattr("sys.argv", [*command, "--json"])
    main()
    told = json.loads(capsys.readouterr().out)
    assert sum(told["networks"].values()) == 5 and told["staff_made_up"] >= 22
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("lots: databasen är inte tom")
