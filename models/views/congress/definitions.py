"""How it was counted: for each table, curve and answer, where its rule stands and which function counts it."""

from typing import Final

from models.views.congress.report import Definition

_TABLES: Final = {
    "requests": ("4, 11", "counting/requests.py: count_requests"),
    "requests_by_region": ("4, 11", "counting/requests.py: count_requests"),
    "reasons": ("4", "counting/requests.py: count_requests"),
    "unmet": ("S8, 11", "counting/requests.py: count_unmet"),
    "starters": ("S2, S3", "counting/networks.py: count_networks"),
    "natures": ("3", "counting/networks.py: count_networks"),
    "networks": ("4", "counting/networks.py: count_networks"),
    "ends": ("4", "counting/networks.py: count_ends"),
    "health": ("7", "counting/networks.py: count_health"),
    "check_ins": ("6", "counting/networks.py: count_check_ins"),
    "cadence": ("S9, 7", "counting/networks.py: count_health"),
    "meetings": ("S10", "counting/meetings.py: count_meetings"),
    "duties": ("5, I10", "counting/meetings.py: count_duties"),
    "historic": ("3, 11", "counting/meetings.py: count_historic"),
    "office_hours": ("S6, 5", "counting/support.py: count_support"),
    "support": ("S4, 5", "counting/support.py: count_support"),
    "hours_per_living": ("11", "counting/support.py: count_hours_per_living"),
    "phase_outs": ("S7, 5", "counting/support.py: count_phase_outs"),
    "curves": ("11", "counting/curves.py: curves"),
    "differences": ("11", "counting/curves.py: differences"),
    "log_ranks": ("11", "counting/survival.py: log_rank"),
    "outlook_capacity": ("S6, 5", "outlook.py: count_capacity"),
    "outlook": ("11", "outlook.py: outlook"),
    "answers": ("1, 11", "answers.py: answers"),
    "small_cells": ("10", "disclosure/small_cells.py: hidden"),
    "frozen": ("11", "facts/reading.py: known_facts"),
    "changes": ("11", "changes.py: changes_since"),
}
DEFINITIONS: Final = tuple(
    Definition(key, f"domain.md {source}", f"models/views/congress/{query}") for key, (source, query) in _TABLES.items()
)
