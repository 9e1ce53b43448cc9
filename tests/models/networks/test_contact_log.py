"""Staff's attempts to reach a network: an attempt is an asking, and no network is stuck between life and death."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models.dates.active_days import add_active_days
from models.dates.local_time import local
from models.db.engine import transaction
from models.errors import UserError
from models.forms.catch_up import CatchUpForm
from models.networks import never_started, rest
from models.office.contact_log import reminders_due
from models.office.interventions import open_once
from models.office.staff import by_signature
from models.people.roles import roles_of
from models.settings import Settings
from models.stages import kickoff, work_list
from models.stages.catch_up import settle_talk
from models.tables.contact_entry import ContactEntry
from models.tables.network import Network, NetworkState
from models.tables.office import Intervention, InterventionKind
from models.tables.person import EmailStatus, Person
from models.tables.transition import Actor
from tests.acts import AKE, GOREL, all_sent, ask, at, by, change, member, network_in, say_yes, talk

N = NetworkState


def nobody_can_be_mailed(session: Session) -> None:
    """Every address has bounced."""
    for person in session.exec(select(Person)):
        person.email_status = EmailStatus.bounced
        session.add(person)
    session.flush()


def attempt(session: Session, network: Network, day: str | date, **changes: Any) -> bool:
    told = {"other_channel": "phone", "contact_outcome": "no_answer"} | changes
    return change(session, network, "contact", str(day), **told)


def planned(session: Session) -> tuple[Network, date]:
    """A network that never met, and the first day on which it may be closed."""
    network = talk(session, ask(session))
    assert network
    say_yes(session, network)
    return network, add_active_days(local(network.created_at).date(), 180)


def resting(session: Session) -> Network:
    network = network_in(session)
    change(session, network, "rest", "2027-01-11", member="m1")
    return network


# --- what is written down -------------------------------------------------------------------------


def test_an_attempt_is_kept_with_its_note_sealed_and_told_twice_it_is_one(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        told = {"on": "2027-01-08", "reason": "Ingen svarar på hemnumret."}
        assert [attempt(session, network, "2027-01-11", **told) for _ in range(2)] == [True, False]
        [entry] = session.exec(select(ContactEntry)).all()
        assert (entry.on, entry.channel, entry.outcome, entry.note) == (
            date(2027, 1, 8), "phone", "no_answer", told["reason"],
        )  # fmt: skip
        raw = session.connection().exec_driver_sql("SELECT note FROM contact_entry").scalar()
        assert "hemnumret" not in str(raw)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [({"other_channel": "none"}, "Hur du har försökt"), ({"on": "2027-01-12"}, "har inte varit"),
     ({"remind_on": "2027-01-04"}, "har redan varit"), ({"reason": "x" * 501}, "högst 500")],
)  # fmt: skip
def test_an_attempt_that_says_too_little_or_too_much_is_refused(
    office: Settings, told: dict[str, str], sentence: str
) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match=sentence):
            attempt(session, network, "2027-01-11", **told)


def test_a_reminder_stands_on_the_list_of_who_wrote_it_from_its_day_until_they_try_again(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        attempt(session, network, "2027-01-11", remind_on="2027-01-18")
        assert not reminders_due(session, date(2027, 1, 17))
        [item] = [one for one in work_list.what_waits(session, at("2027-01-18")) if one.what == "reminder"]
        assert (item.with_whom, item.opens) == ("asj", "network-change")
        attempt(session, network, "2027-01-19", contact_outcome="reached")
        assert not reminders_due(session, date(2027, 1, 20))


def test_a_reminder_goes_with_the_network_when_who_wrote_it_hands_it_over(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        attempt(session, network, "2027-01-11", remind_on="2027-01-18")
        change(session, network, "negotiator", "2027-01-12", negotiator="gol")
        [item] = [one for one in work_list.what_waits(session, at("2027-01-18")) if one.what == "reminder"]
        assert item.with_whom == "gol"
        [entry] = session.exec(select(ContactEntry))
        assert entry.staff_id == by_signature(session, "asj", "").id, "who called is who called"


def test_a_reminder_of_somebody_else_than_who_handed_over_stays_with_them(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        attempt(session, network, "2027-01-11", remind_on="2027-01-18", signature="mla")
        change(session, network, "negotiator", "2027-01-12", negotiator="gol")
        [item] = [one for one in work_list.what_waits(session, at("2027-01-18")) if one.what == "reminder"]
        assert item.with_whom == "mla"


# --- asked ----------------------------------------------------------------------------------------


def test_a_planned_network_that_nobody_can_be_mailed_about_closes_after_two_attempts_two_weeks_apart(
    office: Settings,
) -> None:
    with transaction() as session:
        network, day = planned(session)
        nobody_can_be_mailed(session)
        never_started.propose_closing_planned(session, at(day))
        [proposal] = session.exec(select(Intervention)).all()
        assert proposal.kind == InterventionKind.propose_close, "staff see it, though no mail could go"
        attempt(session, network, day)
        for later in (0, 13):
            with pytest.raises(UserError, match="två kontaktförsök"):
                attempt(session, network, day + timedelta(days=later))
                change(session, network, "close", str(day + timedelta(days=later)))
        attempt(session, network, day + timedelta(days=14))
        assert change(session, network, "close", str(day + timedelta(days=14)))
        assert network.state == N.closed


def test_a_resting_network_that_nobody_can_be_mailed_about_closes_after_two_attempts_two_weeks_apart(
    office: Settings,
) -> None:
    with transaction() as session:
        network = resting(session)
        nobody_can_be_mailed(session)
        assert rest.propose_closing(session, at("2028-01-11")) == 1
        attempt(session, network, "2028-01-11")
        with pytest.raises(UserError, match="två kontaktförsök"):
            change(session, network, "close", "2028-01-11")
        attempt(session, network, "2028-01-25", contact_outcome="left_word")
        assert change(session, network, "close", "2028-01-25")


def test_a_mail_that_waits_has_asked_nobody_yet(office: Settings) -> None:
    with transaction() as session:
        network = resting(session)
        for day in ("2027-07-11", "2027-12-11"):
            rest.send_wake_mails(session, at(day))
        with pytest.raises(UserError, match="inte frågats två gånger"):
            change(session, network, "close", "2028-01-11", other_channel="phone")
        all_sent(session)
        assert change(session, network, "close", "2028-01-11", other_channel="phone")


def test_one_mail_and_one_attempt_are_two_askings_and_one_other_way_comes_beside_them(
    office: Settings,
) -> None:
    with transaction() as session:
        network = resting(session)
        rest.send_wake_mails(session, at("2027-12-11"))
        all_sent(session)
        attempt(session, network, "2028-01-05")
        with pytest.raises(UserError, match="inte frågats två gånger"):
            change(session, network, "close", "2028-01-11")
        assert change(session, network, "close", "2028-01-11", other_channel="letter")


def test_what_was_tried_before_a_network_went_to_rest_does_not_count(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        for day in ("2026-12-01", "2026-12-16"):
            attempt(session, network, day)
        change(session, network, "rest", "2027-01-11", member="m1")
        with pytest.raises(UserError, match="inte frågats två gånger"):
            change(session, network, "close", "2028-01-11")


def test_a_mail_by_staff_is_no_other_channel_for_a_network_that_mail_reaches(office: Settings) -> None:
    with transaction() as session:
        network = resting(session)
        for day in ("2028-01-01", "2028-01-20"):
            attempt(session, network, day, other_channel="mail")
        with pytest.raises(UserError, match="Annan väg"):
            change(session, network, "close", "2028-01-20")
        assert change(session, network, "close", "2028-01-20", other_channel="letter")


# --- an active network that nobody answers for ----------------------------------------------------


def test_an_active_network_that_nobody_answers_for_rests_after_two_attempts_in_vain(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        nobody_can_be_mailed(session)
        attempt(session, network, "2027-02-01")
        with pytest.raises(UserError, match="Medlem"):
            change(session, network, "rest", "2027-02-01")
        attempt(session, network, "2027-02-15", contact_outcome="left_word")
        assert change(session, network, "rest", "2027-02-15")


def test_an_attempt_on_the_day_of_a_report_does_not_hinder_what_later_attempts_show(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        for day in ("2026-11-25", "2026-12-09"):  # the first on the evening of the kickoff
            attempt(session, network, day)
        with pytest.raises(UserError, match="Medlem"):
            change(session, network, "rest", "2026-12-09")
        attempt(session, network, "2026-12-23")
        assert change(session, network, "rest", "2026-12-23")


def test_somebody_who_was_reached_is_no_attempt_in_vain(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        attempt(session, network, "2027-02-01")
        attempt(session, network, "2027-02-10", contact_outcome="reached")
        attempt(session, network, "2027-02-16")
        with pytest.raises(UserError, match="Medlem"):
            change(session, network, "rest", "2027-02-16")


def test_a_network_whose_every_organiser_is_protected_can_be_closed_on_their_own_word(office: Settings) -> None:
    with transaction() as session:
        network, _ = planned(session)
        person = member(session, AKE)
        assert person
        person.protected_at = at("2026-11-10")
        assert change(session, network, "close", "2026-12-01", member="m1")


@pytest.mark.parametrize("sign", ["talk", "yes", "change"])
def test_a_network_that_staff_have_talked_with_since_is_not_out_of_reach(office: Settings, sign: str) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "new_organiser", "2027-01-11", member_number=GOREL)
        open_once(session, network, InterventionKind.wish, "x", at("2027-01-11"))
        for day in ("2027-02-01", "2027-02-15"):
            attempt(session, network, day)
        if sign == "talk":
            told = {"network_number": network.number, "signature": "asj", "talked_on": "2027-02-20", "kind": "wish"}
            form = CatchUpForm.model_validate(told | {"outcome": "settled", "member": "m1"})
            settle_talk(session, form, by(Actor.staff, "2027-02-20"))
        elif sign == "yes":
            kickoff.confirm(session, roles_of(session, network.id)[-1], at("2027-02-20"))
        else:
            change(session, network, "name", "2027-02-20", member="m2", network_name="Norr")
        session.flush()
        with pytest.raises(UserError, match="Medlem"):
            change(session, network, "rest", "2027-02-22")
