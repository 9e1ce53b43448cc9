"""Each rule that always holds is broken once, behind the rules' back, and seen."""

from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from deployments.cli.doctor import examine
from models.db.engine import engine, transaction
from models.networks import lifecycle
from models.office.staff import by_signature
from models.settings import Settings
from models.support.grant_money import Payment, record_payment
from models.support.ledger import book_hours
from models.support.network_talks import book_network_talk
from models.tables.network import NetworkState
from models.tables.office import Staff
from models.tables.support import CapacityEntry, EntryKind, Item, SupportGrant
from models.tables.transition import Actor
from models.views.invariants import broken
from tests.acts import ORJAN, ask, at, by, grant_line, meet, member, network_in, talk

BREAKS = {
    "I1: 1 nätverk utan bekräftad initiativtagare: #1": [
        "UPDATE role SET confirmed_at = NULL WHERE kind = 'initiator'"
    ],
    "I2: 1 nätverk med en sammankallande utan roll: #1": [
        "UPDATE meeting SET convener_id = "
        "(SELECT p.id FROM person p WHERE p.id NOT IN (SELECT person_id FROM role) LIMIT 1)"
    ],
    "I3: 1 nätverk utan plats och kommun: #1": ["UPDATE network SET place = 'Hela landet'"],
    "I4: 1 nätverk som inte kommer av en beviljad förfrågan med samtal: #1": [
        "UPDATE support_request SET network_id = NULL"
    ],
    "I4: 1 nätverk som en regel skapat eller avslutat: #1": [
        "UPDATE transition SET actor = 'rule' WHERE to_state = 'planned'"
    ],
    "I5: 1 timkonton som inte går ihop: asj 2026Q4": [
        "UPDATE capacity_entry SET hours = hours - 1 WHERE quarter = '2026Q4' AND sequence = 2"
    ],
    "I6: 1 nätverk på fel trappsteg för sitt läge: #1": ["UPDATE network SET step = 3"],
    "I7: 1 nätverk vars logg inte leder till deras läge: #1": [
        "DELETE FROM transition WHERE to_state = 'planned' AND network_id IS NOT NULL"
    ],
    "I7: 1 förfrågningar vars logg inte leder till deras läge: #1": [
        "UPDATE transition SET to_state = 'waiting' WHERE to_state = 'talking'"
    ],
    "I10: 1 nätverk där kansliet bjudit in utan att det flaggats: #1": [
        "UPDATE meeting_duty SET by_office = true, organiser_key = NULL WHERE duty = 'invitation'"
    ],
    "4: 1 beviljade förfrågningar utan samtal eller nätverk: #1": ["UPDATE support_request SET talk_at = NULL"],
    "4: 1 aktiva nätverk utan uppstart: #1": ["UPDATE network SET kickoff_on = NULL"],
    "5: 1 nätverk vars stöd saknar slut: #1": ["UPDATE network SET support_ends_on = NULL"],
    "5: 1 nätverk med stöd längre än tolv månader: #1": ["UPDATE network SET support_ends_on = '2027-11-26'"],
    "5: 1 nätverk som fått mer än menyn ger: #1": ["UPDATE support_grant SET hours = 21"],
    "5: 1 nätverk med ett tillfälle reserverat i flera kvartal: #1": [
        "INSERT INTO capacity_entry (id, staff_id, quarter, grant_id, sequence, hours, balance, kind, at) "
        "SELECT '0123456789abcdef0123456789abcdef', staff_id, '2027Q2', grant_id, 1, hours, 0, kind, "
        "'2027-01-11 10:00:00' FROM capacity_entry WHERE kind = 'reserved' AND hours < -5"
    ],
    "5: 1 nätverk vars stöd gett tillbaka mer än det reserverat: #1": [
        "UPDATE capacity_entry SET kind = 'released', hours = -hours WHERE kind = 'reserved' AND hours < -5"
    ],
    "5: 1 nätverk med bidrag utbetalt utöver beslutet eller utan kvitto: #1": [
        "UPDATE support_grant SET item = 'grant_money', status = 'used', sek = 100, paid_on = '2026-11-04', "
        "paid_sek = 100, receipt_seen_by = staff_id WHERE hours > 5"
    ],
    "5: 1 timkonton som inte känner till sina samtal: asj 2026Q4": [
        'INSERT INTO booked_talk (id, network_id, staff_id, "on", item, hours) '
        "SELECT '0123456789abcdef0123456789abcdef', network_id, staff_id, '2026-12-01', 'restart_talk', 2 "
        "FROM support_grant WHERE hours > 5"
    ],
    "10: 1 raderade personer som det står något om: en person": [
        "UPDATE person SET erased_at = '2027-01-11 10:00:00' WHERE id IN (SELECT person_id FROM role WHERE code = 'm2')"
    ],
    "7: 1 nätverk där en träff säger fel om en medlem ledde den: #1": ["UPDATE meeting SET led_by_member = false"],
}


def build(session: Session) -> None:
    network = network_in(session, grants=[grant_line("send_out"), grant_line("negotiator_at_meeting")])
    meet(session, network, "2027-01-20")


@pytest.mark.parametrize("line", BREAKS)
def test_what_breaks_a_rule_is_named_by_number_and_count(office: Settings, line: str) -> None:
    with transaction() as session:
        build(session)
        member(session, ORJAN)  # somebody without a role
        assert broken(session) == []
        for statement in BREAKS[line]:
            session.connection().execute(text(statement))
        session.expire_all()
        assert line in broken(session)


def test_a_step_that_fell_is_seen_in_the_log(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        for state, actor, day in (
            (NetworkState.sharing, Actor.rule, "2027-03-01"),
            (NetworkState.trial, Actor.rule, "2027-06-01"),
            (NetworkState.independent, Actor.rule, "2027-07-01"),
            (NetworkState.resting, Actor.member, "2027-08-20"),
            (NetworkState.independent, Actor.member, "2027-09-20"),
        ):
            lifecycle.advance(session, network, state, by(actor, day))
        assert broken(session) == []
        fell = "UPDATE transition SET to_state = 'trial' WHERE from_state = 'resting'"
        session.connection().execute(text(fell))
        session.connection().execute(text("UPDATE network SET state = 'trial', step = 3"))
        session.expire_all()
        assert "I7: 1 nätverk vars logg inte leder till deras läge: #1" in broken(session)


def test_a_check_in_sent_to_a_resting_network_is_seen(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        lifecycle.advance(session, network, NetworkState.resting, by(Actor.member, "2027-03-01"))
        insert = text(
            "INSERT INTO check_in (id, network_id, person_id, sent_on, reminders) "
            "SELECT :id, network_id, person_id, :day, 0 FROM role WHERE kind = 'contact'"
        )
        for day, line in (("2027-03-01", []), ("2027-03-02", ["6: 1 vilande nätverk som fått en avstämning: #1"])):
            key = uuid4().hex
            session.connection().execute(insert, {"id": key, "day": day})
            assert broken(session) == line


@pytest.mark.parametrize(
    ("constraint", "table", "statement", "line"),
    [
        (
            "staff_confirm_an_end",
            "transition",
            "UPDATE transition SET signature = NULL WHERE to_state = 'closed'",
            "I4: 1 nätverk vars slut ingen skrivit under: #1",
        ),
        (
            "declined_has_a_reason",
            "support_request",
            "UPDATE support_request SET state = 'declined', reason = '' WHERE number = 2",
            "4: 1 avslagna förfrågningar utan skäl: #2",
        ),
        (
            "paid_within_the_grant",
            "support_grant",
            "UPDATE support_grant SET item = 'grant_money', status = 'used', sek = 100, paid_on = from_on, "
            "paid_sek = 101, receipt_seen_by = staff_id",
            "5: 1 nätverk med bidrag utbetalt utöver beslutet eller utan kvitto: #1",
        ),
        (
            "paid_on_a_receipt",
            "support_grant",
            "UPDATE support_grant SET item = 'grant_money', status = 'used', sek = 100, paid_on = from_on, "
            "paid_sek = 100",
            "5: 1 nätverk med bidrag utbetalt utöver beslutet eller utan kvitto: #1",
        ),
        (
            "ledger_never_below_zero",
            "capacity_entry",
            "UPDATE capacity_entry SET balance = -1 WHERE sequence = 2 AND quarter = '2026Q4'",
            "I5: 1 timkonton som inte går ihop: asj 2026Q4",
        ),
    ],
)
def test_what_the_database_itself_refuses_is_looked_at_too(
    office: Settings, constraint: str, table: str, statement: str, line: str
) -> None:
    with transaction() as session:
        network = network_in(session)
        lifecycle.advance(session, network, NetworkState.closed, by(Actor.staff, "2027-03-01"))
        ask(session, need="Något annat.")
        assert broken(session) == []
    with transaction() as session:
        if engine().dialect.name == "sqlite":
            session.connection().execute(text("PRAGMA ignore_check_constraints = ON"))
        else:
            session.connection().execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"))
        session.connection().execute(text(statement))
        assert line in broken(session)


def test_a_grant_that_ended_unused_counts_for_nothing(office: Settings) -> None:
    with transaction() as session:
        build(session)
        session.connection().execute(text("UPDATE support_grant SET hours = 21, status = 'ended'"))
        assert broken(session) == []


def test_an_occasion_that_an_earlier_version_split_over_quarters_breaks_nothing(office: Settings) -> None:
    with transaction() as session:
        build(session)
        visit = session.exec(select(SupportGrant).where(SupportGrant.item == Item.negotiator_at_meeting)).one()
        [line] = session.exec(select(CapacityEntry).where(CapacityEntry.grant_id == visit.id)).all()
        book_hours(
            session,
            session.get_one(Staff, visit.staff_id),
            at("2027-01-11").date(),
            Decimal(2),
            EntryKind.reserved,
            line.at,
            visit.id,
        )
        assert broken(session) == []


def test_talks_that_are_on_the_ledger_and_money_that_was_paid_break_nothing(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, grants=[grant_line("grant_money", sek=500, to_on="2026-12-31")])
        asj, day = by_signature(session, "asj", ""), at("2026-12-14").date()
        for kind in (Item.talk, Item.restart_talk):
            book_network_talk(session, network, asj, day, kind, at(day))
        record_payment(session, network, Payment(day, 500, asj), at(day))
        assert broken(session) == []


def test_a_network_in_the_queue_breaks_nothing(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session), decision="wait", grants=[])
        assert broken(session) == []


def test_doctor_tells_which_rules_hold(office: Settings) -> None:
    with transaction() as session:
        build(session)
    finding = next(one for one in examine(office).checks if one.name == "rules")
    assert finding.ok
    with transaction() as session:
        session.connection().execute(text("UPDATE network SET step = 3"))
    finding = next(one for one in examine(office).checks if one.name == "rules")
    assert (finding.ok, finding.what) == (False, "I6: 1 nätverk på fel trappsteg för sitt läge: #1")


def test_an_appeal_that_whoever_said_no_decided_is_seen(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="decline", reason="outside_purpose")
        talk(session, request, "2026-11-10", decision="appeal", signature="gol")
        talk(session, request, "2026-11-16", decision="decline", reason="outside_purpose", signature="gol")
        assert broken(session) == []
        session.connection().execute(text("UPDATE transition SET signature = 'asj' WHERE request_id IS NOT NULL"))
        session.expire_all()
        assert "4: 1 överklaganden som den som sa nej har avgjort: #1" in broken(session)
