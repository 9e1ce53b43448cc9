"""Money for a meeting: paid within what was granted, on a receipt that somebody saw, once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from models.db.engine import transaction
from models.errors import CapacityExceeded, UserError
from models.forms.capacity import CapacityForm
from models.office.policy import DEFAULTS
from models.office.staff import by_signature
from models.settings import Settings
from models.support.grant_money import Payment, record_payment
from models.support.ledger import book_hours, hours_left, reserved, use_hours
from models.support.quarter_end import release_ended
from models.tables.network import Network
from models.tables.support import EntryKind, GrantStatus, SupportGrant, SupportTime
from tests.acts import GOREL, ask, at, grant_line, talk

NOW = at("2026-12-20")
PAID = date(2026, 12, 14)
HALF = Decimal("0.5")


def granted(session: Session, *sums: int, to_on: str = "2026-12-31") -> Network:
    """A network that was granted money, each sum for a meeting, from 5 November to the year's end."""
    lines = [grant_line("grant_money", sek=sek, to_on=to_on) for sek in sums]
    network = talk(session, ask(session), grants=lines)
    assert network
    return network


def pay(session: Session, network: Network, sek: int = 2000, on: date = PAID) -> bool:
    return record_payment(session, network, Payment(on, sek, by_signature(session, "mla", "")), NOW)


def grants(session: Session) -> list[SupportGrant]:
    return sorted(session.exec(select(SupportGrant)), key=lambda one: one.occasion)


def left(session: Session) -> Decimal:
    return hours_left(session, by_signature(session, "asj", "").id, "2026Q4")


def test_money_that_was_paid_is_used_and_tells_when_how_much_and_who_saw_the_receipt(office: Settings) -> None:
    with transaction() as session:
        network = granted(session, 2500)
        assert pay(session, network)
        [grant] = grants(session)
        assert (grant.paid_on, grant.paid_sek) == (PAID, 2000)
        assert grant.receipt_seen_by == by_signature(session, "mla", "").id
        assert (grant.status, reserved(session, grant.id)) == (GrantStatus.used, [])


def test_its_half_hour_is_booked_when_it_is_paid_unless_it_was_already(office: Settings) -> None:
    with transaction() as session:
        network = granted(session, 2500, 2500)
        first, second = grants(session)
        use_hours(session, first, date(2026, 12, 1), HALF, NOW)
        for day in (PAID, date(2026, 12, 15)):
            assert pay(session, network, 2000, day)
        told = [(one.grant_id, one.hours) for one in session.exec(select(SupportTime))]
        assert sorted(told) == sorted([(first.id, HALF), (second.id, HALF)])
        assert left(session) == DEFAULTS.quarter_hours - 1 - 2 * HALF  # the talk's hour too


def test_the_same_payment_told_twice_changes_nothing(office: Settings) -> None:
    with transaction() as session:
        network = granted(session, 2500, 2500)
        assert [pay(session, network) for _ in range(2)] == [True, False]
        assert [one.paid_sek for one in grants(session)] == [2000, None]


def test_two_grants_are_paid_one_after_the_other_and_no_third_time(office: Settings) -> None:
    with transaction() as session:
        network = granted(session, 2500, 3000)
        pay(session, network, 2000)
        pay(session, network, 3000, date(2026, 12, 16))
        assert [one.paid_sek for one in grants(session)] == [2000, 3000]
        with pytest.raises(UserError, match=r"^Utbetalt, kronor: redan utbetalt \(2026-12-14 2000, 2026-12-16 3000"):
            pay(session, network, 1000, date(2026, 12, 18))


def test_another_sum_on_the_same_day_is_not_taken_for_the_networks_second_payment(office: Settings) -> None:
    with transaction() as session:
        network = granted(session, 2500, 2500)
        pay(session, network, 2000)
        with pytest.raises(UserError, match=r"^Utbetalt, kronor: redan utbetalt \(2026-12-14 2000\)"):
            pay(session, network, 1500)


@pytest.mark.parametrize(
    ("sek", "on", "sentence"),
    [
        (2501, PAID, "Utbetalt, kronor: 2500 är beviljat nätverk #1. Ange högst så mycket."),
        (2000, date(2026, 11, 4), "Dag: bidraget gäller från 2026-11-05. Ange den dagen eller en senare."),
    ],
)
def test_more_than_was_granted_or_on_another_day_is_refused_in_a_sentence(
    office: Settings, sek: int, on: date, sentence: str
) -> None:
    with transaction() as session:
        network = granted(session, 2500)
        with pytest.raises(UserError) as refused:
            pay(session, network, sek, on)
        assert str(refused.value) == sentence
        [grant] = grants(session)
        assert (grant.paid_on, grant.status, left(session)) == (None, GrantStatus.granted, Decimal("22.5"))


def test_a_receipt_that_comes_after_the_last_day_is_paid_and_its_half_hour_booked_on_that_day(office: Settings) -> None:
    with transaction() as session:
        network = granted(session, 2500)
        assert pay(session, network, 2000, date(2027, 1, 14))
        [grant] = grants(session)
        assert (grant.paid_on, grant.status) == (date(2027, 1, 14), GrantStatus.used)
        assert [one.on for one in session.exec(select(SupportTime))] == [date(2026, 12, 31)]


def test_a_network_without_a_grant_of_money_is_paid_nothing(office: Settings) -> None:
    with transaction() as session:
        granted(session, 2500)
        other = talk(session, ask(session, member_number=GOREL), grants=[grant_line("speaker")])
        assert other
        with pytest.raises(UserError, match="Nätverk: #2 har inget bidrag beviljat"):
            pay(session, other)


def test_money_that_nobody_was_paid_when_it_ended_is_on_nobody(office: Settings) -> None:
    with transaction() as session:
        granted(session, 2500)
        release_ended(session, date(2027, 1, 1), at("2027-01-01"))
        [grant] = grants(session)
        assert (grant.status, grant.paid_on, left(session)) == (GrantStatus.ended, None, DEFAULTS.quarter_hours - 1)


def test_a_payment_told_late_takes_its_half_hour_of_the_quarter_it_was_made_in(office: Settings) -> None:
    with transaction() as session:
        network = granted(session, 2500)
        release_ended(session, date(2027, 1, 1), at("2027-01-01"))
        assert pay(session, network)
        [grant] = grants(session)
        assert (grant.status, left(session)) == (GrantStatus.used, DEFAULTS.quarter_hours - 1 - HALF)


def test_without_the_half_hour_nothing_is_saved(office: Settings) -> None:
    with transaction() as session:
        network = granted(session, 2500, to_on="2027-03-31")  # half of it stands in the next quarter
        book_hours(session, by_signature(session, "asj", ""), PAID, left(session), EntryKind.used, NOW)
        with pytest.raises(CapacityExceeded, match=r"Timmar: asj har 0 timmar kvar 2026Q4"):
            pay(session, network)
        [grant] = grants(session)
        assert (grant.paid_on, session.exec(select(SupportTime)).all()) == (None, [])


def form(**changes: Any) -> CapacityForm:
    told = {"action": "paid", "signed_by": "asj", "network_number": 1, "paid_sek": 2000, "receipt_seen_by": "mla"}
    return CapacityForm.model_validate(told | changes)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"on": "2026-12-21"}, "Dag: dagen har inte varit än."),
        ({"paid_sek": 0}, "Utbetalt, kronor: ange minst 1."),
        ({"receipt_seen_by": ""}, "Kvittot sett av (signatur): välj den som sett kvittot."),
        ({"network_number": 0}, "Nätverk: välj i listan."),
        ({"signed_by": ""}, "Din signatur: välj den."),
        ({"hours": 1}, "«Timmar»: hör inte till valet «Bidrag utbetalt». Töm det, eller ändra valet."),
    ],
)
def test_the_form_names_what_is_missing_or_does_not_go_with_a_payment(
    changes: dict[str, Any], problem: str | None
) -> None:
    assert form(**changes).all_problems(date(2026, 12, 20)) == ([problem] if problem else [])
