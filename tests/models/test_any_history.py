"""Any history: what staff, members, absence, the clock and double submissions do in any order breaks no rule."""

import pytest

from tests.conftest import Copies
from tests.histories.any_history import AnyHistory
from tests.histories.played import play


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_history_breaks_a_rule(kind: str, copies: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    play(AnyHistory, kind, copies, monkeypatch, times=8, acts=40)
