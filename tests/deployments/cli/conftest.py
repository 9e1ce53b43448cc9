"""The command line in this process: as scripts use it, without the second that a new process takes."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from deployments.cli.app import main


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


Lots = Callable[..., Done]


@pytest.fixture
def lots_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lots:
    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["lots", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(str(ended.code))
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return run
