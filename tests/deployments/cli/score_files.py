"""Files of the kind that `lots score` reads."""

from datetime import date
from io import BytesIO
from typing import Any

import orjson
import pytest

from deployments.cli.score_file import score_stream
from models.errors import UserError
from models.health.batch import DUTIES

TODAY = date(2027, 11, 1)
DAYS = ("2026-11-25", "2027-01-20", "2027-03-17", "2027-05-12", "2027-08-25", "2027-10-20")
DELETE = object()


def network(name: str = "n1", who: tuple[str, ...] = ("m1", "m2", "m3", "m1", "m2")) -> dict[str, Any]:
    """The worked example of section 7, in the contract's form."""
    return {
        "id": name,
        "kickoff_on": "2026-11-25",
        "cadence_days": 60,
        "target_size": 8,
        "step": 4,
        "meetings": [
            {
                "on": day,
                "status": "held",
                "attended": attended,
                "branches": 3,
                "companies": 5,
                "duties": dict(zip(DUTIES, who, strict=True)),
            }
            for day, attended in zip(DAYS, (9, 9, 10, 9, 11, 10), strict=True)
        ],
        "check_ins": [
            {"sent_on": "2027-03-02", "answered_on": "2027-03-03", "q4": 4},
            {"sent_on": "2027-06-01", "answered_on": "2027-06-01", "q4": 5},
            {"sent_on": "2027-09-07", "answered_on": "2027-09-09", "q4": 4},
        ],
    }


def score_file(raw: bytes, as_of: date) -> list[dict[str, Any]]:
    return score_stream(BytesIO(raw), as_of)


def scored(*networks: object) -> list[dict[str, Any]]:
    return score_file(orjson.dumps({"networks": list(networks)}), TODAY)


def changed(path: str, value: object) -> dict[str, Any]:
    """The example with one field at `meetings.2.attended` set or deleted."""
    found = network("n7")
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    here: Any = found
    for part in way:
        here = here[part]
    if value is DELETE:
        del here[last]
    else:
        here[last] = value
    return found


def refusal(*networks: object) -> str:
    with pytest.raises(UserError) as refused:
        scored(*networks)
    return str(refused.value)
