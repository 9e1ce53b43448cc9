"""A report as text that is the same to the byte wherever it is written, and back (domain.md section 11)."""

import hashlib
import json
from typing import Final

from pydantic import TypeAdapter, ValidationError

from models.views.congress.facts.rows import Facts
from models.views.congress.report import Report

_REPORT: Final = TypeAdapter(Report)


def freeze(report: Report) -> str:
    """The report as canonical JSON: keys in order, no blanks, UTF-8."""
    return json.dumps(
        _REPORT.dump_python(report, mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def thaw(frozen: str) -> Report:
    """The report that was frozen. Raises ValueError when it is none."""
    try:
        return _REPORT.validate_json(frozen)
    except ValidationError as error:
        raise ValueError(f"{error.error_count()} errors") from None


def sha256(text: str) -> str:
    """The hash by which frozen text is recognised."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of(facts: Facts) -> str:
    """The hash of all facts: networks and requests by their number, meetings by network and day; ids are in none."""
    digest = hashlib.sha256()
    parts = (
        *(facts.cutoff, facts.regions, facts.used, facts.granted, facts.checked, facts.signals, facts.budgets),
        *(facts.taken, facts.municipalities, facts.check_ins),
    )
    for part in parts:
        digest.update(repr(part).encode())
    for some in (facts.lives, facts.asked):
        for one in some:
            digest.update(repr(one).encode())
    for column in facts.held.columns:
        digest.update(column.astype("<i8").tobytes())
    return digest.hexdigest()
