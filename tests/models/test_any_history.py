"""Any history: what staff, members, absence, the clock and double submissions do in any order breaks no rule."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from models.db.engine import engine
from tests.conftest import Copies, use_database
from tests.histories.any_history import AnyHistory


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_history_breaks_a_rule(kind: str, copies: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind not in copies:
        pytest.skip("LOTS_TEST_POSTGRES_URL is not set")

    class OnThisDatabase(AnyHistory):
        def __init__(self) -> None:
            super().__init__()
            url, self.drop = copies[kind]()
            use_database(monkeypatch, url)

        def teardown(self) -> None:
            engine().dispose()
            self.drop()

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=8,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # a long history is told whole: making it shorter takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
