"""The congress report: what it counts, that it is frozen, and that tampering with it is told."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select, update

from models.db.engine import transaction
from models.errors import ReportChanged, UserError
from models.forms.congress_report import CongressReportForm
from models.networks import meeting_corrections
from models.settings import Settings
from models.stages import congress_report, need_signal
from models.support import ledger
from models.tables.check_in import CheckIn
from models.tables.congress_report import CongressReport
from models.tables.meeting import Meeting
from models.tables.network import Network, Role
from models.tables.support import SupportGrant
from models.views.congress.counting.curves import count_followed, followed
from models.views.congress.counting.tally import Tally
from models.views.congress.facts.reading import known_facts
from models.views.congress.figures import counted
from models.views.congress.frozen import freeze, sha256_of, thaw
from models.views.congress.report import Report
from tests.acts import (
    AKE,
    ALONE,
    EMPLOYEE,
    GOREL,
    MARIT,
    ORJAN,
    RENE,
    ask,
    at,
    change,
    mails,
    meet,
    network_in,
    network_of,
    put_right,
    step_down,
    talk,
    tell,
)
from tests.models.stages.test_need_signal import signal

CUTOFF = date(2028, 1, 1)


def figures(session: Session, cutoff: date = CUTOFF) -> Tally:
    """All counts, the small ones too."""
    facts = known_facts(session, cutoff)
    tally = counted(facts)
    count_followed(facts, tally, followed(facts))
    return tally


def figure(tally: Tally, table: str, column: str, *row: int | str) -> float:
    return tally.counts[table, row, column].value


def two_years(session: Session) -> Network:
    """A network in Luleå that meets and is helped; another in Umeå that rests; a request that is refused."""
    network = network_in(session, "2026-11-25")
    for day in ("2027-01-20", "2027-03-17", "2027-05-12", "2027-08-25", "2027-10-20", "2027-12-08"):
        meet(session, network, day, carriers=("m1", "m2", "office", "m1", "m2") if day < "2027-06" else ("m1",) * 5)
    grant = session.exec(select(SupportGrant)).one()
    ledger.use_hours(session, grant, date(2026, 11, 20), grant.hours, at("2026-11-20"))
    other = network_of(session, GOREL, ORJAN, day="2026-12-02")
    change(session, other, "rest", "2027-06-10", member="m1")
    ask(session, "2027-02-01", member_number=EMPLOYEE, place="Boden", municipality="Boden", co_organisers="")
    need_signal.note(session, signal(), at("2027-04-01"), None)
    return network


def test_it_counts_requests_networks_meetings_hours_and_needs(office: Settings) -> None:
    with transaction() as session:
        two_years(session)
        tally = figures(session)
    assert [figure(tally, "requests", one, 2026) for one in ("received", "granted", "declined")] == [2, 2, 0]
    assert [figure(tally, "requests", one, 2027) for one in ("received", "granted", "declined")] == [1, 0, 1]
    assert figure(tally, "reasons", "requests", 2027, "employee") == 1
    assert figure(tally, "starters", "networks", 2026, "member") == 2
    living = ("started", "ended", "living", "resting", "active")
    assert [figure(tally, "networks", one, 2026, "all") for one in living] == [2, 0, 2, 0, 2]
    assert [figure(tally, "networks", one, 2027, "all") for one in living] == [0, 0, 2, 1, 1]
    assert figure(tally, "ends", "networks", 2027, "resting", "asked") == 1
    assert [figure(tally, "meetings", "held", year, "all") for year in (2026, 2027)] == [2, 6]
    assert tally.rates["meetings", (2027, "all"), "mean_branches"].value == 3
    assert tally.rates["meetings", (2027, "all"), "mean_companies"].value == 5
    assert figure(tally, "office_hours", "hours", 2026, "0") == 1.5
    assert [figure(tally, "duties", one, 2027, "all") for one in ("duties", "by_office")] == [30, 3]
    assert [tally.rates["duties", (2027, step), "allowed_share"].value for step in "1234"] == [0.6, 0.4, 0.2, 0]
    assert tally.rates["duties", (2027, "all"), "allowed_share"].value == 0.6, "both stood on the first step"
    assert figure(tally, "unmet", "need_signals", 2027, "all") == 1
    assert [figure(tally, "curves", "networks", "support", one) for one in ("with", "without")] == [2, 0]
    assert [figure(tally, "curves", "networks", "organisers", one) for one in ("2", "3+")] == [1, 1]


def test_what_the_ledger_has_out_at_the_quarters_end_is_taken_of_the_regions_hours(office: Settings) -> None:
    """The talk took an hour, and one and a half are reserved for sending the invitation; that quarter alone counts."""
    with transaction() as session:
        network_in(session, "2026-11-25")
        assert known_facts(session, date(2027, 1, 1)).taken == {"25": (250, 1)}
        assert known_facts(session, date(2026, 10, 1)).taken == {}


def test_check_ins_are_counted_as_sent_and_as_answered_by_the_cutoff(office: Settings) -> None:
    """The office is told in what part of them a network's health was told; what was answered later is not in it."""
    with transaction() as session:
        network = network_in(session, "2026-11-25")
        person = session.exec(select(Role.person_id).where(col(Role.network_id) == network.id)).all()[0]
        for sent, answered in (
            ("2026-12-01", "2026-12-03"),
            ("2026-12-29", "2027-01-02"),
            ("2027-02-02", "2027-02-03"),
        ):
            session.add(
                CheckIn(
                    network_id=network.id, person_id=person, sent_on=date.fromisoformat(sent), q4=4,
                    answered_at=at(answered),
                )
            )  # fmt: skip
        session.flush()
        assert known_facts(session, date(2027, 1, 1)).check_ins == ((2026, 2, 1, 1), (2027, 0, 0, 0))
        tally = figures(session)
    assert [figure(tally, "check_ins", one, 2026) for one in ("sent", "answered", "not_answered")] == [2, 2, 0]


def test_a_talk_held_before_the_request_was_written_down_took_no_days(office: Settings) -> None:
    with transaction() as session:
        for number, talked in ((AKE, "2027-02-25"), (MARIT, "2027-02-26")):
            asked = ask(session, "2027-03-01", member_number=number, place=f"Luleå {talked}", co_organisers="")
            talk(session, asked, talked, decision="decline", reason="no_member_interest")
        tally = figures(session)
    assert tally.rates["requests", (2027,), "median_days_to_talk"].value == 0


def test_days_to_the_talk_and_the_decision_are_medians_of_what_was_told(office: Settings) -> None:
    with transaction() as session:
        for day, talked, number in (("2027-03-01", "2027-03-03", AKE), ("2027-03-01", "2027-03-31", MARIT)):
            asked = ask(session, day, member_number=number, place=f"Luleå {talked}", co_organisers="")
            talk(session, asked, talked, decision="decline", reason="no_member_interest")
        tally = figures(session)
    assert tally.rates["requests", (2027,), "median_days_to_talk"].value == 11, "working days: two, and 20 over Easter"
    assert [figure(tally, "requests", f"talked_{one}", 2027) for one in ("in_time", "late")] == [1, 1]
    assert tally.rates["requests", (2027,), "share_talked_in_time"].value == 0.5
    assert [figure(tally, "requests", f"decided_{one}", 2027) for one in ("in_time", "late")] == [1, 1]


def test_support_that_ends_on_its_day_is_a_phase_out_on_time(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, "2026-11-25")
        assert network.support_ends_on
        monday = network.support_ends_on + timedelta(days=7 - network.support_ends_on.weekday())
        for on in ("2027-03-01", "2027-06-07", str(monday)):
            step_down(session, on)
        for on in ("2027-09-20", "2027-11-22"):
            meet(session, network, on, carriers=ALONE)
        tally = figures(session)
        assert [figure(tally, "phase_outs", one, 2027) for one in ("networks", "on_time", "late")] == [1, 1, 0]
        assert [figure(tally, "hours_per_living", one, 2026) for one in ("networks", "living")] == [1, 1]
        assert ("hours_per_living", (2027,), "networks") not in tally.counts, "nobody of 2027 can have been followed"
        assert ("phase_outs", (2027,), "followed") not in tally.counts
        later = figures(session, date(2028, 10, 1))
        assert [figure(later, "phase_outs", one, 2027) for one in ("followed", "active_later")] == [1, 1]
        change(session, network, "rest", "2028-02-01", member="m1")
        later = figures(session, date(2028, 10, 1))
        assert [figure(later, "phase_outs", one, 2027) for one in ("followed", "active_later")] == [1, 0]


def test_what_is_told_after_the_cutoff_changes_nothing(office: Settings) -> None:
    """Late reports, hours, rests, requests, corrections: all of them acts of January about December."""
    with transaction() as session:
        network = two_years(session)
        before = sha256_of(known_facts(session, CUTOFF))
        tell(session, network, "2027-12-15", at("2028-01-10"), 12, ALONE)
        tell(session, network, "2027-12-08", at("2028-01-11"), 20, ALONE, branches=9)
        grant = session.exec(select(SupportGrant).where(col(SupportGrant.network_id) == network.id)).one()
        assert ledger.use_hours(session, grant, date(2027, 1, 4), grant.hours / 2, at("2028-01-12"))
        ask(session, "2028-01-03", member_number=RENE, place="Kiruna", municipality="Kiruna", co_organisers="")
        change(session, network, "rest", "2028-01-13", member="m1")
        need_signal.note(session, signal(), at("2028-01-14"), None)
        session.flush()
        assert sha256_of(known_facts(session, CUTOFF)) == before
        assert sha256_of(known_facts(session, date(2028, 2, 1))) != before
        met = session.exec(select(Meeting.attended).where(col(Meeting.network_id) == network.id)).all()
        assert 12 in met and 20 in met, "it was told"


@pytest.mark.parametrize("what", ["never_held", "move_to_day"])
def test_a_correction_after_the_cutoff_changes_nothing(what: str, office: Settings) -> None:
    with transaction() as session:
        network = two_years(session)
        last = select(Meeting).where(col(Meeting.network_id) == network.id).order_by(col(Meeting.starts_at).desc())
        meeting, right = session.exec(last).all()[0], put_right(session, "2028-01-10")
        if what == "never_held":
            assert meeting_corrections.never_held(session, network, meeting, right)
        else:
            assert meeting_corrections.move_to_day(session, network, meeting, date(2028, 1, 5), right)
        session.flush()
        now = figures(session)
        assert figure(now, "meetings", "held", 2027, "all") == 6
        assert figure(figures(session, date(2028, 2, 1)), "meetings", "held", 2027, "all") == 5


def freeze_report(session: Session, cutoff: date, today: date) -> Report:
    return congress_report.keep(session, congress_report.count_report(session, cutoff, today), at(today))


def test_a_report_is_frozen_once_and_made_again_it_says_the_same(office: Settings) -> None:
    with transaction() as session:
        network = two_years(session)
        first = freeze_report(session, CUTOFF, date(2028, 1, 2))
        session.execute(update(Meeting).values(attended=1))  # whatever becomes of the facts
        network.place = "Boden"
        session.flush()
        assert freeze_report(session, CUTOFF, date(2028, 3, 2)) == first
        [row] = session.exec(select(CongressReport)).all()
        assert row.frozen == freeze(first) and thaw(str(row.frozen)) == first


def test_the_next_report_is_compared_with_the_last_one_that_was_frozen(office: Settings) -> None:
    with transaction() as session:
        two_years(session)
        for cutoff in (date(2027, 1, 1), CUTOFF):
            freeze_report(session, cutoff, date(2028, 1, 2))
        report = congress_report.count_report(session, date(2029, 1, 1), date(2029, 1, 2))
        assert report.changes.since == CUTOFF and not report.changes.counted_otherwise


def test_a_day_that_has_not_come_is_refused(office: Settings) -> None:
    with transaction() as session, pytest.raises(UserError, match=r"^Läget när dagen började: 2028-01-01 har inte"):
        congress_report.count_report(session, CUTOFF, date(2027, 12, 31))


def test_frozen_data_that_was_tampered_with_is_told(office: Settings) -> None:
    with transaction() as session:
        two_years(session)
        freeze_report(session, CUTOFF, date(2028, 1, 2))
        row = session.exec(select(CongressReport)).one()
        row.frozen = str(row.frozen).replace('"cutoff":"2028-01-01"', '"cutoff":"2028-01-02"')
        session.flush()
        with pytest.raises(ReportChanged, match="Det som frystes per 2028-01-01 stämmer inte"):
            congress_report.frozen_report(session, CUTOFF)


def test_whoever_asked_is_told_once_and_of_the_years_report_the_office(office: Settings) -> None:
    told = {"cutoff": "2028-01-01", "link": "", "folder": "reports/2028-01-01"}
    with transaction() as session:
        asked = CongressReportForm(action="day", cutoff="2028-01-01", signature="asj")
        assert congress_report.tell(session, asked, told, at("2028-01-03")) == 1
        assert congress_report.tell(session, asked, told, at("2028-01-03")) == 0
        yearly = congress_report.tell(session, CongressReportForm(action="yearly"), told, at("2028-01-03"))
        assert len(mails(session, "report-ready")) == yearly + 1 and yearly >= 1
