"""A talk with a network: three ways on, and none of them ends in the office taking over (domain.md section 7)."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from models.dates.working_days import working_days_between
from models.db.engine import transaction
from models.errors import CapacityExceeded, UserError
from models.forms.catch_up import CatchUpForm
from models.office.interventions import end_intervention, open_once
from models.office.staff import by_signature
from models.people.roles import roles_of
from models.settings import Settings
from models.stages import catch_up, check_in
from models.support.ledger import hours_left
from models.tables.check_in import CheckIn
from models.tables.network import Network, NetworkState
from models.tables.office import Intervention, InterventionKind, TalkOutcome
from models.tables.support import BookedTalk, Item, SupportGrant
from models.tables.transition import Actor, Transition
from tests.acts import (
    GOREL,
    all_open,
    answer,
    ask,
    at,
    by,
    grant_line,
    mails,
    meet,
    network_in,
    network_of,
    say_yes,
    talk,
)

K = InterventionKind
DAY = "2027-02-01"


def owed(session: Session, kind: InterventionKind = K.health_talk, day: str = "2027-01-11") -> Network:
    """A network that the office owes something."""
    network = network_in(session)
    open_once(session, network, kind, day, at(day))
    session.flush()
    return network


def talked(session: Session, network: Network, outcome: str, day: str = DAY, **changes: Any) -> int:
    """Staff note what came of the talk; how many matters it settled."""
    form = CatchUpForm.model_validate(
        {"network_number": network.number, "signature": "asj", "talked_on": day, "outcome": outcome}
        | {"member": "m1", "agreement": "Två till hjälper till."}
        | changes
    )
    form.check(date.fromisoformat(day))
    _, ended = catch_up.settle_talk(session, form, by(Actor.staff, day))
    session.flush()
    return ended


def kinds(session: Session) -> list[str]:
    return [one.kind for one, _ in all_open(session)]


def test_adapt_settles_the_talk_and_looks_again_after_90_active_days(office: Settings) -> None:
    with transaction() as session:
        network = owed(session)
        assert talked(session, network, "adapt") == 1
        talk, trying = session.exec(select(Intervention).order_by(Intervention.opened_at)).all()  # type: ignore[arg-type]
        assert (talk.outcome, talk.agreement) == (TalkOutcome.adapt, "Två till hjälper till.")
        assert (talk.ended_at, talk.ended_by) == (at(DAY), by_signature(session, "asj", "").id)
        assert (trying.kind, str(trying.due_on), trying.owner) == (K.adapting, "2027-05-02", network.negotiator)
        assert network.state == NetworkState.starting


def test_a_meeting_that_the_office_carried_too_much_of_is_settled_by_a_talk_which_takes_its_hour(
    office: Settings,
) -> None:
    with transaction() as session:
        network = network_in(session)
        meet(session, network, "2027-01-11", carriers=("m1", "office", "office", "office", "office"))
        before = hours_left(session, by_signature(session, "asj", "").id, "2027Q1")
        assert kinds(session) == [K.over_helping]
        assert talked(session, network, "adapt", kind="over_helping") == 1
        assert hours_left(session, by_signature(session, "asj", "").id, "2027Q1") == before - 1


def test_rest_is_a_way_on(office: Settings) -> None:
    with transaction() as session:
        network = owed(session)
        open_once(session, network, K.wish, "x", at("2027-01-12"))
        talked(session, network, "rest")
        assert (network.state, kinds(session), len(mails(session, "resting"))) == (NetworkState.resting, [], 1)
        assert "test:talk m1" in session.exec(select(Transition.cause)).all()


def test_close_answered_is_a_talk_and_closed_within_10_working_days_without_persuading(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        asked = CheckIn(
            network_id=network.id, person_id=roles_of(session, network.id)[0].person_id, sent_on=date(2027, 1, 12)
        )
        session.add(asked)
        answer(session, asked, "2027-01-13", wish="close")
        check_in.follow_up_answers(session, at("2027-01-13"))
        session.flush()
        [(talk, _)] = all_open(session)
        assert talk.kind == K.pause_or_close
        assert working_days_between(date(2027, 1, 13), talk.due_on) == 10
        talked(session, network, "close", day="2027-01-20", kind="pause_or_close", agreement="")
        assert (network.state, talk.outcome, kinds(session)) == (NetworkState.closed, TalkOutcome.close, [])
        assert len(mails(session, "closed")) == 3


def test_only_an_organiser_decides_to_close(office: Settings) -> None:
    with transaction() as session:
        network = owed(session)
        with pytest.raises(UserError, match="Medlem: m9"):
            talked(session, network, "close", member="m9")
        with pytest.raises(UserError, match="Medlem: skriv vem"):
            talked(session, network, "close", member="")


def test_settled_is_the_end_of_it(office: Settings) -> None:
    with transaction() as session:
        network = owed(session)
        assert talked(session, network, "settled", member="") == 1
        assert (network.state, kinds(session)) == (NetworkState.starting, [])


@pytest.mark.parametrize(
    ("kind", "state", "outcome", "member", "hours"),
    [
        (K.health_talk, NetworkState.starting, "adapt", "m1", 1),
        (K.handover_talk, NetworkState.independent, "settled", "m1", 1),
        (K.wish, NetworkState.resting, "settled", "m1", 2),  # a restart talk
        (K.health_talk, NetworkState.starting, "settled", "", 0),  # it settled itself
        (K.hard_bounce, NetworkState.starting, "settled", "m1", 0),  # an address is put right without a talk
    ],
)
def test_a_talk_with_a_member_is_booked_on_the_ledger_without_a_grant(
    office: Settings, kind: InterventionKind, state: NetworkState, outcome: str, member: str, hours: int
) -> None:
    with transaction() as session:
        network = owed(session, kind)
        network.state = state
        asj, grants = by_signature(session, "asj", ""), len(session.exec(select(SupportGrant)).all())
        before = hours_left(session, asj.id, "2027Q1")
        talked(session, network, outcome, kind=kind, member=member)
        assert before - hours_left(session, asj.id, "2027Q1") == hours
        assert len(session.exec(select(SupportGrant)).all()) == grants


def test_the_talk_is_about_the_oldest_that_is_open_unless_another_is_chosen(office: Settings) -> None:
    with transaction() as session:
        network = owed(session, K.wish)
        for kind, day in ((K.phone_only, "2027-01-04"), (K.health_talk, "2027-01-18"), (K.wish, "2027-01-20")):
            open_once(session, network, kind, day, at(day))
        session.flush()
        attempt = session.begin_nested()
        assert talked(session, network, "settled") == 2
        assert sorted(kinds(session)) == [K.health_talk, K.phone_only]
        attempt.rollback()
        assert talked(session, network, "settled", kind="phone_only") == 1
        assert sorted(kinds(session)) == [K.health_talk, K.wish, K.wish]


def hours(session: Session) -> Decimal:
    return hours_left(session, by_signature(session, "asj", "").id, "2027Q1")


def test_several_forms_about_one_talk_book_its_hour_once(office: Settings) -> None:
    with transaction() as session:
        network = owed(session)
        open_once(session, network, K.wish, "x", at("2027-01-12"))
        before = hours(session)
        talked(session, network, "settled", kind="health_talk")
        talked(session, network, "settled", kind="wish")
        assert before - hours(session) == 1
        assert kinds(session) == []


def test_another_day_another_signature_and_another_network_are_talks_of_their_own(office: Settings) -> None:
    with transaction() as session:
        network = owed(session)
        other = network_of(session, GOREL)
        for kind in (K.wish, K.early_warning):
            open_once(session, network, kind, "x", at("2027-01-12"))
        open_once(session, other, K.wish, "x", at("2027-01-12"))
        before = hours(session)
        talked(session, network, "settled", kind="health_talk")
        talked(session, network, "settled", kind="wish", day="2027-02-02")
        talked(session, other, "settled", kind="wish")
        assert before - hours(session) == 3
        gol = by_signature(session, "gol", "")
        talked(session, network, "settled", kind="early_warning", signature="gol")
        assert before - hours(session) == 3
        assert hours_left(session, gol.id, "2027Q1") == 23


def test_a_longer_talk_the_same_day_takes_the_difference_and_a_shorter_one_nothing(office: Settings) -> None:
    with transaction() as session:
        network = owed(session, K.handover_talk)
        network.state = NetworkState.resting
        for kind in (K.wish, K.early_warning):
            open_once(session, network, kind, "x", at("2027-01-12"))
        before, taken = hours(session), []
        for matter in (K.handover_talk, K.wish, K.early_warning):  # one hour; a restart talk, two hours; the same
            talked(session, network, "settled", kind=matter)
            taken.append(before - hours(session))
        assert taken == [1, 2, 2]
        [talk] = session.exec(select(BookedTalk)).all()
        assert (talk.item, talk.hours, talk.on) == (Item.restart_talk, Decimal(2), date.fromisoformat(DAY))


def test_one_form_settles_all_that_a_talk_settles_and_leaves_what_is_for_staff_alone(office: Settings) -> None:
    with transaction() as session:
        network = owed(session)
        for kind, day in ((K.wish, "2027-01-12"), (K.wish, "2027-01-13"), (K.hard_bounce, "2027-01-14")):
            open_once(session, network, kind, day, at(day))
        before = hours(session)
        assert talked(session, network, "adapt", kind="all") == 3
        assert before - hours(session) == 1
        assert sorted(kinds(session)) == [K.adapting, K.hard_bounce]


def test_all_that_is_open_in_one_form_is_one_talk_as_long_as_the_longest(office: Settings) -> None:
    with transaction() as session:
        network = owed(session, K.handover_talk)
        network.state = NetworkState.resting
        open_once(session, network, K.wish, "x", at("2027-01-12"))
        before = hours(session)
        assert talked(session, network, "settled", kind="all") == 2
        assert before - hours(session) == 2


def test_a_talk_about_nothing_that_is_open_is_refused_in_words(office: Settings) -> None:
    with transaction() as session:
        network = owed(session)
        with pytest.raises(UserError, match="Vilket ärende: nätverk #1 har inget sådant öppet"):
            talked(session, network, "settled", kind="wish")
        talked(session, network, "settled")
        with pytest.raises(UserError, match="Vilket ärende"):
            talked(session, network, "settled")


def test_help_is_given_item_by_item_and_told_to_the_contact(office: Settings) -> None:
    with transaction() as session:
        network = owed(session)
        line = grant_line("sounding_board", from_on=DAY, to_on="2027-03-31")
        talked(session, network, "adapt", grants=[line])
        assert [grant.item for grant in session.exec(select(SupportGrant))].count("sounding_board") == 1  # type: ignore[arg-type]
        first, more = (json.loads(mail.context) for mail in mails(session, "granted"))  # the first at the decision
        assert ("more" in first, more["more"]) == (False, True)


@pytest.mark.parametrize(
    ("items", "state"),
    [
        (["starter_kit", "digital_room"], NetworkState.independent),
        (["starter_kit", "speaker"], NetworkState.starting),
    ],
)
def test_what_is_free_gives_a_network_without_support_none_and_what_costs_hours_does(
    office: Settings, items: list[str], state: NetworkState
) -> None:
    with transaction() as session:
        network = talk(session, ask(session, without_support=True), grants=[])
        assert network and network.without_support
        open_once(session, network, K.wish, "x", at("2026-11-06"))
        lines = [grant_line(item, from_on="2026-11-09") for item in items]
        talked(session, network, "settled", day="2026-11-09", grants=lines)
        say_yes(session, network)
        meet(session, network, "2026-11-25")
        assert (network.state, network.support_ends_on is None) == (state, state == NetworkState.independent)


def test_help_beyond_the_hours_is_refused_and_the_talk_stays_open(office: Settings) -> None:
    with transaction() as session:
        network = owed(session)
        line = grant_line("sounding_board", from_on=DAY, to_on="2027-03-31", hours=25)
        attempt = session.begin_nested()
        with pytest.raises((CapacityExceeded, UserError)):
            talked(session, network, "adapt", grants=[line])
        attempt.rollback()
        assert (kinds(session), len(session.exec(select(SupportGrant)).all())) == ([K.health_talk], 1)


@pytest.mark.parametrize(
    ("outcome", "fields", "sentence"),
    [
        ("adapt", {"talked_on": "2027-02-02"}, "Samtalet hölls: dagen"),
        ("adapt", {"agreement": " "}, "Vad ni bestämde: skriv"),
        ("adapt", {"member": ""}, "Medlem: skriv"),
        ("rest", {"member": ""}, "Medlem: skriv"),
        ("close", {"grants": [grant_line()]}, "Beviljat stöd: ta bort"),
        ("rest", {"grants": [grant_line()]}, "Beviljat stöd: ta bort"),
        ("adapt", {"signature": "xx"}, "Din signatur"),
        ("adapt", {"network_number": 9}, "Nätverk: det finns inget"),
    ],
)
def test_a_talk_that_is_not_told_whole_is_refused_in_words(
    office: Settings, outcome: str, fields: dict[str, Any], sentence: str
) -> None:
    with transaction() as session:
        network = owed(session)
        with pytest.raises(UserError, match=sentence):
            talked(session, network, outcome, **fields)
        assert kinds(session) == [K.health_talk]


def test_the_list_begins_with_what_is_due_first_and_leaves_out_what_has_ended(office: Settings) -> None:
    with transaction() as session:
        network = owed(session, K.wish, "2027-01-18")
        other = network_of(session, GOREL)
        open_once(session, other, K.unreachable, "x", at("2027-01-11"))
        open_once(session, network, K.new_contact, "x", at("2027-01-11"), date(2027, 3, 1))
        session.flush()
        assert [(one.kind, whose.number) for one, whose in all_open(session)] == [
            (K.unreachable, 2),
            (K.wish, 1),
            (K.new_contact, 1),
        ]
        end_intervention(session, all_open(session)[0][0], TalkOutcome.settled, by(Actor.staff, DAY))
        assert kinds(session) == [K.wish, K.new_contact]


def test_only_what_settled_itself_ends_without_a_signature_and_nothing_ends_twice(office: Settings) -> None:
    with transaction() as session:
        owed(session)
        [(one, _)] = all_open(session)
        with pytest.raises(UserError, match="Din signatur"):
            end_intervention(session, one, TalkOutcome.rest, by(Actor.rule, DAY))
        end_intervention(session, one, TalkOutcome.settled, by(Actor.rule, DAY))
        end_intervention(session, one, TalkOutcome.close, by(Actor.staff, DAY), "Nej.")
        assert (one.outcome, one.ended_by, one.agreement) == (TalkOutcome.settled, None, None)
