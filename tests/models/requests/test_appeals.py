"""An appeal: once, within three weeks, by another signature, and answered in time."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.errors import TransitionRefused, UserError
from models.forms.needs_talk import NeedsTalkForm
from models.requests import lifecycle
from models.settings import Settings
from models.stages import needs_talk, work_list
from models.tables.office import Staff
from models.tables.person import Membership
from models.tables.request import RefusalReason, RequestState, SupportRequest
from models.tables.transition import Actor
from models.views.form_options import all_lists
from tests.acts import MARIT, ask, at, by, mails, member, morning, organisers, talk

NO_ON = date(2026, 11, 5)
REFUSALS = [("decline", "outside_purpose"), ("refer", "other_network")]


def refused(session: Session, decision: str = "decline", reason: str = "outside_purpose") -> SupportRequest:
    request = ask(session)
    talk(session, request, decision=decision, reason=reason)
    return request


def appeal(session: Session, request: SupportRequest, day: date, signature: str = "gol") -> None:
    talk(session, request, str(day), decision="appeal", signature=signature)


@pytest.mark.parametrize(("decision", "reason"), REFUSALS)
def test_whoever_got_a_no_can_appeal_as_the_mail_says_and_is_answered_within_fifteen_working_days(
    office: Settings, decision: str, reason: str
) -> None:
    with transaction() as session:
        request = refused(session, decision, reason)
        appeal(session, request, NO_ON + timedelta(days=21))
        assert request.state == RequestState.talking and request.appealed_at
        assert request.answer_due == date(2026, 12, 17)
        [waiting] = [one for one in work_list.what_waits(session, at("2026-12-18")) if one.key == request.id]
        assert (waiting.what, waiting.due, waiting.overdue) == ("appeal", request.answer_due, True)
        told = [(mail.staff_id, json.loads(mail.context)["came"]) for mail in mails(session, "staff-case")]
        assert told[0][1] == "new" and told[1:] == [(request.assigned_to, "appealed")]


def test_after_three_weeks_a_no_can_be_appealed_no_more(office: Settings) -> None:
    with transaction() as session:
        request = refused(session)
        with pytest.raises(UserError, match="till och med 2026-11-26"):
            appeal(session, request, NO_ON + timedelta(days=22))
        assert request.state == RequestState.declined


def test_a_no_can_be_appealed_once(office: Settings) -> None:
    with transaction() as session:
        request = refused(session)
        appeal(session, request, date(2026, 11, 10))
        talk(session, request, "2026-11-20", decision="decline", reason="outside_purpose", signature="gol")
        with pytest.raises(UserError, match="överklagats en gång"):
            appeal(session, request, date(2026, 11, 24))


@pytest.mark.parametrize("decision", ["grant", "wait", "decline", "refer"])
def test_whoever_said_no_does_not_decide_on_the_appeal(office: Settings, decision: str) -> None:
    with transaction() as session:
        request = refused(session)
        appeal(session, request, date(2026, 11, 10))
        why = {"reason": "other_network"} if decision in ("decline", "refer") else {}
        with pytest.raises(UserError, match="Din signatur: du sa nej"):
            talk(session, request, "2026-11-20", decision=decision, **why)
        talk(session, request, "2026-11-20", decision=decision, signature="gol", **why)
        assert request.state != RequestState.talking


def test_an_appeal_goes_to_somebody_else_than_who_said_no(office: Settings) -> None:
    with transaction() as session:
        request = refused(session)
        asj = session.exec(select(Staff).where(col(Staff.signature) == "asj")).one()
        assert request.assigned_to == asj.id
        appeal(session, request, date(2026, 11, 10))
        assert request.assigned_to not in (None, asj.id)


def test_an_appeal_that_is_granted_gives_a_network_and_no_reason_for_a_no_is_left(office: Settings) -> None:
    with transaction() as session:
        request = refused(session)
        appeal(session, request, date(2026, 11, 10))
        network = talk(session, request, "2026-11-20", signature="gol")
        assert network and organisers(session, network)
        assert (request.state, request.reason) == (RequestState.granted, RefusalReason.none)


def test_the_answer_to_an_appeal_goes_too_and_promises_no_other(office: Settings) -> None:
    with transaction() as session:
        request = refused(session)
        appeal(session, request, date(2026, 11, 10))
        talk(session, request, "2026-11-20", decision="decline", reason="outside_purpose", signature="gol")
        assert ['"final": true' in mail.context for mail in mails(session, "declined")] == [False, True]


def test_a_no_by_rule_can_be_appealed_and_anybody_who_signs_may_decide(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, place="Hela landet", municipality="")
        assert request.state == RequestState.declined
        appeal(session, request, date(2026, 11, 10))
        talk(session, request, "2026-11-20", decision="decline", reason="whole_country")
        assert request.state == RequestState.declined


def test_no_rule_looks_at_a_refusal_once_more(office: Settings) -> None:
    with transaction() as session:
        request = refused(session)
        with pytest.raises(TransitionRefused):
            lifecycle.advance_request(session, request, RequestState.talking, by(Actor.rule, "2026-11-10"))


def test_the_form_offers_a_refused_request_while_it_can_be_appealed(office: Settings) -> None:
    with transaction() as session:
        refused(session)
        assert len(all_lists(session, at("2026-12-10"))["requests"].labels) == 1, "a letter may have lain a fortnight"
        assert not all_lists(session, at("2026-12-11"))["requests"].labels


def test_an_appeal_that_came_in_time_and_is_written_down_late_goes_through(office: Settings) -> None:
    with transaction() as session:
        request = refused(session)
        form = {"request_number": request.number, "signature": "gol", "talked_on": "2026-11-24", "decision": "appeal"}
        told = NeedsTalkForm.model_validate(form)
        cause = replace(by(Actor.staff, "2026-11-30"), signature="gol")
        needs_talk.check_talk(session, told)
        needs_talk.record_talk(session, told, cause)
        needs_talk.decide(session, request, told, cause)
        assert (request.state, request.answer_due) == (RequestState.talking, date(2026, 12, 15))


def test_an_appeal_of_who_may_not_ask_is_not_withdrawn_before_it_is_decided(office: Settings) -> None:
    with transaction() as session:
        marit = member(session, MARIT)
        assert marit
        marit.membership, marit.is_representative = Membership.left, False
        request = ask(session, member_number=MARIT, co_organisers="")
        assert request.reason == RefusalReason.not_a_member
        appeal(session, request, date(2026, 11, 10))
        for day in ("2026-11-11", "2026-11-26", "2026-12-10"):
            morning(session, day)
        assert request.state == RequestState.talking


def test_an_appeal_that_nobody_else_could_decide_is_refused_at_once(office: Settings) -> None:
    with transaction() as session:
        request = refused(session)
        for staff in session.exec(select(Staff).where(col(Staff.signature) != "asj")):
            staff.active = False
        session.flush()
        with pytest.raises(UserError, match="ingen annan än asj"):
            appeal(session, request, date(2026, 11, 10), signature="asj")


def test_whoever_said_no_may_note_that_the_member_takes_the_appeal_back(office: Settings) -> None:
    with transaction() as session:
        request = refused(session)
        appeal(session, request, date(2026, 11, 10))
        talk(session, request, "2026-11-12", decision="withdraw")
        assert request.state == RequestState.withdrawn
