"""What waits on whom: overdue first, one alarm a thing, a list a week; and never a name."""

import json
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.inbox.bounce import ask_staff_to_call
from models.mail.queue import QueuedMail, enqueue
from models.office import absence
from models.office.contact_log import log_attempt
from models.office.interventions import open_once
from models.office.staff import by_signature
from models.office.staff_links import staff_link_of
from models.privacy import rights_request
from models.settings import Settings
from models.stages import work_list
from models.tables.contact_entry import ContactEntry, ContactOutcome
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.tables.office import Intervention, InterventionKind, Staff, StaffRole
from models.tables.person import Person, RightsKind
from models.views.work_item import Part
from tests.acts import AKE, GOREL, ask, at, mails, member, network_in, talk


def test_a_request_waits_for_its_talk_within_five_working_days_and_its_decision_within_fifteen(
    office: Settings,
) -> None:
    with transaction() as session:
        request = ask(session, "2026-11-02")
        [waiting] = work_list.what_waits(session, at("2026-11-03"))
        assert (waiting.what, str(waiting.due), waiting.overdue) == ("talk", "2026-11-09", False)
        assert work_list.what_waits(session, at("2026-11-10"))[0].overdue
        talk(session, request, "2026-11-10", decision="wait")
        [waiting] = work_list.what_waits(session, at("2026-11-24"))
        assert (waiting.what, waiting.overdue) == ("waiting", False), "it waits on hours, and is seen"


def test_what_is_overdue_stands_first_and_its_owner_is_told_once(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        open_once(session, network, InterventionKind.wish, "a", at("2026-12-01"))
        open_once(session, network, InterventionKind.health_talk, "b", at("2027-02-01"))
        session.flush()
        assert [one.what for one in work_list.what_waits(session, at("2027-02-02"))] == ["wish", "health_talk"]
        assert work_list.alarm(session, at("2027-02-02")) == 1
        assert work_list.alarm(session, at("2027-02-03")) == 0
        [mail] = mails(session, "staff-alarm")
        assert mail.staff_id == by_signature(session, "asj", "").id
        assert json.loads(mail.context)["what"] == "wish"


def test_a_mail_in_doubt_raises_an_alarm_until_staff_settle_it(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        enqueue(session, [QueuedMail(Template.step, None, "a", network.id)], at("2026-12-01"))
        mail = session.exec(select(OutgoingMail).where(col(OutgoingMail.template) == Template.step)).one()
        mail.status = MailStatus.in_doubt
        session.add(mail)
        session.flush()
        assert work_list.alarm(session, at("2026-12-02")) == 1
        mail.status = MailStatus.sent
        session.flush()
        assert work_list.what_waits(session, at("2026-12-02")) == []


def _could_not_go(session: Session, template: Template, day: str) -> OutgoingMail:
    """The newest of these mails was skipped, for its reader is protected."""
    mail = mails(session, template)[-1]
    mail.status, mail.reason, mail.settled_at = MailStatus.skipped, "protected", at(day)
    session.flush()
    return mail


def test_whoever_has_a_request_is_told_to_ring_who_could_not_be_mailed_its_answer(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, "2026-11-02")
        talk(session, request, decision="decline", reason="outside_purpose")
        _could_not_go(session, Template.receipt, "2026-11-02")
        answer = _could_not_go(session, Template.declined, "2026-11-05")
        asj = by_signature(session, "asj", "")
        [waits] = work_list.what_waits_on(session, asj, at("2026-11-06"))
        assert (waits.what, waits.key, waits.page) == ("must_call", answer.id, staff_link_of(request))
        assert work_list.alarm_about_mails(session, at("2026-11-06")) == 1
        [alarm] = mails(session, "staff-alarm")
        assert alarm.staff_id == asj.id and "Åke" not in alarm.context
        assert work_list.alarm(session, at("2026-11-07")) == 0, "once"
        tried = _attempt(asj, request_id=request.id)
        tried.noted_at, tried.remind_on = at("2026-11-06"), None
        log_attempt(session, tried)
        assert work_list.what_waits(session, at("2026-11-07")), "nobody answered"
        tried.outcome = ContactOutcome.reached
        session.flush()
        assert work_list.what_waits(session, at("2026-11-07")) == []


def test_a_mail_about_no_request_that_could_not_go_is_rung_about_by_the_office_for_two_weeks(office: Settings) -> None:
    with transaction() as session:
        person = member(session)
        letters = [QueuedMail(one, person.id, "a") for one in (Template.data_request, Template.fresh_link)]
        enqueue(session, letters, at("2026-11-02"))
        key = _could_not_go(session, Template.data_request, "2026-11-02").id
        _could_not_go(session, Template.fresh_link, "2026-11-02")
        mla = by_signature(session, "mla", "")
        [waits] = work_list.what_waits_on(session, mla, at("2026-11-03"))
        assert (waits.what, waits.page.rpartition("/")[2]) == ("must_call", str(key)), "anybody asks for a fresh link"
        assert key.hex[:8] in waits.subject
        assert work_list.what_waits(session, at("2026-11-17")) == []


def test_who_is_to_be_rung_by_a_networks_entry_is_not_told_of_twice(office: Settings) -> None:
    with transaction() as session:
        network, person = network_in(session), member(session)
        enqueue(session, [QueuedMail(Template.step, person.id, "a", network.id)], at("2026-12-01"))
        mail = _could_not_go(session, Template.step, "2026-12-01")
        ask_staff_to_call(session, mail, at("2026-12-01"))
        session.flush()
        assert [one.what for one in work_list.what_waits(session, at("2026-12-02"))] == ["phone_only"]
        entry = session.exec(select(Intervention)).one()
        entry.ended_at, mail.settled_at = at("2026-12-03"), at("2026-12-04")
        session.flush()
        assert [one.what for one in work_list.what_waits(session, at("2026-12-04"))] == ["must_call"], "a later mail"


def test_what_nobody_owns_is_told_to_the_regions_negotiators_and_else_to_the_office(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, "2026-11-02")
        request.assigned_to = None
        session.flush()
        assert work_list.alarm(session, at("2026-12-02")) == 1
        [mail] = mails(session, "staff-alarm")
        assert mail.staff_id == by_signature(session, "asj", "").id
        far = ask(session, "2026-11-02", member_number=GOREL, place="Malmö", municipality="Malmö", need="Ses i Malmö.")
        far.assigned_to = None
        session.flush()
        assert work_list.alarm(session, at("2026-12-02")) == 1
        assert {mail.staff_id for mail in mails(session, "staff-alarm")} == {
            by_signature(session, signature, "").id for signature in ("asj", "mla")
        }


def test_the_weeks_list_goes_once_to_each_negotiator_for_their_region_and_to_the_office_for_all(
    office: Settings,
) -> None:
    with transaction() as session:
        ask(session, "2026-11-02")
        assert work_list.digest(session, at("2026-11-09")) == 3
        assert work_list.digest(session, at("2026-11-10")) == 0
        rows = {mail.staff_id: json.loads(mail.context)["rows"] for mail in mails(session, "staff-digest")}
        counts = {one: len(rows[by_signature(session, one, "").id]) for one in ("asj", "gol", "mla")}
        assert counts == {"asj": 1, "gol": 0, "mla": 1}
        assert work_list.digest(session, at("2026-11-16")) == 3


def test_the_weeks_list_leads_to_each_ones_own_pages(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, "2026-11-02")
        work_list.digest(session, at("2026-11-09"), lists={"25": "/norrbotten", None: "/all"})
        told = {mail.staff_id: json.loads(mail.context) for mail in mails(session, "staff-digest")}
        lists = {one: told[by_signature(session, one, "").id]["list_link"] for one in ("asj", "gol", "mla")}
        assert lists == {"asj": "/norrbotten", "gol": "", "mla": "/all"}
        assert told[by_signature(session, "asj", "").id]["rows"][0]["page_link"] == staff_link_of(request)


def test_the_list_names_nobody(office: Settings) -> None:
    with transaction() as session:
        ask(session, "2026-11-02")
        assert [one.subject for one in work_list.what_waits(session, at("2026-11-03"))] == ["Luleå · ort · #1"]


def test_what_waits_on_one_of_the_staff_is_what_falls_to_them_and_to_nobody_else(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        open_once(session, network, InterventionKind.wish, "a", at("2026-12-01"))
        open_once(session, network, InterventionKind.health_talk, "b", at("2026-12-01"))
        nobodys = select(Intervention).where(col(Intervention.kind) == InterventionKind.health_talk)
        session.exec(nobodys).one().owner = None
        asked = ask(session, "2026-11-02", member_number=GOREL, co_organisers="", need="Något annat.")
        asj, gol, mla, dpo = (by_signature(session, one, "", tuple(StaffRole)) for one in ("asj", "gol", "mla", "dpo"))
        log_attempt(session, _attempt(asj, network_id=network.id))
        log_attempt(session, _attempt(gol, request_id=asked.id))
        rights_request.ask(session, _ake(session), RightsKind.access, at("2026-12-01"))

        def waits_on(staff: Staff, day: str = "2026-12-09") -> list[str]:
            return sorted(one.what for one in work_list.what_waits_on(session, staff, at(day)))

        assert waits_on(asj) == ["health_talk", "reminder", "talk", "wish"]
        assert (waits_on(gol), waits_on(mla), waits_on(dpo)) == (["reminder"], [], ["rights_access"])
        absence.record_absence(session, asj, at("2026-12-08").date(), at("2026-12-10").date(), gol)
        assert (waits_on(asj), len(waits_on(gol))) == ([], 5), "who stands in has it all, also what is nobody's"
        absence.record_absence(session, gol, at("2026-12-08").date(), at("2026-12-10").date(), None)
        assert (waits_on(gol), waits_on(mla)) == ([], ["health_talk", "reminder", "reminder", "talk", "wish"])


def test_a_regions_part_of_the_list_is_what_is_about_it(office: Settings) -> None:
    with transaction() as session:
        asj = by_signature(session, "asj", "")
        network = network_in(session)
        open_once(session, network, InterventionKind.wish, "a", at("2026-12-01"))
        log_attempt(session, _attempt(asj, network_id=network.id))
        ask(session, "2026-11-02", member_number=GOREL, co_organisers="", need="Något annat.")
        rights_request.ask(session, _ake(session), RightsKind.access, at("2026-12-01"))
        parts = {code: work_list.what_waits(session, at("2026-12-09"), Part(region=code)) for code in ("25", "14")}
        assert [one.what for one in parts["25"]] == ["talk", "reminder", "wish"] and parts["14"] == []


def test_of_what_is_overdue_in_a_region_the_oldest_are_told_and_how_many_there_are(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        for occasion, day in (("a", "2026-12-03"), ("b", "2026-12-01"), ("c", "2026-12-02"), ("d", "2027-01-18")):
            open_once(session, network, InterventionKind.wish, occasion, at(day))
        ask(session, "2026-11-02", member_number=GOREL, co_organisers="", need="Något annat.")
        today = at("2027-01-20")
        late = [one for one in work_list.what_waits(session, today, Part(region="25")) if one.overdue]
        assert len(late) == 4, "three matters and a talk; the fourth matter has its day to come"
        for most in (1, 3, 9):
            assert work_list.overdue_in(session, today, "25", most) == (late[:most], 4)
        assert work_list.overdue_in(session, today, "14", 9) == ([], 0)


def _ake(session: Session) -> Person:
    found = member(session, AKE)
    assert found
    return found


def _attempt(staff: Staff, **about: UUID) -> ContactEntry:
    """They called in vain, and want to be reminded."""
    called: dict[str, Any] = {"on": at("2026-12-01").date(), "remind_on": at("2026-12-07").date()}
    called |= {"channel": "phone", "outcome": "no_answer", "noted_at": at("2026-12-01")}
    return ContactEntry.model_validate(called | {"staff_id": staff.id} | about)
