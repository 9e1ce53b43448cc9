"""A grant or a payment that was written down wrongly is put right: hours, days, money, and who was told."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from models.db.engine import transaction
from models.errors import CapacityExceeded, UserError
from models.office.staff import by_signature
from models.settings import Settings
from models.support.corrections import correct_grant, correct_payment
from models.support.grant_money import Payment, record_payment
from models.support.ledger import all_hours_left, book_hours, hours_left, reserved, use_hours
from models.support.quarter_end import release_ended
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.mail import MailStatus
from models.tables.network import Network
from models.tables.support import EntryKind, GrantStatus, SupportGrant, SupportTime
from models.views.invariants import broken
from tests import acts
from tests.acts import ask, at, grant_line, mails, put_right, talk

TALK_HOUR = Decimal(1)
QUARTER = Decimal(24)


def granted(session: Session, *lines: Any) -> tuple[Network, SupportGrant]:
    """A network that was granted these on 5 November, and the first of them."""
    network = talk(session, ask(session), grants=list(lines))
    assert network
    [first, *_] = sorted(session.exec(select(SupportGrant)), key=lambda one: (one.item, one.occasion))
    return network, first


def left(session: Session, in_quarter: str = "2026Q4") -> Decimal:
    return hours_left(session, by_signature(session, "asj", "").id, in_quarter)


def held(session: Session, grant: SupportGrant) -> dict[str, Decimal]:
    return {name: hours for _, name, hours in reserved(session, grant.id)}


def test_hours_that_were_too_many_go_back_and_too_few_are_taken(office: Settings) -> None:
    with transaction() as session:
        _, grant = granted(session, grant_line("speaker", hours=4))
        for hours in (Decimal(2), Decimal(5)):
            assert correct_grant(session, grant, put_right(session), hours=hours)
            assert (grant.hours, held(session, grant)) == (hours, {"2026Q4": hours})
            assert left(session) == QUARTER - TALK_HOUR - hours
        assert broken(session) == []


def test_what_runs_is_reserved_anew_over_the_quarters_of_its_right_days(office: Settings) -> None:
    with transaction() as session:
        _, grant = granted(session, grant_line("sounding_board", from_on="2026-11-05", to_on="2026-12-31"))
        assert held(session, grant) == {"2026Q4": Decimal(3)}
        use_hours(session, grant, date(2026, 11, 12), Decimal(1), at("2026-11-12"))
        assert correct_grant(session, grant, put_right(session), hours=Decimal(4), to_on=date(2027, 1, 26))
        first, second = held(session, grant).values()  # 57 days of 83 in the first quarter, one hour used of them
        assert (first, second) == (Decimal("1.75"), Decimal("1.25"))
        assert broken(session) == []


def test_an_occasion_moves_whole_to_the_quarter_where_it_rightly_begins(office: Settings) -> None:
    with transaction() as session:
        _, grant = granted(session, grant_line("speaker"))
        assert correct_grant(session, grant, put_right(session), from_on=date(2027, 2, 1))
        assert held(session, grant) == {"2027Q1": Decimal(2)}
        assert left(session) == QUARTER - TALK_HOUR


def test_hours_of_a_quarter_that_is_over_are_not_held_again(office: Settings) -> None:
    with transaction() as session:
        _, grant = granted(session, grant_line("sounding_board", to_on="2027-03-31"))
        release_ended(session, date(2027, 1, 4), at("2027-01-04"))
        kept = held(session, grant)
        assert set(kept) == {"2027Q1"}
        assert correct_grant(session, grant, put_right(session, "2027-01-15"), hours=Decimal(5))
        assert set(held(session, grant)) == {"2027Q1"}
        assert sum(held(session, grant).values()) < Decimal(5), "the first quarter's share is past"
        assert broken(session) == []


def test_what_is_used_up_goes_on_when_more_was_meant_and_ends_when_it_was_less(office: Settings) -> None:
    with transaction() as session:
        _, grant = granted(session, grant_line("speaker", hours=2))
        use_hours(session, grant, date(2026, 11, 12), Decimal(2), at("2026-11-12"))
        assert grant.status == GrantStatus.used
        assert correct_grant(session, grant, put_right(session), hours=Decimal(3))
        assert (grant.status, held(session, grant)) == (GrantStatus.granted, {"2026Q4": Decimal(1)})
        assert correct_grant(session, grant, put_right(session), hours=Decimal(2))
        assert (grant.status, held(session, grant)) == (GrantStatus.used, {})
        assert broken(session) == []


@pytest.mark.parametrize(
    ("meant", "sentence"),
    [
        ({"hours": Decimal(1)}, "Timmar: 1,5 är redan använda. Ange minst så många."),
        ({"hours": Decimal(21)}, "Timmar: högst 20."),
        ({"hours": Decimal(18)}, "Timmar: nätverk #1 skulle få 20,5 första året, högst 20. Ange färre."),
        ({"to_on": date(2026, 11, 4)}, "Till och med: dagen ligger före den första. Ange en senare."),
        ({"to_on": date(2027, 11, 6)}, "Till och med: senast 2027-11-05."),
        (
            {"from_on": date(2026, 11, 13)},
            "Från och med: stödet användes 2026-11-12. Ange dagar som rymmer det.",
        ),
        ({"to_on": date(2026, 11, 11)}, "Till och med: stödet användes 2026-11-12. Ange dagar som rymmer det."),
    ],
)
def test_what_the_rules_do_not_allow_is_refused_by_the_field_and_changes_nothing(
    office: Settings, meant: dict[str, Any], sentence: str
) -> None:
    with transaction() as session:
        more = grant_line("starter_kit"), grant_line("speaker", hours=2.5)
        network = granted(session, grant_line("send_out", hours=3), *more)[0]
        [grant] = [one for one in session.exec(select(SupportGrant)) if one.item == "send_out"]
        use_hours(session, grant, date(2026, 11, 12), Decimal("1.5"), at("2026-11-12"))
        before = (grant.hours, grant.from_on, grant.to_on, held(session, grant), left(session))
    with pytest.raises(UserError) as refused, transaction() as session:
        correct_grant(session, session.get_one(SupportGrant, grant.id), put_right(session), **meant)
    assert str(refused.value) == sentence
    with transaction() as session:
        grant = session.get_one(SupportGrant, grant.id)
        assert (grant.hours, grant.from_on, grant.to_on, held(session, grant), left(session)) == before
        assert session.exec(select(ChangeEntry)).all() == []
    assert network


def test_a_negotiator_never_gives_more_hours_than_the_quarter_has(office: Settings) -> None:
    with transaction() as session:
        _, grant = granted(session, grant_line("speaker"))
        staff = by_signature(session, "asj", "")
        book_hours(session, staff, date(2026, 11, 10), Decimal(20), EntryKind.used, at("2026-11-10"))
    with pytest.raises(CapacityExceeded, match=r"asj har 3 timmar kvar 2026Q4"), transaction() as session:
        correct_grant(session, session.get_one(SupportGrant, grant.id), put_right(session), hours=Decimal(4))
    with transaction() as session:
        assert held(session, session.get_one(SupportGrant, grant.id)) == {"2026Q4": Decimal(2)}


def test_what_ended_unused_is_granted_anew_and_not_corrected(office: Settings) -> None:
    with transaction() as session:
        network, grant = granted(session, grant_line("speaker"))
        acts.change(session, network, "close", "2026-11-10", member="m1")
        with pytest.raises(UserError, match=r"^Stöd: Hjälp att hitta talare är avslutat"):
            correct_grant(session, grant, put_right(session), hours=Decimal(1))


def test_it_is_logged_from_and_to_with_the_reason_and_told_twice_it_changes_nothing(office: Settings) -> None:
    with transaction() as session:
        network, grant = granted(session, grant_line("speaker", hours=4))
        made = [correct_grant(session, grant, put_right(session), hours=Decimal(2)) for _ in range(2)]
        assert made == [True, False]
        [entry] = session.exec(select(ChangeEntry)).all()
        assert (entry.what, entry.network_id, entry.reason) == (ChangedField.grant, network.id, "Vi skrev fel.")
        assert (entry.before, entry.after) == (
            "speaker 4.00 2026-11-05 2027-07-31",
            "speaker 2.00 2026-11-05 2027-07-31",
        )
        assert entry.signed_by == by_signature(session, "asj", "").id


@pytest.mark.parametrize(("status", "letters"), [("queued", 0), ("sent", 1), ("deferred", 1), ("failed", 0)])
def test_who_was_told_wrong_figures_gets_the_right_ones_and_who_was_not_is_told_once(
    office: Settings, status: MailStatus, letters: int
) -> None:
    with transaction() as session:
        network, grant = granted(session, grant_line("speaker", hours=4))
        [decision] = mails(session, "granted")
        decision.status = status
        session.add(decision)
        correct_grant(session, grant, put_right(session), hours=Decimal(2))
        corrections = mails(session, "correction")
        assert len(corrections) == letters
        for letter in corrections:
            assert (letter.person_id, letter.network_id) == (decision.person_id, network.id)
            assert letter.context == f'{{"about": "grant", "grants": ["{grant.id}"]}}'


# --- money ----------------------------------------------------------------------------------------

PAID = date(2026, 12, 14)


def paid(session: Session, *, grants: int = 1) -> tuple[Network, SupportGrant]:
    network, grant = granted(session, *[grant_line("grant_money", sek=2500)] * grants)
    record_payment(session, network, payment(session), at("2026-12-20"))
    return network, grant


def payment(session: Session, on: date = PAID, sek: int = 2000, seen_by: str = "mla", **more: Any) -> Payment:
    return Payment(on, sek, by_signature(session, seen_by, ""), **more)


def test_a_payment_gets_its_right_day_sum_and_receipt_and_its_hours_stay(office: Settings) -> None:
    with transaction() as session:
        _, grant = paid(session)
        hours = left(session)
        right = payment(session, date(2026, 12, 15), 1500, "gol")
        changed = [correct_payment(session, grant, put_right(session, "2026-12-21"), right) for _ in range(2)]
        assert changed == [True, False]
        assert (grant.paid_on, grant.paid_sek, grant.status) == (date(2026, 12, 15), 1500, GrantStatus.used)
        assert grant.receipt_seen_by == by_signature(session, "gol", "").id
        assert left(session) == hours
        [entry] = session.exec(select(ChangeEntry)).all()
        assert (entry.before, entry.after) == ("2026-12-14 2000 mla", "2026-12-15 1500 gol")
        assert broken(session) == []


def test_a_payment_that_was_never_made_can_be_told_again(office: Settings) -> None:
    with transaction() as session:
        network, grant = paid(session)
        assert correct_payment(session, grant, put_right(session, "2026-12-21"), payment(session, sek=0))
        assert (grant.paid_on, grant.paid_sek, grant.receipt_seen_by) == (None, None, None)
        assert record_payment(session, network, payment(session, date(2026, 12, 18)), at("2026-12-22"))
        assert len(session.exec(select(SupportTime)).all()) == 1, "its half hour was given once"
        assert broken(session) == []


@pytest.mark.parametrize(
    ("on", "sek", "sentence"),
    [
        (PAID, 2501, "Utbetalt, kronor: 0–2500, som är beviljat."),
        (
            date(2026, 11, 4),
            2000,
            "Dag: bidraget gäller från 2026-11-05. Ange den dagen eller en senare som har varit.",
        ),
        (
            date(2026, 12, 22),
            2000,
            "Dag: bidraget gäller från 2026-11-05. Ange den dagen eller en senare som har varit.",
        ),
    ],
)
def test_a_payment_is_not_corrected_beyond_what_was_granted(
    office: Settings, on: date, sek: int, sentence: str
) -> None:
    with transaction() as session:
        _, grant = paid(session)
        with pytest.raises(UserError) as refused:
            correct_payment(session, grant, put_right(session, "2026-12-21"), payment(session, on, sek))
        assert str(refused.value) == sentence


def test_a_second_payment_of_the_same_day_and_sum_is_told_as_such_and_once(office: Settings) -> None:
    with transaction() as session:
        network, _ = paid(session, grants=2)
        second = payment(session, is_second=True)
        told = [record_payment(session, network, second, at("2026-12-20")) for _ in range(2)]
        assert told == [True, False]
        assert [one.paid_sek for one in session.exec(select(SupportGrant))] == [2000, 2000]


def test_a_second_payment_of_that_day_may_be_another_sum(office: Settings) -> None:
    with transaction() as session:
        network, _ = paid(session, grants=2)
        assert record_payment(session, network, payment(session, sek=1500, is_second=True), at("2026-12-20"))
        assert sorted(one.paid_sek or 0 for one in session.exec(select(SupportGrant))) == [1500, 2000]
        assert all_hours_left(session, "2026Q4")
