"""Which tables a congress report has, and their columns; what each means stands in `definitions.py`.

The words of a code stand under its column's key: `reason`, `origin`, `nature`, `step`, `level`, `what`, `item`, and
`support` and `organisers` for the curves.
"""

from typing import Final

from models.views.congress.report import Column, Unit

YEAR: Final = Column("year", Unit.YEAR)
REGION: Final = Column("region", Unit.REGION)


def _of(unit: Unit, *keys: str) -> tuple[Column, ...]:
    return tuple(Column(key, unit) for key in keys)


def _number(*keys: str) -> tuple[Column, ...]:
    return _of(Unit.NUMBER, *keys)


def _word(key: str) -> Column:
    return Column(key, Unit.WORD)


TABLES: Final[dict[str, tuple[Column, ...]]] = {
    # of the requests that came in a year, what has become of them by the cut-off
    "requests": (
        YEAR,
        *_number("received", "granted", "waiting", "declined", "referred", "expired", "withdrawn", "open"),
        *_number("talked", "talked_in_time", "talked_late"),
        *_of(Unit.SHARE, "share_talked_in_time"),
        *_of(Unit.DAYS, "median_days_to_talk"),
        *_number("decided", "decided_in_time", "decided_late"),
        *_of(Unit.SHARE, "share_in_time"),
        *_of(Unit.DAYS, "median_days_to_decision"),
        *_number("waited"),
        *_of(Unit.SHARE, "share_waited"),
    ),
    "requests_by_region": (
        *(YEAR, REGION),
        *_number("received", "granted", "under_way", "came_to_nothing"),
        *_of(Unit.DAYS, "median_days_to_decision"),
    ),
    "reasons": (YEAR, _word("reason"), *_number("requests")),
    "starters": (YEAR, _word("origin"), *_number("networks")),
    "natures": (YEAR, _word("nature"), *_number("networks")),
    "networks": (YEAR, REGION, *_number("started", "ended", "living", "resting", "active")),
    "meetings": (
        *(YEAR, REGION),
        *_number("networks", "held"),
        *_of(Unit.DECIMAL, "mean_attended", "mean_branches", "mean_companies"),
        *_of(Unit.SHARE, "share_several_branches", "share_several_companies"),
        *_of(Unit.SHARE, "share_told_branches", "share_told_companies"),
    ),
    "cadence": (YEAR, REGION, *_number("networks", "keeping", "not_keeping"), *_of(Unit.SHARE, "share_keeping")),
    "office_hours": (
        *(YEAR, _word("step")),
        *_number("networks"),
        *_of(Unit.HOURS, "hours", "hours_per_network"),
    ),
    # of those that started in a year and have been followed for twelve months
    "hours_per_living": (
        YEAR,
        *_number("networks", "living", "not_living"),
        *_of(Unit.SHARE, "share_living"),
        *_of(Unit.HOURS, "hours", "hours_per_living"),
    ),
    "support": (YEAR, _word("item"), *_number("networks"), *_of(Unit.HOURS, "hours")),
    "phase_outs": (
        YEAR,
        *_number("networks", "on_time", "late"),
        *_of(Unit.SHARE, "share_on_time"),
        *_number("followed", "active_later", "not_active_later"),
        *_of(Unit.SHARE, "share_active_later"),
    ),
    "duties": (
        YEAR,
        _word("step"),
        *_number("networks", "meetings"),
        *_of(Unit.SHARE, "office_share", "allowed_share"),
    ),
    "health": (YEAR, _word("level"), *_number("networks"), *_of(Unit.SHARE, "share")),
    "check_ins": (YEAR, *_number("sent", "answered", "not_answered"), *_of(Unit.SHARE, "share_answered")),
    "ends": (YEAR, _word("what"), _word("reason"), *_number("networks")),
    "unmet": (YEAR, REGION, *_number("waiting", "expired", "need_signals")),
    "historic": (YEAR, *_number("living", "met", "meetings")),
}
OUTLOOK: Final[dict[str, tuple[Column, ...]]] = {
    # of the quarter that has ended: who waits beside what is left of the hours
    "capacity": (
        REGION,
        *_number("waiting"),
        *_of(Unit.HOURS, "budget", "taken", "left"),
        *_of(Unit.SHARE, "share_taken"),
    ),
    # hours that come free of networks on the ladder, and what the queue and the other networks ask for
    "hours": (Column("quarter", Unit.QUARTER), REGION, *_of(Unit.HOURS, "freed", "low", "high", "left")),
    "queue": (REGION, *_number("waiting"), *_of(Unit.MONTHS, "months_to_head", "low", "high")),
    # helped within four quarters if the region had so many hours a quarter more or less
    "what_if": (REGION, *_of(Unit.HOURS, "hours"), *_of(Unit.DECIMAL, "helped", "low", "high")),
}
SPLITS: Final[dict[str, tuple[str, ...]]] = {
    "support": ("with", "without"),
    "organisers": ("1", "2", "3+"),
}
ANSWERS: Final[dict[str, tuple[Column, ...]]] = {
    "motion_negotiators": (
        *_number("networks_with_negotiator"),
        *_of(Unit.HOURS, "negotiator_hours", "hours_granted", "hours_at_all_meetings", "hours_of_a_year"),
    ),
    "motion_regular": (*_of(Unit.SHARE, "share_keeping"), *_number("networks_assessed", "meetings_held")),
    "motion_local": _number("active_networks", "municipalities", "all_municipalities", "regions"),
    "motion_branches": (*_of(Unit.DECIMAL, "mean_branches"), *_of(Unit.SHARE, "share_several_branches")),
    "motion_companies": (*_of(Unit.DECIMAL, "mean_companies"), *_of(Unit.SHARE, "share_several_companies")),
    "board_vigorous": (*_of(Unit.SHARE, "share_green"), *_number("yellow", "red", "networks_rated")),
    "board_participants": (
        *_of(Unit.SHARE, "active_after_12_months"),
        *_number("networks_followed"),
        *_of(Unit.SHARE, "member_duties", "members_must"),
    ),
    "board_from_below": _number("networks_created", "networks_started", "networks_never_met"),
    "board_contact": (
        *_of(Unit.SHARE, "share_talked_in_time"),
        *_number("requests"),
        *_of(Unit.DAYS, "median_days_to_talk", "median_days_to_decision"),
    ),
    "board_support_differs": _number("networks_supported", "kinds_of_support"),
    "board_resources": (
        *_of(Unit.HOURS, "office_hours", "hours_granted", "hours_per_network"),
        *_of(Unit.SHARE, "share_taken"),
        *_number("waiting_now"),
    ),
    "board_phase_out": (
        *_of(Unit.SHARE, "share_active_later"),
        *_number("networks_followed", "phased_out"),
        *_of(Unit.SHARE, "share_on_time"),
    ),
    "board_not_central": _number("refused_whole_country", "need_signals"),
}
