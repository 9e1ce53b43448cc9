"""What would raise a network's score: for each part that is not whole, one thing that members can do (section 7).

Rules only; the words are in templates. A part that is low for what the network did long ago has no remedy but time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

from models.health.engagement import Health
from models.health.parameters import COMPONENTS, DEFAULTS, ModelParameters

WHOLE: Final = 1 - 1e-9


class Advice(StrEnum):
    """What would help, by code."""

    meet = "meet"
    book = "book"
    go_on = "go_on"
    come = "come"
    come_again = "come_again"
    record_duties = "record_duties"
    take_over = "take_over"
    take_over_first = "take_over_first"
    one_more = "one_more"
    record_who_came = "record_who_came"
    branches = "branches"
    companies = "companies"
    branches_and_companies = "branches_and_companies"
    answer = "answer"
    ask_why = "ask_why"
    first_answer = "first_answer"


@dataclass(frozen=True)
class ReportedFigures:
    """What a network told of itself that the score does not give back: who came to its last meetings, its answers.

    Branches and companies per meeting, None where nobody counted; `motivation` is the latest answer of 1–5, None
    without one; `missed` says that the latest check-in went unanswered.
    """

    branches: Sequence[int | None]
    companies: Sequence[int | None]
    motivation: int | None
    missed: bool


@dataclass(frozen=True)
class ScorePart:
    """One of the six parts of a score: its points of how many (None: unknown), and what would raise it or make it known
    (None: nothing is missing).
    """

    name: str
    points: float | None
    most: float
    way: Advice | None


def parts(
    health: Health, cadence_days: int, told: ReportedFigures, settings: ModelParameters = DEFAULTS
) -> list[ScorePart]:
    """R, A, O, B, D and F, with what would raise each."""
    ways = {
        "R": _rhythm(health, cadence_days),
        "A": Advice.come_again if health.ratio is not None and health.ratio < 1 else Advice.come,
        "O": Advice.take_over if health.office_share > 0 else Advice.record_duties,
        "B": _spread(health),
        "D": _diversity(told, settings),
        "F": _answers(told),
    }
    return [
        ScorePart(
            name,
            None if value is None else value * most,
            most,
            ways[name] if value is None or value < WHOLE else None,
        )
        for name, most in zip(COMPONENTS, settings.weights, strict=True)
        for value in (health.components[name],)
    ]


def _spread(health: Health) -> Advice:
    share = health.components["O"]
    if share is None:
        return Advice.record_duties
    return Advice.one_more if share > 0 else Advice.take_over_first


def _rhythm(health: Health, cadence_days: int) -> Advice:
    if health.booked:
        return Advice.go_on
    return Advice.meet if health.gap >= cadence_days else Advice.book


def _diversity(told: ReportedFigures, settings: ModelParameters) -> Advice:
    branches, companies = _typical(told.branches), _typical(told.companies)
    if branches is None and companies is None:
        return Advice.record_who_came
    few_branches = branches is not None and branches < settings.full_branches
    few_companies = companies is not None and companies < settings.full_companies
    if few_branches and few_companies:
        return Advice.branches_and_companies
    return Advice.branches if few_branches else Advice.companies


def _typical(counted: Sequence[int | None]) -> float | None:
    known = [count for count in counted if count is not None]
    return median(known) if known else None


def _answers(told: ReportedFigures) -> Advice:
    if told.missed:
        return Advice.answer
    return Advice.first_answer if told.motivation is None else Advice.ask_why
