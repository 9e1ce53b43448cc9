"""An office in operation acts on today alone; months go by only where nobody's life is at stake."""

from datetime import date, datetime, timedelta

import pytest

from deployments.simulation.world import simulate
from models.dates.local_time import STOCKHOLM
from models.db.engine import transaction
from models.db.trial import mark_trial
from models.errors import UserError
from models.settings import Settings, settings
from tasks.runtime.step import moment

NOW = datetime.now(STOCKHOLM)
TODAY = NOW.date()
NEAR = ["", str(TODAY), str(TODAY + timedelta(days=1)), str(TODAY - timedelta(days=1))]
NEAR += [f"{NOW + timedelta(hours=hours):%Y-%m-%dT%H:%M}" for hours in (-23, 23)]
FAR = ["2027-12-01", "2025-03-02T09:10", str(TODAY + timedelta(days=2)), str(TODAY - timedelta(days=2))]
FAR += [f"{NOW + timedelta(hours=hours):%Y-%m-%dT%H:%M}" for hours in (-25, 25)]


@pytest.fixture(autouse=True)
def in_operation(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOTS_TRIAL")
    settings.cache_clear()


@pytest.mark.parametrize("as_of", NEAR)
def test_an_office_in_operation_may_act_on_a_day_beside_today(as_of: str) -> None:
    assert abs(moment(as_of) - NOW) < timedelta(days=2)


@pytest.mark.parametrize("as_of", FAR)
def test_it_never_acts_more_than_a_day_from_now(as_of: str) -> None:
    with pytest.raises(UserError, match="as_of: mer än ett dygn från nu är bara för prov"):
        moment(as_of)


def test_lots_trial_takes_any_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTS_TRIAL", "1")
    settings.cache_clear()
    assert moment("2027-12-01").date() == date(2027, 12, 1)


def test_a_database_made_up_for_trial_takes_any_day_whoever_opens_it() -> None:
    with transaction() as session:
        mark_trial(session)
    assert moment("2027-12-01").date() == date(2027, 12, 1)


def test_a_simulated_database_is_for_trial(empty_database: object) -> None:
    from deployments.server.up import upgrade_database

    upgrade_database()
    with pytest.raises(UserError):
        moment("2027-12-01")
    simulate(2, 3, date(2026, 11, 2), 1)
    assert moment("2027-12-01").date() == date(2027, 12, 1)
