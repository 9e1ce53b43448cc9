"""Whatever staff and members do after a cut-off, what was known at it stays as it was (domain.md section 11)."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

import pytest
from hypothesis.stateful import initialize, invariant
from sqlmodel import Session, select

from models.db.engine import reading, transaction
from models.forms.catch_up import CatchUpForm
from models.networks import meeting_corrections, second_signature
from models.office.interventions import open_once
from models.office.staff import by_signature
from models.requests import own_request
from models.settings import Settings
from models.stages import catch_up
from models.support import corrections, ledger, use_corrections
from models.tables.change_entry import ChangeEntry
from models.tables.meeting import Meeting
from models.tables.network import Nature, Network
from models.tables.office import InterventionKind
from models.tables.request import SupportRequest
from models.tables.support import SupportGrant
from models.tables.transition import Actor
from models.views.congress.facts.held import Held
from models.views.congress.facts.reading import known_facts
from models.views.congress.facts.rows import Facts
from tests.acts import (
    GOREL,
    ORJAN,
    RENE,
    ask,
    at,
    by,
    change,
    grant_line,
    meet,
    network_in,
    put_right,
    talk,
)
from tests.conftest import Copies
from tests.histories.any_history import AnyHistory
from tests.histories.played import play


def changed(before: Facts, now: Facts) -> list[tuple[str, object, object]]:
    """What is otherwise: which part, what was in it, and what is."""
    found: list[tuple[str, object, object]] = []
    for field in fields(Facts):
        was, is_now = getattr(before, field.name), getattr(now, field.name)
        if isinstance(was, Held):
            was, is_now = (tuple(zip(*(c.tolist() for c in one.columns), strict=True)) for one in (was, is_now))
        if was != is_now:
            was, is_now = (one if isinstance(one, tuple) else (one,) for one in (was, is_now))
            found.append((field.name, [x for x in was if x not in is_now], [x for x in is_now if x not in was]))
    return found


CUTOFF, LATE = date(2027, 1, 1), "2027-01-08"


@dataclass
class World:
    """What there is at the cut-off: a network that meets and was given an extension, and three requests."""

    session: Session
    network: Network
    grant: SupportGrant
    without: Network
    open: SupportRequest
    refused: SupportRequest

    def meeting(self, day: str) -> Meeting:
        return next(one for one in self.session.exec(select(Meeting)) if str(one.starts_at.date()) == day)


def world(session: Session) -> World:
    network = network_in(session, grants=[grant_line("sounding_board")])
    for day, attended in (("2026-12-02", 9), ("2026-12-03", 8)):
        meet(session, network, day, attended)
    grant = session.exec(select(SupportGrant)).one()
    for day, hours in (("2026-11-12", 1), ("2026-12-14", 2)):
        ledger.use_hours(session, grant, date.fromisoformat(day), Decimal(hours), at(day))
    change(session, network, "extend", "2026-12-15", days=60, approver="gol", reason="De bytte lokal.")
    asked = ask(session, member_number=GOREL, place="Umeå", municipality="Umeå", co_organisers="", without_support=True)
    without = talk(session, asked, grants=[])
    assert without
    is_open = ask(session, "2026-12-10", member_number=ORJAN, place="Boden", municipality="Boden", co_organisers="")
    refused = ask(session, "2026-12-10", member_number=RENE, place="Kiruna", municipality="Kiruna", co_organisers="")
    talk(session, refused, "2026-12-18", decision="decline", reason="outside_purpose")
    return World(session, network, grant, without, is_open, refused)


def moves(of: World) -> None:
    change(of.session, of.network, "place", LATE, place="Umeå", municipality="Umeå", member="m1")


def its_extension_is_refused(of: World) -> None:
    entry = of.session.exec(select(ChangeEntry)).one()
    second_signature.refuse(of.session, entry.id, by_signature(of.session, "gol", "").id, at(LATE))


def its_kickoff_moves(of: World) -> None:
    meeting = of.meeting("2026-11-25")
    meeting_corrections.move_to_day(of.session, of.network, meeting, date(2026, 11, 18), put_right(of.session, LATE))


def a_meeting_is_another_told_twice(of: World) -> None:
    kept, double = of.meeting("2026-12-02"), of.meeting("2026-12-03")
    kept.branches = None
    meeting_corrections.drop_double(of.session, of.network, double, kept, put_right(of.session, LATE))


def a_grant_was_of_more_hours(of: World) -> None:
    corrections.correct_grant(of.session, of.grant, put_right(of.session, LATE), hours=Decimal(5))


def fewer_hours_were_used(of: World) -> None:
    right = put_right(of.session, LATE)
    use_corrections.correct_use(of.session, of.grant, date(2026, 12, 14), Decimal(1), right)
    use_corrections.correct_use(of.session, of.grant, date(2026, 11, 12), Decimal("0.5"), right)


def no_hours_were_used(of: World) -> None:
    right = put_right(of.session, LATE)
    use_corrections.correct_use(of.session, of.grant, date(2026, 12, 14), Decimal(0), right)


def hours_are_told_late_and_put_right(of: World) -> None:
    ledger.use_hours(of.session, of.grant, date(2026, 12, 14), Decimal("0.5"), at(LATE))
    right = put_right(of.session, "2027-01-11")
    use_corrections.correct_use(of.session, of.grant, date(2026, 12, 14), Decimal("1.5"), right)


def a_request_is_for_another_place(of: World) -> None:
    wanted = own_request.Asked("Umeå", "Umeå", Nature.role, "Något annat.", [], False)
    assert own_request.change(of.session, of.open, wanted, by(Actor.member, LATE))


def an_appeal_is_refused_for_another_reason(of: World) -> None:
    talk(of.session, of.refused, LATE, decision="appeal", signature="gol")
    talk(of.session, of.refused, "2027-01-15", decision="decline", reason="no_member_interest", signature="gol")


def support_is_wanted_after_all(of: World) -> None:
    open_once(of.session, of.without, InterventionKind.few_organisers, "few", at(LATE))
    lines = [grant_line(from_on=LATE, to_on="2027-03-31")]
    form = CatchUpForm.model_validate(
        {"network_number": of.without.number, "signature": "asj", "kind": "all", "talked_on": LATE,
         "outcome": "settled", "grants": lines}
    )  # fmt: skip
    catch_up.settle_talk(of.session, form, by(Actor.staff, LATE))


ACTS = (
    *(moves, its_extension_is_refused, its_kickoff_moves, a_meeting_is_another_told_twice, a_grant_was_of_more_hours),
    *(fewer_hours_were_used, no_hours_were_used, hours_are_told_late_and_put_right, a_request_is_for_another_place),
    *(an_appeal_is_refused_for_another_reason, support_is_wanted_after_all),
)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.each_database
def test_what_is_told_after_the_cutoff_is_known_later_and_not_then(
    act: Callable[[World], None], office: Settings
) -> None:
    later = date(2027, 3, 1)
    with transaction() as session:
        of = world(session)
        before, without_it = known_facts(session, CUTOFF), known_facts(session, later)
        act(of)
        session.flush()
        assert changed(before, known_facts(session, CUTOFF)) == []
        assert changed(without_it, known_facts(session, later)), "it changed nothing at all"


def test_who_left_and_is_asked_anew_had_said_yes_when_it_started(office: Settings) -> None:
    """Their yes is taken from the role then, and a curve would lose them."""
    with transaction() as session:
        network = world(session).network
        change(session, network, "end_role", LATE, whose="m3", approver="gol", reason="De slutade komma.")
        change(session, network, "new_organiser", "2027-01-11", member_number=RENE)
        began = [life.organisers for life in known_facts(session, date(2027, 3, 1)).lives]
        assert began[0] == 3


class Remembered(AnyHistory):
    """Each day that comes is a cut-off, and every cut-off before it is looked at again."""

    known: dict[date, Facts]

    @initialize()
    def nothing_is_remembered(self) -> None:
        self.known = {}

    @invariant()
    def what_was_known_then_is_known_now(self) -> None:
        if not hasattr(self, "known"):
            return
        with reading() as session:
            for cutoff, facts in self.known.items():
                found = changed(facts, known_facts(session, cutoff))
                assert not found, f"{cutoff}: {found}"
            if self.today not in self.known:
                self.known[self.today] = known_facts(session, self.today)


@pytest.mark.parametrize(("kind", "times"), [("sqlite", 6), ("postgresql", 2)])  # the rule is the same on both
def test_no_later_act_changes_what_was_known_at_a_cutoff(
    kind: str, times: int, copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(Remembered, kind, copies, monkeypatch, times=times, acts=40)
