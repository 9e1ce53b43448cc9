"""Who is away, who acts for them, and when the ladder stands still for want of anybody (domain.md section 5)."""

import json
from datetime import date

import pytest
from sqlmodel import Session

from models.dates.spans import Span, merged, without
from models.db.engine import transaction
from models.errors import UserError
from models.office.absence import absences_on, ladder_pauses, record_absence, substitute_for
from models.office.interventions import open_once
from models.office.staff import by_signature
from models.requests import assignment
from models.settings import Settings
from models.stages import work_list
from models.support.ladder import support_end
from models.tables.network import Network
from models.tables.office import Intervention, InterventionKind, Staff, StaffRole
from models.views.work_item import WorkItem
from tests.acts import all_open, ask, at, mails, network_in

DAY = date(2027, 1, 11)  # a Monday


def staff(session: Session, signature: str) -> Staff:
    return by_signature(session, signature, "")


def away(session: Session, who: str, substitute: str = "", first: date = DAY, last: date | None = None) -> None:
    other = staff(session, substitute) if substitute else None
    record_absence(session, staff(session, who), first, last or first, other)


def november(*spans: tuple[int, int]) -> list[Span]:
    return [(date(2026, 11, first), date(2026, 11, last)) for first, last in spans]


def test_an_absence_told_again_is_corrected(office: Settings) -> None:
    with transaction() as session:
        asj, gol = staff(session, "asj"), staff(session, "gol")
        record_absence(session, asj, date(2026, 11, 2), date(2026, 11, 6), None)
        record_absence(session, asj, date(2026, 11, 2), date(2026, 11, 13), gol)
        assert absences_on(session, date(2026, 11, 13)) == {asj.id: gol.id}
        assert (absences_on(session, date(2026, 11, 1)), absences_on(session, date(2026, 11, 14))) == ({}, {})
        with pytest.raises(UserError, match="Till och med: ligger före"):
            record_absence(session, asj, date(2026, 11, 2), date(2026, 11, 1), None)
        with pytest.raises(UserError, match="Ersättare: ingen ersätter sig själv"):
            record_absence(session, asj, date(2026, 11, 2), date(2026, 11, 3), asj)


def test_a_substitute_who_is_away_too_is_as_none_whomever_they_have_in_turn(office: Settings) -> None:
    with transaction() as session:
        asj, gol = staff(session, "asj"), staff(session, "gol")
        assert substitute_for(session, asj, DAY) == asj
        away(session, "asj", "gol")
        assert substitute_for(session, asj, DAY) == gol
        away(session, "gol", "mla")
        assert substitute_for(session, asj, DAY) is None
        assert substitute_for(session, gol, DAY) == staff(session, "mla")
        assert absences_on(session, DAY) == {asj.id: None, gol.id: staff(session, "mla").id}


def test_of_two_absences_at_once_the_substitute_who_is_there_counts(office: Settings) -> None:
    with transaction() as session:
        away(session, "asj", "mla", date(2027, 1, 4), date(2027, 1, 15))
        away(session, "asj", "gol", DAY)
        away(session, "gol")
        assert substitute_for(session, staff(session, "asj"), DAY) == staff(session, "mla")


def test_a_substitute_who_has_left_the_office_stands_in_for_nobody(office: Settings) -> None:
    with transaction() as session:
        away(session, "asj", "gol")
        asj = staff(session, "asj")
        staff(session, "gol").active = False
        assert substitute_for(session, asj, DAY) is None


# --- the ladder -----------------------------------------------------------------------------------


def test_the_ladder_stands_still_where_nobody_stands_in_as_whole_spans(office: Settings) -> None:
    with transaction() as session:
        for first, last, substitute in ((2, 6, ""), (5, 10, ""), (11, 12, ""), (20, 21, ""), (25, 26, "gol")):
            away(session, "asj", substitute, date(2026, 11, first), date(2026, 11, last))
        assert ladder_pauses(session) == {staff(session, "asj").id: november((2, 12), (20, 21))}


@pytest.mark.parametrize(
    ("gol_away", "paused"),
    [
        ([(1, 30)], [(5, 20)]),
        ([(1, 8)], [(5, 8)]),
        ([(15, 30)], [(15, 20)]),
        ([(10, 12)], [(10, 12)]),
        ([(10, 11), (12, 13), (19, 25)], [(10, 13), (19, 20)]),
        ([(21, 25)], []),
        ([(1, 4)], []),
    ],
)
def test_days_on_which_the_substitute_is_away_too_count_as_days_without_one(
    office: Settings, gol_away: list[tuple[int, int]], paused: list[tuple[int, int]]
) -> None:
    with transaction() as session:
        away(session, "asj", "gol", date(2026, 11, 5), date(2026, 11, 20))
        for first, last in gol_away:
            away(session, "gol", "mla", date(2026, 11, first), date(2026, 11, last))
        assert ladder_pauses(session) == ({staff(session, "asj").id: november(*paused)} if paused else {})


def test_a_second_substitute_who_is_there_keeps_the_ladder_going(office: Settings) -> None:
    with transaction() as session:
        away(session, "asj", "gol", date(2026, 11, 5), date(2026, 11, 20))
        away(session, "gol", "mla", date(2026, 11, 8), date(2026, 11, 14))
        away(session, "asj", "mla", date(2026, 11, 10), date(2026, 11, 12))
        assert ladder_pauses(session)[staff(session, "asj").id] == november((8, 9), (13, 14))


def test_support_ends_later_by_the_days_on_which_the_substitute_was_away_too(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        agreed = network.support_ends_on
        away(session, "asj", "gol", date(2027, 3, 1), date(2027, 3, 31))
        assert support_end(network, ladder_pauses(session).get(staff(session, "asj").id, [])) == agreed
        away(session, "gol", "mla", date(2027, 3, 8), date(2027, 3, 12))
        ends = support_end(network, ladder_pauses(session).get(staff(session, "asj").id, []))
        assert agreed and ends and (ends - agreed).days == 5


def test_spans_without_others_are_what_is_left() -> None:
    assert merged([*november((8, 9), (1, 2), (3, 4), (1, 1))]) == november((1, 4), (8, 9))
    assert without(november((1, 9)), november((1, 1), (4, 5), (9, 12))) == november((2, 3), (6, 8))
    assert without([(DAY, date.max)], [(DAY, date.max)]) == []
    assert merged([(DAY, date.max), (DAY, DAY)]) == [(DAY, date.max)]


# --- matters, alarms and lists --------------------------------------------------------------------


def owed(session: Session, day: str = "2027-01-11") -> Network:
    """Asj's network, and a wish of it that is on the list since that day."""
    network = network_in(session)
    open_once(session, network, InterventionKind.wish, "x", at(day))
    session.flush()
    return network


def wish(session: Session, day: str) -> WorkItem:
    [found] = [one for one in work_list.what_waits(session, at(day)) if one.what == "wish"]
    return found


def owners(session: Session) -> list[str]:
    names = {one.owner for one, _ in all_open(session) if one.owner}
    return sorted(session.get_one(Staff, one).signature for one in names)


def readers(session: Session, template: str) -> list[str]:
    """To whom mail of a kind goes; twice when there are two."""
    return sorted(session.get_one(Staff, one.staff_id).signature for one in mails(session, template))


def test_a_new_matter_is_of_who_acts_for_the_negotiator_that_day(office: Settings) -> None:
    with transaction() as session:
        away(session, "asj", "gol")
        owed(session)
        assert owners(session) == ["gol"]


@pytest.mark.parametrize("substitute", ["", "gol"])
def test_a_new_matter_is_the_negotiators_own_when_nobody_acts_for_them(office: Settings, substitute: str) -> None:
    with transaction() as session:
        away(session, "asj", substitute)
        if substitute:
            away(session, substitute)
        owed(session)
        assert owners(session) == ["asj"]


def test_the_list_shows_who_acts_while_its_owner_is_away(office: Settings) -> None:
    with transaction() as session:
        owed(session, "2027-01-04")
        assert wish(session, "2027-01-04").with_whom == "asj"
        away(session, "asj", "gol")
        there = wish(session, "2027-01-11")
        assert (there.with_whom, there.filled["signature"]) == ("gol (för asj)", "gol")
        away(session, "gol")
        nobody = wish(session, "2027-01-11")
        assert (nobody.with_whom, "signature" in nobody.filled) == ("asj (borta)", False)
        assert wish(session, "2027-01-12").with_whom == "asj"


def test_an_alarm_goes_to_who_acts_and_to_the_owner_only_once_they_are_back(office: Settings) -> None:
    with transaction() as session:
        owed(session, "2026-12-14")
        away(session, "asj", "gol", date(2027, 1, 11), date(2027, 1, 12))
        assert [work_list.alarm(session, at(day)) for day in ("2027-01-11", "2027-01-12")] == [1, 0]
        assert readers(session, "staff-alarm") == ["gol"]
        assert [work_list.alarm(session, at(day)) for day in ("2027-01-13", "2027-01-14")] == [1, 0]
        assert readers(session, "staff-alarm") == ["asj", "gol"]


def test_where_nobody_acts_the_alarm_goes_to_the_regions_other_negotiators_and_else_to_the_office(
    office: Settings,
) -> None:
    with transaction() as session:
        owed(session, "2026-12-14")
        region = staff(session, "asj").region
        new = Staff(signature="nya", name="Ny", email="ny@example.org", role=StaffRole.negotiator, region=region)
        session.add(new)
        session.flush()
        away(session, "asj", "gol", DAY, date(2027, 1, 12))
        away(session, "gol", "mla", DAY, date(2027, 1, 12))
        assert work_list.alarm(session, at("2027-01-11")) == 1
        assert readers(session, "staff-alarm") == ["nya"]
        away(session, "nya", "", date(2027, 1, 12))
        assert work_list.alarm(session, at("2027-01-12")) == 1
        assert readers(session, "staff-alarm") == ["mla", "nya"]


def test_what_was_of_somebody_who_left_the_office_is_told_to_those_who_are_there(office: Settings) -> None:
    with transaction() as session:
        owed(session, "2026-12-14")
        staff(session, "asj").active = False
        session.flush()
        assert work_list.alarm(session, at("2027-01-11")) == 1
        assert readers(session, "staff-alarm") == ["mla"]


def test_a_requests_talk_waits_on_who_acts_for_the_negotiator(office: Settings) -> None:
    with transaction() as session:
        ask(session, "2026-11-02")
        away(session, "asj", "gol", date(2026, 11, 9), date(2026, 11, 13))
        assert [one.with_whom for one in work_list.what_waits(session, at("2026-11-10"))] == ["gol (för asj)"]
        work_list.alarm(session, at("2026-11-10"))
        assert readers(session, "staff-alarm") == ["gol"]


def test_a_new_request_is_told_to_whoever_it_is_assigned_to_once_and_to_the_stand_in_of_who_is_away(
    office: Settings,
) -> None:
    with transaction() as session:
        first = ask(session, "2026-11-02")
        assert readers(session, "staff-case") == ["asj"]
        assignment.assign(session, first, at("2026-11-03"))
        assert readers(session, "staff-case") == ["asj"]
        away(session, "asj", "gol", date(2026, 11, 9), date(2026, 11, 13))
        ask(session, "2026-11-10", need="Något annat.")
        assert sorted(readers(session, "staff-case")) == ["asj", "gol"]


def digests(session: Session) -> dict[str, tuple[str, list[str]]]:
    """What each reader's list is of, and what stands on it."""
    found = {}
    for one in mails(session, "staff-digest"):
        told = json.loads(one.context)
        whose = session.get_one(Staff, one.staff_id).signature
        assert whose not in found, "one list a reader"
        found[whose] = (told["region"], [row["what"] for row in told["rows"]])
    return found


def test_the_weeks_list_of_who_is_away_goes_to_their_substitute_in_one_with_their_own(office: Settings) -> None:
    with transaction() as session:
        owed(session)
        assert work_list.digest(session, at("2027-01-11")) == 3
        assert digests(session)["gol"] == ("Västra Götalands län", [])
    with transaction() as session:
        away(session, "asj", "gol", date(2027, 1, 18), date(2027, 1, 22))
        for mail in mails(session, "staff-digest"):
            session.delete(mail)
        assert work_list.digest(session, at("2027-01-18")) == 3
        lists = digests(session)
        assert lists["gol"] == ("Västra Götalands län, Norrbottens län", ["wish"])
        assert lists["asj"] == ("Norrbottens län", ["wish"])


def test_the_weeks_list_of_who_is_away_goes_to_no_substitute_who_is_away_too(office: Settings) -> None:
    with transaction() as session:
        owed(session)
        away(session, "asj", "gol")
        away(session, "gol")
        work_list.digest(session, at("2027-01-11"))
        lists = digests(session)
        assert lists["gol"][1] == []
        assert lists["mla"] == ("alla regioner", ["wish"])


def test_what_a_substitute_took_on_stays_on_their_list_when_the_negotiator_is_back(office: Settings) -> None:
    with transaction() as session:
        away(session, "asj", "gol")
        owed(session)
        [(one, _)] = all_open(session)
        assert isinstance(one, Intervention)
        work_list.digest(session, at("2027-01-18"))
        assert [digests(session)[who][1] for who in ("asj", "gol")] == [["wish"], ["wish"]]
