"""I10 as properties of any history: what the office does never raises a score, or a level (domain.md section 1)."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from models.health.parameters import LEVELS
from tests.models.health.histories import health, histories


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.integers(0, 500), st.data())
def test_a_duty_that_the_office_takes_over_lifts_neither_score_nor_level(
    network: Any, later: int, data: st.DataObject
) -> None:
    as_of = network.kickoff_on + timedelta(days=later)
    carried = [(m, d) for m in network.meetings for d, who in m.duties.items() if who not in (None, "office")]
    assume(carried)
    before = health(network, as_of)
    meeting, duty = data.draw(st.sampled_from(carried))
    meeting.duties[duty] = "office"
    after = health(network, as_of)
    assert (after.score or 0) <= (before.score or 0) + 1e-9
    assert LEVELS.index(after.level) <= LEVELS.index(before.level)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.integers(0, 500), st.data())
def test_a_members_duty_that_is_written_down_later_never_lowers_the_members_share(
    network: Any, later: int, data: st.DataObject
) -> None:
    as_of = network.kickoff_on + timedelta(days=later)
    empty = [(m, d) for m in network.meetings for d, who in m.duties.items() if who is None]
    assume(empty)
    before = health(network, as_of).components["O"]
    meeting, duty = data.draw(st.sampled_from(empty))
    meeting.duties[duty] = "m1"
    after = health(network, as_of).components["O"]
    assert before is None or (after is not None and after >= before)
