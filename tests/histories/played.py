"""A kind of history, played on one of the databases as often as asked."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from models.db.engine import engine
from tests.conftest import Copies, use_database
from tests.histories.any_history import AnyHistory


def play(
    history: type[AnyHistory], kind: str, copies: Copies, monkeypatch: pytest.MonkeyPatch, *, times: int, acts: int
) -> None:
    """Play it `times` times, each on a fresh office and of so many acts; skipped where the database is not there."""
    if kind not in copies:
        pytest.skip("LOTS_TEST_POSTGRES_URL is not set")

    class OnThisDatabase(history):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__()
            url, self.drop = copies[kind]()
            use_database(monkeypatch, url)

        def teardown(self) -> None:
            super().teardown()
            engine().dispose()
            self.drop()

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=times,
            stateful_step_count=acts,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # a long history is told whole: making it shorter takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
