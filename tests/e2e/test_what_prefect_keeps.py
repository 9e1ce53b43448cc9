"""What Prefect has kept once all browser tests are over (this file comes last): nobody (domain.md I9)."""

import base64
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_staff_in_prefect import NEED, OFFICE, PLACE, WHAT_WAS_SAID, WHY_GRANTED
from tests.e2e.test_staffs_week import COMPLAINT, SAID
from tests.up import Running

pytestmark = pytest.mark.e2e
LONG_ENOUGH = 5  # a surname that is no Swedish word by itself
PACKED = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")


def persons() -> set[str]:
    """Everything about anybody that was typed or imported: numbers, names, addresses, and members' own words."""
    found = {NEED, PLACE, WHY_GRANTED, WHAT_WAS_SAID, SAID, COMPLAINT}
    for name, columns in (("members.csv", ("member_number", "name", "email")), ("staff.csv", ("name", "email"))):
        with (OFFICE / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                found |= {row[column] for column in columns}
                found |= {part for part in row["name"].split() if len(part) > LONG_ENOUGH}
    return found


def contents(path: Path) -> Iterator[bytes]:
    """A file as it lies there, and what is packed in it: kept results are pickles in base64."""
    content = path.read_bytes()
    yield content
    for packed in PACKED.findall(content):
        yield base64.b64decode(packed[: len(packed) // 4 * 4])


def kept(running: Running) -> dict[str, list[Path]]:
    """The files of Prefect's database, its result store and all logs."""
    prefect = running.home / ".lots" / "prefect"
    parts = {"database": prefect.glob("prefect.db*"), "results": (prefect / "storage").rglob("*")}
    parts["logs"] = (running.home / ".lots" / "log").rglob("*")
    return {name: [path for path in paths if path.is_file()] for name, paths in parts.items()}


def test_prefect_knows_nobody_after_all_that(running: Running) -> None:
    found = kept(running)
    assert all(found.values()), "nothing was looked at"
    for path in [path for paths in found.values() for path in paths]:
        for content in contents(path):
            for person in persons():
                for spelling in (person.encode(), json.dumps(person)[1:-1].encode()):
                    assert spelling not in content, (path.name, "holds a person")


def test_the_look_would_find_a_kept_result_that_names_somebody(running: Running) -> None:
    results = [content for path in kept(running)["results"] for content in list(contents(path))[1:]]
    assert any(b"asj" in content for content in results), "signatures are kept, and are seen in what is packed"
