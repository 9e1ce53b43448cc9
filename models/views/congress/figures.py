"""A congress report, counted (domain.md section 11): read what was known, count it, hide what is small."""

from datetime import date

from sqlmodel import Session

from models.views.congress.answers import answers, count_supported
from models.views.congress.changes import changes_since, published
from models.views.congress.columns import TABLES
from models.views.congress.counting.curves import count_followed, curves, differences, followed, log_ranks
from models.views.congress.counting.meetings import count_duties, count_historic, count_meetings
from models.views.congress.counting.networks import (
    count_check_ins,
    count_ends,
    count_health,
    count_networks,
    count_places,
)
from models.views.congress.counting.requests import count_requests, count_unmet
from models.views.congress.counting.support import count_hours_per_living, count_phase_outs, count_support
from models.views.congress.counting.tally import Tally
from models.views.congress.counting.ties import tie_meetings, tie_networks, tie_requests
from models.views.congress.definitions import DEFINITIONS
from models.views.congress.facts.reading import known_facts
from models.views.congress.facts.rows import Facts
from models.views.congress.frozen import sha256_of
from models.views.congress.outlook import count_capacity, count_on_ladder, outlook
from models.views.congress.report import MODEL_VERSION, Report

COUNTS = (
    *(count_requests, count_unmet, count_networks, count_ends, count_health, count_places, count_check_ins),
    *(count_meetings, count_duties, count_historic, count_on_ladder, count_capacity),
    *(count_support, count_supported, count_hours_per_living, count_phase_outs),
    *(tie_requests, tie_networks, tie_meetings),
)


def count(session: Session, cutoff: date, before: Report | None = None) -> Report:
    """The report of what had happened and been told before the day of the cut-off; `before`: the last one."""
    return report_of(known_facts(session, cutoff), before)


def report_of(facts: Facts, before: Report | None = None) -> Report:
    """The report of these facts."""
    tally, splits = counted(facts), followed(facts)
    count_followed(facts, tally, splits)
    hides = tally.to_hide(published(before))
    found = curves(splits, hides)
    tables = tuple(tally.table(key, hides) for key in TABLES)
    return Report(
        cutoff=facts.cutoff,
        model_version=MODEL_VERSION,
        data_sha256=sha256_of(facts),
        regions=facts.regions,
        tables=tables,
        curves=found,
        log_ranks=log_ranks(splits, hides),
        answers=answers(facts, tally, hides),
        outlook=outlook(facts, hides),
        definitions=DEFINITIONS,
        changes=changes_since(tables, before),
        differences=differences(found),
    )


def counted(facts: Facts) -> Tally:
    """All counts, and how they add up."""
    tally = Tally()
    for one in COUNTS:
        one(facts, tally)
    tally.add_up_regions()
    return tally
