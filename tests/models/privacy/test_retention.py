"""What nobody needs any more is forgotten when its time is over, and not before; what was counted stays."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.dates.local_time import add_months
from models.db.engine import transaction
from models.health.assessment import each_network, score_networks
from models.office.staff import by_signature
from models.people.roles import organiser_key
from models.privacy import rights_request
from models.privacy.erasure import by_erasure, erase
from models.privacy.retention import Forgotten, forget
from models.requests import named_organisers, unconfirmed
from models.settings import Settings
from models.stages import web_request
from models.stages.health_check import IS_ACTIVE
from models.tables.change_entry import ChangeEntry
from models.tables.check_in import CheckIn
from models.tables.contact_entry import ContactEntry
from models.tables.intake import Intake
from models.tables.mail import OutgoingMail
from models.tables.meeting import Meeting, MeetingDuty
from models.tables.need_signal import NeedSignal
from models.tables.network import Network, Role
from models.tables.person import Person, RightsKind, RightsStatus, member_hash
from models.tables.request import RequestState, SupportRequest
from models.tables.support import SupportGrant
from models.tables.transition import Actor
from models.tables.unconfirmed_request import UnconfirmedRequest
from models.views.invariants import broken
from tests import acts
from tests.acts import (
    AKE,
    GOREL,
    MARIT,
    all_sent,
    ask,
    at,
    change,
    member,
    network_in,
    network_of,
    talk,
    type_on_the_web,
)

NOTHING = Forgotten(0, 0, 0, 0)


def night(session: Session, day: str | date) -> Forgotten:
    """One night's forgetting; a second one the same night finds nothing more, and every rule still holds."""
    found = forget(session, at(day, 3))
    session.flush()
    session.expire_all()
    assert forget(session, at(day, 3)) == NOTHING and broken(session) == []
    return found


def scores(session: Session) -> list[str]:
    return [str(one) for one in each_network(score_networks(session, IS_ACTIVE, date(2027, 4, 1)))]


def declined(session: Session, **changes: Any) -> SupportRequest:
    request = ask(session, **{"co_organisers": ""} | changes)
    if request.state != RequestState.declined:
        talk(session, request, decision="decline", reason="outside_purpose")
    all_sent(session)
    assert request.state == RequestState.declined
    return request


# --- requests -------------------------------------------------------------------------------------


def test_a_request_that_got_a_no_is_nobodys_after_six_months(office: Settings) -> None:
    with transaction() as session:
        request = declined(session)
        assert night(session, "2027-05-04") == NOTHING
        assert night(session, "2027-05-05").requests == 1
        assert (request.need, request.place, acts.named(session, request)) == ("", "Luleå", [])
        assert (request.state, request.initiator_id != member(session, AKE).id) == (RequestState.declined, True)


def test_a_member_whose_request_was_forgotten_is_still_in_the_register_and_may_ask_again(office: Settings) -> None:
    with transaction() as session:
        declined(session)
        night(session, "2027-05-05")
        assert member(session, AKE).may_initiate
        assert ask(session, "2027-05-10").number == 2


def test_a_request_of_somebody_who_is_no_member_is_erased_with_them_after_thirty_days(office: Settings) -> None:
    with transaction() as session:
        request = declined(session, member_number="990101-01", name="Nils", email="nils@example.com")
        person_id = request.initiator_id
        assert night(session, "2026-12-01") == NOTHING
        assert night(session, "2026-12-02") == Forgotten(requests=1, roles=0, persons=1, texts=0)
        person = session.get_one(Person, person_id)
        assert person.erased_at and (person.name, person.email, person.member_number) == (None, None, None)


def test_who_waits_for_an_answer_about_their_data_is_not_erased_before_it_came(office: Settings) -> None:
    with transaction() as session:
        request = declined(session, member_number="990101-01", name="Nils", email="nils@example.com")
        person = session.get_one(Person, request.initiator_id)
        rights_request.ask(session, person, RightsKind.access, at("2026-12-01"))
        all_sent(session)
        assert night(session, "2026-12-02") == Forgotten(requests=1, roles=0, persons=0, texts=0)
        assert person.name == "Nils"


def test_a_request_that_is_open_or_was_granted_stays(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, member_number=GOREL, place="Umeå", municipality="Umeå", co_organisers="")
        network = network_in(session)
        assert night(session, "2027-10-20") == NOTHING
        assert (
            request.need
            and session.exec(select(SupportRequest).where(SupportRequest.network_id == network.id)).one().need
        )


# --- roles ----------------------------------------------------------------------------------------


def end_role(session: Session, network: Network, number: str, day: str) -> Person:
    person = member(session, number)
    for role in session.exec(select(Role).where(Role.network_id == network.id, Role.person_id == person.id)):
        role.until = date.fromisoformat(day)
        session.add(role)
    session.flush()
    return person


def test_three_months_after_a_role_ended_what_they_did_is_nobodys_and_no_score_moves(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        ake = end_role(session, network, AKE, "2027-01-20")
        session.add(CheckIn(network_id=network.id, person_id=ake.id, sent_on=date(2026, 12, 1)))
        session.flush()
        before = scores(session)
        all_sent(session)
        assert night(session, "2027-04-19") == NOTHING
        assert night(session, "2027-04-20").roles == 1
        held = session.exec(select(Role).where(Role.network_id == network.id)).all()
        conveners = session.exec(select(Meeting.convener_id)).all()
        sent_to = session.exec(select(CheckIn.person_id)).all()
        asked = session.exec(select(SupportRequest)).one()
        told = session.exec(select(OutgoingMail.person_id)).all()
        assert ake.id not in {*(role.person_id for role in held), *conveners, *sent_to, asked.initiator_id, *told}
        keys = session.exec(select(MeetingDuty.organiser_key)).all()
        assert organiser_key(network.id, ake.id) not in keys and len(set(keys)) == 3
        assert scores(session) == before and len(held) == 4
        assert ake.erased_at and member(session, AKE).may_initiate, "the register knows them, and nobody else any more"


def test_whoever_still_carries_something_in_the_network_keeps_it_all(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        first = session.exec(select(Role).where(Role.person_id == member(session, AKE).id)).first()
        assert first
        first.until = date(2026, 12, 1)
        session.add(first)
        session.flush()
        assert night(session, "2027-10-20") == NOTHING


def test_in_another_network_nothing_is_forgotten(office: Settings) -> None:
    with transaction() as session:
        network, other = network_in(session), network_of(session, GOREL, MARIT)
        marit = end_role(session, network, MARIT, "2027-01-20")
        all_sent(session)
        assert night(session, "2027-04-20").roles == 1
        assert session.exec(select(Role.network_id).where(Role.person_id == marit.id)).all() == [other.id]


def test_a_network_that_was_closed_is_nobodys_three_months_after(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "close", "2027-02-10", member="m2")
        all_sent(session)
        assert night(session, "2027-05-09") == NOTHING
        assert night(session, "2027-05-10").roles == 3
        people = session.exec(select(Person).join(Role, col(Role.person_id) == Person.id)).all()
        assert all(person.erased_at for person in people)


def test_who_left_the_union_is_erased_after_thirty_days_and_the_network_lives_on(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        ake, before = member(session, AKE), scores(session)
        acts.leave_union(session, AKE, day="2027-01-20")
        all_sent(session)
        assert night(session, "2027-02-18") == NOTHING
        found = night(session, "2027-02-19")
        assert (found.roles, found.persons, ake.name) == (1, 1, None)
        assert scores(session) == before
        assert session.get_one(Network, network.id).state == "starting"


def test_who_left_the_union_is_erased_though_they_had_asked_for_a_network(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, member_number=GOREL, place="Umeå", municipality="Umeå", co_organisers="")
        talk(session, request, decision="wait")
        gorel = member(session, GOREL)
        acts.leave_union(session, GOREL, day="2027-01-20")
        [told] = acts.mails(session, "request-ended")
        assert (request.state, told.person_id) == (RequestState.withdrawn, gorel.id)
        assert '"ended": "left"' in told.context
        all_sent(session)
        assert night(session, "2027-02-18") == NOTHING
        found = night(session, "2027-02-19")
        assert (found.requests, found.persons, gorel.name, request.need) == (1, 1, None, "")


# --- who was named --------------------------------------------------------------------------------


def test_whom_an_open_request_names_is_kept_and_goes_when_it_has_come_to_nothing(office: Settings) -> None:
    with transaction() as session:
        acts.no_register(session)
        request = ask(session, member_number=GOREL, name="Görel", email="g@example.org", co_organisers=MARIT)
        marit = member(session, MARIT)
        all_sent(session)
        assert night(session, "2026-11-03") == NOTHING and marit.erased_at is None
        talk(session, request, decision="withdraw")
        all_sent(session)
        assert night(session, "2026-11-06").persons == 1 and marit.erased_at
        assert acts.named(session, request) == []


def test_who_was_named_and_did_not_answer_is_forgotten_with_the_link(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, co_organisers=f"{MARIT}, {GOREL}")
        talk(session, request, decision="wait")
        marit, _ = acts.named(session, request)
        named_organisers.answer(session, marit, at("2026-11-09"), is_yes=True)
        all_sent(session)
        night(session, "2027-05-04")
        assert len(acts.named(session, request)) == 2
        night(session, "2027-05-05")
        assert [one.id for one in acts.named(session, request)] == [marit.id], "a yes is kept as long as it waits"


def test_that_a_request_named_somebody_goes_with_their_role(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        [request] = session.exec(select(SupportRequest)).all()
        marit = end_role(session, network, MARIT, "2027-01-20")
        all_sent(session)
        night(session, "2027-04-20")
        assert marit.id not in {one.person_id for one in acts.named(session, request)}
        assert len(acts.named(session, request)) == 1


# --- keys of mails --------------------------------------------------------------------------------


def keys(session: Session) -> str:
    return " ".join(session.exec(select(OutgoingMail.idempotency_key)))


def test_a_mails_key_forgets_its_reader_with_the_role_and_is_still_one_of_a_kind(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        ake = end_role(session, network, AKE, "2027-01-20")
        all_sent(session)
        assert str(ake.id) in keys(session)
        night(session, "2027-04-20")
        assert str(ake.id) not in keys(session)
        assert len(set(keys(session).split())) == len(session.exec(select(OutgoingMail)).all())


def test_a_mails_key_forgets_its_reader_after_twelve_months(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        ake = member(session, AKE)
        all_sent(session)
        assert str(ake.id) in keys(session)
        night(session, "2027-12-01")
        assert str(ake.id) not in keys(session)


def test_erasing_somebody_empties_keys_and_what_named_them_and_mails_that_tell_of_them(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        marit = member(session, MARIT)
        rights_request.ask(session, marit, RightsKind.erasure, at("2027-01-11"))
        [request] = session.exec(select(SupportRequest)).all()
        alarm = acts.mails(session, "staff-alarm")[0]
        assert str(marit.id) in alarm.context
        all_sent(session)
        erase(session, marit, by_erasure(at("2027-01-12")))
        session.expire_all()
        assert str(marit.id) not in keys(session) and str(marit.id) not in alarm.context
        assert marit.id not in {one.person_id for one in acts.named(session, request)}


# --- words ----------------------------------------------------------------------------------------


def test_what_was_written_and_mailed_is_forgotten_after_twelve_months(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        asj = by_signature(session, "asj", "Signatur").id
        seen = at("2026-11-25")
        signal = NeedSignal(place="Boden", municipality="2582", words="Flera frågar.", noted_by=asj, noted_at=seen)
        session.add(signal)
        all_sent(session)
        assert night(session, add_months(date(2026, 11, 2), 12)) == NOTHING
        asked = session.exec(select(SupportRequest)).one()
        night(session, "2027-11-25")
        assert (signal.words, asked.need) == ("Flera frågar.", "")
        night(session, "2027-11-26")
        assert signal.words == ""
        gone = session.exec(select(OutgoingMail).where(col(OutgoingMail.created_at) < at("2026-11-26"))).all()
        assert gone and {(one.person_id, one.staff_id, one.context, one.body) for one in gone} == {
            (None, None, "{}", None)
        }
        assert session.exec(select(SupportGrant)).one().reason == "Behövs."
        night(session, "2028-08-02")
        assert session.exec(select(SupportGrant)).one().reason == ""


def test_the_notes_of_a_talk_are_forgotten_twelve_months_after_it_unless_the_request_is_open(office: Settings) -> None:
    with transaction() as session:
        decided = ask(session)
        talk(session, decided, "2026-11-05", notes="De har en lokal.")
        waiting = ask(session, member_number=GOREL, place="Umeå", municipality="Umeå", co_organisers="")
        talk(session, waiting, "2026-11-05", decision="wait", notes="Hon är ny som chef.")
        all_sent(session)
        night(session, "2027-11-05")
        assert decided.talk_notes == "2026-11-05: De har en lokal."
        night(session, "2027-11-06")
        assert (decided.talk_notes, waiting.talk_notes) == ("", "2026-11-05: Hon är ny som chef.")


def test_the_notes_of_a_talk_that_came_to_nothing_go_with_the_request(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="decline", reason="outside_purpose", notes="De söker ett fackligt forum.")
        all_sent(session)
        night(session, "2027-05-04")
        assert request.talk_notes == "2026-11-05: De söker ett fackligt forum."
        night(session, "2027-05-05")
        assert request.talk_notes is None


def test_a_form_that_nobody_worked_off_is_emptied_after_thirty_days(office: Settings) -> None:
    with transaction() as session:
        kept = Intake(flow="needs-talk", content="x", form="Åke Öhman vill.", received_at=at("2026-11-02", 3))
        session.add(kept)
        session.flush()
        assert night(session, "2026-12-02") == NOTHING
        assert night(session, "2026-12-03").texts == 1 and kept.form is None


def test_what_was_said_in_an_attempt_is_forgotten_after_twelve_months_and_that_it_was_made_is_not(
    office: Settings,
) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "contact", "2026-12-01", other_channel="phone", reason="Sjuk till jul.")
        [entry] = session.exec(select(ContactEntry)).all()
        all_sent(session)
        night(session, "2027-12-01")
        assert entry.note == "Sjuk till jul."
        night(session, "2027-12-02")
        session.refresh(entry)
        assert entry.note is None and entry.on == date(2026, 12, 1)


def test_why_a_role_was_ended_is_forgotten_three_months_after_it(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "end_role", "2027-01-11", whose="m2", approver="gol", reason="Säljer till de andra.")
        [entry] = session.exec(select(ChangeEntry)).all()
        all_sent(session)
        night(session, "2027-04-11")
        assert entry.reason == "Säljer till de andra."
        night(session, "2027-04-12")
        session.refresh(entry)
        assert entry.reason is None and entry.before == "m2"


def test_who_asked_about_their_data_is_forgotten_twelve_months_after_the_answer_was_due(office: Settings) -> None:
    with transaction() as session:
        asked = rights_request.ask(session, member(session, MARIT), RightsKind.access, at("2026-11-02"))
        asked.status = RightsStatus.answered
        all_sent(session)
        night(session, "2027-12-02")
        assert asked.person_id
        night(session, "2027-12-03")
        assert asked.person_id is None


def test_a_mail_that_still_waits_is_kept_whole(office: Settings) -> None:
    with transaction() as session:
        ask(session)
        [receipt] = [one for one in session.exec(select(OutgoingMail)) if one.template == "receipt"]
        assert night(session, "2027-12-01") == NOTHING
        assert receipt.person_id and receipt.context != "{}"


@pytest.mark.parametrize("months", [1, 6, 11])
def test_a_living_network_loses_nothing(office: Settings, months: int) -> None:
    with transaction() as session:
        network_in(session)
        all_sent(session)
        assert night(session, date(2026, 11, 1) + timedelta(days=30 * months)) == NOTHING


def test_who_was_named_and_got_no_role_is_forgotten_once_the_request_is_granted(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, co_organisers=f"{MARIT}, {GOREL}")
        talk(session, request, decision="wait")
        marit, _ = acts.named(session, request)
        named_organisers.answer(session, marit, at("2026-11-09"), is_yes=False)
        network = talk(session, request, "2026-11-16")
        assert network
        all_sent(session)
        night(session, "2026-11-17")
        assert [one.person_id for one in acts.named(session, request)] == [member(session, GOREL).id]


def test_erasing_somebody_empties_why_their_role_was_ended_and_notes_of_attempts_to_reach_them(
    office: Settings,
) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "contact", "2027-01-11", other_channel="phone", reason="Marit är sjuk.")
        for code in ("m2", "m3"):
            change(session, network, "end_role", "2027-01-12", whose=code, approver="gol", reason=f"Skäl {code}.")
        erase(session, member(session, MARIT), by_erasure(at("2027-01-13")))
        session.expire_all()
        assert session.exec(select(ContactEntry.note)).all() == [None]
        assert sorted(session.exec(select(ChangeEntry.reason)).all(), key=str) == [None, "Skäl m3."]


# --- typed on the web -----------------------------------------------------------------------------


def test_what_nobody_confirmed_is_forgotten_after_seven_days_with_whom_it_was_asked(office: Settings) -> None:
    with transaction() as session:
        type_on_the_web(session, "2026-11-02")
        [mail] = acts.mails(session, "confirm-request")
        unconfirmed.find_readers(session, [mail.id])
        all_sent(session)
        person = mail.person_id
        assert night(session, "2026-11-09") == NOTHING
        assert night(session, "2026-11-10").requests == 1
        assert session.exec(select(UnconfirmedRequest)).all() == []
        assert (mail.person_id, mail.context) == (None, "{}") and str(person) not in mail.idempotency_key
        assert session.get_one(Person, person).erased_at, "the register alone knows them now"


def test_a_confirmed_one_is_kept_as_the_request_that_it_became(office: Settings) -> None:
    with transaction() as session:
        typed = type_on_the_web(session, "2026-11-02")
        request, _ = web_request.confirm(session, typed, acts.by(Actor.member, "2026-11-02"))
        all_sent(session)
        night(session, "2026-11-10")
        assert session.exec(select(UnconfirmedRequest)).all() == []
        assert request.need == "Vi vill träffas." and request.state == RequestState.received


def test_erasure_takes_what_they_typed_and_have_not_confirmed(office: Settings) -> None:
    with transaction() as session:
        type_on_the_web(session, member_number=GOREL)
        type_on_the_web(session)
        erase(session, member(session), by_erasure(at("2026-11-03")))
        assert [one.member_hash for one in session.exec(select(UnconfirmedRequest))] == [member_hash(GOREL)]
        statuses = {mail.status for mail in acts.mails(session, "confirm-request")}
        assert statuses == {"queued", "skipped"}, "nobody asks them any more"
