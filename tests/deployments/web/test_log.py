"""What `lots web` writes of itself holds its time and nothing that anybody typed."""

import logging
import re
import sys

import pytest

from deployments.web.log import LOGGERS, OneLine, log_by_line


def record(name: str, told: str, *, raised: bool = False) -> logging.LogRecord:
    try:
        raise ValueError("Åsa Öhrn wished for a speaker")
    except ValueError:
        held = sys.exc_info() if raised else None
    return logging.LogRecord(name, logging.ERROR, "server.py", 1, told, None, held)


@pytest.mark.parametrize(
    ("told", "raised"),
    [
        ("Exception in ASGI application\n", True),
        ("Task exception was never retrieved\nfuture: <Task exception=ValueError('Åsa Öhrn')>", True),
        ("a page failed: ValueError in check_in.py, line 12", False),
    ],
)
def test_each_matter_is_one_line_with_its_time_and_without_persons(told: str, raised: bool) -> None:
    line = OneLine().format(record("uvicorn.error", told, raised=raised))
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4} ERROR uvicorn\.error: \S", line)
    assert "\n" not in line and "Åsa" not in line
    assert "ValueError in " in line


def test_our_lines_uvicorns_and_asyncios_go_there_once(capsys: pytest.CaptureFixture[str]) -> None:
    before = {name: (logging.getLogger(name).handlers, logging.getLogger(name).propagate) for name in LOGGERS}
    try:
        log_by_line()
        logging.getLogger("natverkslots.web").warning("too many by one link (%s)", "abc")
        logging.getLogger("asyncio").error("Unclosed connection")
    finally:
        for name, (handlers, propagate) in before.items():
            logging.getLogger(name).handlers, logging.getLogger(name).propagate = handlers, propagate
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ", 3)[2:] for line in lines] == [
        ["WARNING", "natverkslots.web: too many by one link (abc)"],
        ["ERROR", "asyncio: Unclosed connection"],
    ]
