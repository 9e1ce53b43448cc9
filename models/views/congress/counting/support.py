"""What the office gave: hours by item and step of the ladder, what they led to, and whether support ended on time."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from models.dates.local_time import add_months
from models.tables.network import NetworkState
from models.tables.support import Item
from models.views.congress.counting.tally import Tally
from models.views.congress.disclosure.small_cells import CellId
from models.views.congress.facts.rows import Facts, Given, Life
from models.views.congress.report import EVERYWHERE

A_YEAR: Final = 12
"""Months after which it is asked whether a network lives."""
A_WEEK: Final = timedelta(days=7)
"""The ladder is looked at on Mondays: support that ends on a Tuesday is over by the next."""
STEPS: Final = (0, 1, 2, 3, 4)
HUNDRED: Final = 100


def count_support(facts: Facts, tally: Tally) -> None:
    """Hours that were used of each network, by the step on which it stood that day, and what was granted, by item."""
    lives = {life.number: life for life in facts.own}
    for year in facts.years:
        by_step: defaultdict[str, list[Given]] = defaultdict(list)
        for one in facts.used:
            if one.on.year == year and one.network in lives:
                by_step[str(lives[one.network].step_on(one.on))].append(one)
                by_step[EVERYWHERE].append(one)
        for step in (EVERYWHERE, *map(str, STEPS)):
            _hours(tally, "office_hours", (year, step), by_step[step])
            networks = len({one.network for one in by_step[step]})
            each = sum(one.hundredths for one in by_step[step]) / HUNDRED / networks if networks else None
            tally.rate("office_hours", (year, step), "hours_per_network", each, needs=("networks", "hours"))
            tally.both_or_none("office_hours", (year, step), "networks", "hours")
        parts = [("office_hours", (year, str(step)), "hours") for step in STEPS]
        country: CellId = ("office_hours", (year, EVERYWHERE), "networks")
        of_steps: list[CellId] = [("office_hours", (year, str(step)), "networks") for step in STEPS]
        tally.at_most([country], of_steps)
        for cell in of_steps:
            tally.at_most([cell], [country])
        tally.add_up(parts, [("office_hours", (year, EVERYWHERE), "hours")])
        for item in Item:
            granted = [one for one in facts.granted if (one.on.year, one.item) == (year, item) and one.network in lives]
            _hours(tally, "support", (year, str(item)), granted)


def _hours(tally: Tally, table: str, row: tuple[int | str, ...], given: list[Given]) -> None:
    networks = len({one.network for one in given})
    tally.count(table, row, "networks", networks)
    tally.count(table, row, "hours", sum(one.hundredths for one in given) / HUNDRED, of=networks)


def count_hours_per_living(facts: Facts, tally: Tally) -> None:
    """Of the networks that started in a year, how many lived twelve months later, and what hours they took until then:
    those alone that have been followed so long.
    """
    used: defaultdict[int, list[Given]] = defaultdict(list)
    for one in facts.used:
        used[one.network].append(one)
    for year in facts.years:
        if not _can_follow(facts, year):
            continue
        followed = [
            (life, until)
            for life in facts.own
            if life.started_on
            and life.started_on.year == year
            and (until := add_months(life.started_on, A_YEAR)) < facts.cutoff
        ]
        row, living = (year,), [life for life, until in followed if life.is_active_on(until)]
        hours = (
            sum(one.hundredths for life, until in followed for one in used[life.number] if one.on <= until) / HUNDRED
        )
        tally.count("hours_per_living", row, "networks", len(followed))
        tally.count("hours_per_living", row, "living", len(living))
        tally.count("hours_per_living", row, "not_living", len(followed) - len(living))
        tally.add_up_row("hours_per_living", row, ("living", "not_living"), "networks")
        tally.count("hours_per_living", row, "hours", hours, of=len(followed))
        each = hours / len(living) if living else None
        tally.rate("hours_per_living", row, "hours_per_living", each, needs=("hours", "living"))
        tally.share("hours_per_living", row, "share_living", "living", "networks")


def count_phase_outs(facts: Facts, tally: Tally) -> None:
    """Of the networks whose support ended or was to end in a year, how many stood on their own feet by that day; what
    rested or ended before is no phase-out.
    """
    for year in facts.years:
        due = [one for life in facts.own if (one := _phase_out(life, facts)) and one[0] == year]
        on_time = sum(is_on_time for _, is_on_time in due)
        for column, value in (("networks", len(due)), ("on_time", on_time), ("late", len(due) - on_time)):
            tally.count("phase_outs", (year,), column, value)
        tally.add_up_row("phase_outs", (year,), ("on_time", "late"), "networks")
        tally.share("phase_outs", (year,), "share_on_time", "on_time", "networks")
        if _can_follow(facts, year):
            _later(facts, tally, year)


def _can_follow(facts: Facts, year: int) -> bool:
    """Whether twelve months have passed for any that began in a year; of one that is too near nothing is said."""
    return add_months(date(year, 1, 1), A_YEAR) < facts.cutoff


def _later(facts: Facts, tally: Tally, year: int) -> None:
    """Of those whose support ended in a year, how many were active twelve months after: what the rule cannot do."""
    row, came = (year,), [(life, one) for life in facts.own if (one := _independent(life)) and one.year == year]
    followed = [(life, until) for life, one in came if (until := add_months(one, A_YEAR)) < facts.cutoff]
    active = sum(life.is_active_on(until) for life, until in followed)
    for column, value in (
        ("followed", len(followed)), ("active_later", active), ("not_active_later", len(followed) - active),
    ):  # fmt: skip
        tally.count("phase_outs", row, column, value)
    tally.add_up_row("phase_outs", row, ("active_later", "not_active_later"), "followed")
    tally.add_up_if_so([("phase_outs", row, "followed")], [("phase_outs", row, "networks")])
    tally.share("phase_outs", row, "share_active_later", "active_later", "followed")


def _independent(life: Life) -> date | None:
    """When the support of a network that had any ended and it stood on its own feet."""
    if life.without_support or not life.support_ends_on:
        return None
    return next((step.on for step in life.steps if step.to_state == NetworkState.independent), None)


def _phase_out(life: Life, facts: Facts) -> tuple[int, bool] | None:
    """The year in which the office's support of a network ended or should have, and whether it was on time."""
    ends = life.support_ends_on
    if life.without_support or not ends:
        return None
    if independent := _independent(life):
        return independent.year, independent <= ends + A_WEEK
    is_over = ends + A_WEEK < facts.cutoff and life.state_on(ends) not in (None, NetworkState.resting)
    over = life.ended
    return (ends.year, False) if is_over and not (over and over.on <= ends) else None
