"""A network created by mistake is annulled and a decision opened again: what followed of it is undone."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.errors import UserError
from models.networks import creation
from models.networks.annulment import annul, reopen
from models.networks.meeting_corrections import never_held
from models.office.staff import by_signature
from models.people.roles import confirmed_organisers, roles_of
from models.privacy import retention
from models.settings import Settings
from models.stages import health_check, kickoff
from models.support.corrections import correct_payment
from models.support.grant_money import Payment, record_payment
from models.support.ledger import hours_left, use_hours
from models.tables.change_entry import ChangeEntry
from models.tables.mail import MailStatus, OutgoingMail
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import Network, NetworkLink, NetworkState, Role
from models.tables.request import NamedOrganiser, RequestState, SupportRequest
from models.tables.support import GrantStatus, SupportGrant
from models.views.form_options import all_lists
from models.views.invariants import broken
from models.views.still_holds import overtaken_reason
from tests import acts
from tests.acts import GOREL, ask, at, change, grant_line, mails, network_in, put_right, say_yes, talk


def asked(session: Session) -> SupportRequest:
    return session.exec(select(SupportRequest)).one()


def left(session: Session) -> Decimal:
    return hours_left(session, by_signature(session, "asj", "").id, "2026Q4")


def created(session: Session, **changes: Any) -> Network:
    """A network that a grant created on 5 November, and whose decision has gone."""
    network = talk(session, ask(session), **changes)
    assert network
    acts.all_sent(session)
    return network


def test_a_network_created_by_mistake_is_undone_and_its_request_talked_about_again(office: Settings) -> None:
    with transaction() as session:
        network = created(session)
        assert annul(session, network, put_right(session))
        assert not annul(session, network, put_right(session))
        request = asked(session)
        assert (network.state, request.state) == (NetworkState.annulled, RequestState.talking)
        assert (request.network_id, request.answer_due) == (None, date(2026, 12, 11))
        assert roles_of(session, network.id) == []
        assert left(session) == Decimal(23), "the talk was held"
        assert session.exec(select(SupportGrant.status)).one() == GrantStatus.ended
        [entry] = session.exec(select(ChangeEntry)).all()
        assert (entry.network_id, entry.request_id) == (network.id, request.id)
        assert (entry.what, entry.before, entry.after) == ("annulled", "planned", "annulled")
        assert broken(session) == []


def test_whoever_was_told_of_it_is_told_that_it_was_a_mistake(office: Settings) -> None:
    with transaction() as session:
        network = created(session)
        say_yes(session, network)
        annul(session, network, put_right(session))
        told = {letter.person_id: letter.context for letter in mails(session, "correction")}
        assert set(told) == {role.person_id for role in session.exec(select(Role)) if role.confirmed_at}
        due = [person for person, context in told.items() if '"answer_due": "2026-12-11"' in context]
        assert due == [asked(session).initiator_id], "the others asked for nothing"
        letters = mails(session, "correction")
        assert {overtaken_reason(session, one, at("2026-11-23")) for one in letters} == {None}
        talk(session, asked(session), "2026-11-23")
        late = [one for one in letters if overtaken_reason(session, one, at("2026-11-24"))]
        assert [one.person_id for one in late] == due, "the new decision tells them"


def test_what_nobody_was_told_yet_is_told_to_nobody(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        creation.ask_co_organisers(session, network, at("2026-11-05"))
        annul(session, network, put_right(session))
        assert mails(session, "correction") == []
        about = session.exec(select(OutgoingMail).where(col(OutgoingMail.network_id) == network.id)).all()
        assert {(one.status, one.reason) for one in about} == {(MailStatus.skipped, "overtaken")}


def test_its_meetings_are_called_off_and_leave_the_calendars(office: Settings) -> None:
    with transaction() as session:
        network = acts.first_meeting_booked(session)
        annul(session, network, put_right(session))
        assert session.exec(select(Meeting.status)).one() == MeetingStatus.cancelled
        cancelled = [one for one in mails(session, "calendar-invitation") if '"cancel"' in one.context]
        assert len(cancelled) == 3
        assert {overtaken_reason(session, one, at("2026-11-20")) for one in cancelled} == {None}


def test_what_is_granted_anew_is_another_network_that_keeps_the_yes_that_was_given(office: Settings) -> None:
    with transaction() as session:
        network = created(session)
        yes, _ = [role for role in roles_of(session, network.id) if role.kind == "organiser"]
        kickoff.confirm(session, yes, at("2026-11-09"))
        annul(session, network, put_right(session))
        named = session.exec(select(NamedOrganiser).order_by(col(NamedOrganiser.place))).all()
        assert [one.yes_at for one in named] == [at("2026-11-09"), None]
        anew = talk(session, asked(session), "2026-11-23")
        assert anew and anew.number == 2
        assert [role.person_id for role in confirmed_organisers(session, anew.id)][1:] == [yes.person_id]
        assert len(mails(session, "granted")) == 2, "the new decision has its own letter"
        creation.ask_co_organisers(session, anew, at("2026-11-23"))
        assert len(mails(session, "co-organiser")) == 1, "who said yes is not asked again"
        assert broken(session) == []


def test_who_joined_later_is_named_by_the_request_and_who_said_no_is_not_asked_again(office: Settings) -> None:
    with transaction() as session:
        network = created(session)
        first, second = [role for role in roles_of(session, network.id) if role.kind == "organiser"]
        kickoff.decline(session, first, at("2026-11-09"))
        change(session, network, "new_organiser", "2026-11-10", member_number=GOREL)
        say_yes(session, network)
        annul(session, network, put_right(session))
        named = {one.person_id: (bool(one.yes_at), bool(one.no_at)) for one in session.exec(select(NamedOrganiser))}
        assert sorted(named.values()) == [(False, True), (True, False), (True, False)]
        assert named[first.person_id] == (False, True)
        assert named[second.person_id] == (True, False)


def state_of_request(session: Session, network: Network) -> str:
    of_network = select(SupportRequest.state).where(col(SupportRequest.network_id) == network.id)
    return session.exec(of_network).one()


@pytest.mark.parametrize("what", ["met", "paid", "merged"])
def test_where_something_has_happened_it_says_what_to_do_instead(office: Settings, what: str) -> None:
    with transaction() as session:
        network = created(session, grants=[grant_line("grant_money", sek=2000)])
        say_yes(session, network)
        match what:
            case "met":
                acts.meet(session, network, "2026-11-18", attended=2)
                sentence = "Nätverk: #1 träffades 2026-11-18. Rätta träffen först om den inte blev av; annars"
            case "paid":
                paid = Payment(date(2026, 11, 16), 500, by_signature(session, "mla", ""))
                record_payment(session, network, paid, at("2026-11-16"))
                sentence = "Nätverk: #1 har fått ett bidrag utbetalt. Rätta utbetalningen först"
            case _:
                other = acts.network_of(session, GOREL, acts.ORJAN, day="2026-11-16")
                acts.meet(session, network, "2026-11-16")
                change(session, other, "merge", "2026-11-17", other_networks=[1], agreed=["1:m1", "2:m1"])
                met = session.exec(select(Meeting).where(col(Meeting.network_id) == network.id)).one()
                never_held(session, network, met, put_right(session, "2026-11-18"))
                sentence = "Nätverk: #1 hör ihop med ett annat som delats, gått ihop eller tagit vid."
        with pytest.raises(UserError) as refused:
            annul(session, network, put_right(session))
        assert str(refused.value).startswith(sentence)
        assert state_of_request(session, network) == RequestState.granted
        if what == "paid":
            grant = session.exec(select(SupportGrant)).one()
            nothing = Payment(date(2026, 11, 16), 0, by_signature(session, "mla", ""))
            correct_payment(session, grant, put_right(session), nothing)
            assert annul(session, network, put_right(session))


def test_once_its_only_meeting_is_corrected_away_it_can_be_annulled(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, "2026-11-18")
        never_held(session, network, session.exec(select(Meeting)).one(), put_right(session, "2026-11-19"))
        assert annul(session, network, put_right(session))
        assert broken(session) == []


def test_hours_that_were_given_stay_used(office: Settings) -> None:
    with transaction() as session:
        network = created(session, grants=[grant_line("speaker"), grant_line("send_out")])
        [speaker] = [one for one in session.exec(select(SupportGrant)) if one.item == "speaker"]
        use_hours(session, speaker, date(2026, 11, 12), Decimal(1), at("2026-11-12"))
        annul(session, network, put_right(session))
        assert left(session) == Decimal(22)
        assert broken(session) == []


def test_what_came_after_another_network_does_so_no_more_and_is_no_predecessor(office: Settings) -> None:
    with transaction() as session:
        former = network_in(session, "2026-11-06")
        change(session, former, "close", "2026-11-09", member="m1")
        later = talk(session, ask(session, "2026-11-10", predecessor=1, need="Vi börjar om."), "2026-11-12")
        assert later and session.exec(select(NetworkLink)).one()
        annul(session, later, put_right(session))
        assert session.exec(select(NetworkLink)).all() == []
        past = all_lists(session, at("2026-11-20"))["past"].labels
        assert [one.endswith("#1") for one in past] == [True], "an annulled network is nobody's earlier one"


def test_it_counts_nowhere(office: Settings) -> None:
    with transaction() as session:
        network = created(session)
        annul(session, network, put_right(session))
        health_check.take_snapshots(session, date(2026, 12, 1))
        assert all_lists(session, at("2026-12-01"))["networks"].labels == ()
        assert all_lists(session, at("2026-12-01"))["past"].labels == ()


# --- a decision is opened again -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "letter"),
    [
        ({"decision": "decline", "reason": "outside_purpose"}, "declined"),
        ({"decision": "refer", "reason": "other_network"}, "declined"),
        ({"decision": "wait"}, "waiting"),
        ({"decision": "grant"}, "granted"),
    ],
)
def test_a_decision_is_opened_again_and_its_new_letter_goes_too(
    office: Settings, decision: dict[str, Any], letter: str
) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, **decision)
        acts.all_sent(session)
        state = request.state
        assert reopen(session, request, put_right(session, "2026-11-26"))
        assert not reopen(session, request, put_right(session, "2026-11-26"))
        assert (request.state, request.reason, request.answer_due) == (RequestState.talking, "", date(2026, 12, 17))
        [told] = [one for one in mails(session, "correction") if one.person_id == request.initiator_id]
        assert '"answer_due": "2026-12-17"' in told.context
        assert f'"was": "{state}"' in told.context
        talk(session, request, "2026-11-27", **decision)
        assert len(mails(session, letter)) == 2
        assert overtaken_reason(session, told, at("2026-11-30")) == "overtaken"
        assert broken(session) == []


def test_after_twenty_one_days_a_decision_stands(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="decline", reason="outside_purpose")
        with pytest.raises(UserError, match=r"^Förfrågan: beslutet om #1 kunde öppnas till och med 2026-11-26"):
            reopen(session, request, put_right(session, "2026-11-27"))


@pytest.mark.parametrize("how", ["by rule", "undecided", "withdrawn"])
def test_what_was_not_decided_after_a_talk_is_not_opened(office: Settings, how: str) -> None:
    with transaction() as session:
        request = ask(session, municipality="", place="hela landet") if how == "by rule" else ask(session)
        if how == "withdrawn":
            talk(session, request, decision="withdraw")
        with pytest.raises(UserError, match=r"^Förfrågan: #1 har inget beslut efter samtal att öppna igen"):
            reopen(session, request, put_right(session))


def test_who_said_no_still_does_not_decide_on_the_appeal_when_its_decision_is_opened_again(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        no = {"decision": "decline", "reason": "outside_purpose"}
        talk(session, request, **no)
        talk(session, request, "2026-11-10", decision="appeal", signature="gol")
        talk(session, request, "2026-11-12", signature="gol", **no)
        reopen(session, request, put_right(session))
        with pytest.raises(UserError, match="du sa nej"):
            talk(session, request, "2026-11-23", **no)
        talk(session, request, "2026-11-23", signature="gol", **no)
        assert broken(session) == []


def test_an_offer_from_the_queue_is_made_again_after_it_was_opened(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="wait")
        acts.queue_morning(session, "2026-11-09")
        assert request.offer_until
        acts.all_sent(session)
        reopen(session, request, put_right(session, "2026-11-10"))
        assert request.offer_until is None
        talk(session, request, "2026-11-11", decision="wait")
        acts.queue_morning(session, "2026-11-12")
        assert len(mails(session, "queue-offer")) == 2


def test_why_something_was_put_right_is_kept_for_twelve_months(office: Settings) -> None:
    with transaction() as session:
        annul(session, created(session), put_right(session, reason="Åke ringde."))
        retention.forget(session, at("2027-11-19"))
        assert session.exec(select(ChangeEntry.reason)).one() == "Åke ringde."
        retention.forget(session, at("2027-11-22"))
        session.expire_all()
        assert session.exec(select(ChangeEntry.reason)).one() is None
