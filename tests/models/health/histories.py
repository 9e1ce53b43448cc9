"""Networks to score: the worked example of domain.md section 7, with changes, and a few more."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from models.health.batch import DUTIES, NOT_RECORDED, OFFICE, Batch, BatchBuilder
from models.health.engagement import Health, score
from tests.models.health import oracle

Network, Meeting, CheckIn = oracle.Network, oracle.Meeting, oracle.CheckIn

TODAY = date(2027, 11, 1)
KICKOFF = date(2026, 11, 25)
EXAMPLE_DAYS = (KICKOFF, *(date(2027, *md) for md in ((1, 20), (3, 17), (5, 12), (8, 25), (10, 20))))
SHARED = ("m1", "m2", "m3", "m1", "m2")
ALONE = ("m1",) * 5


def duties(*who: str | None) -> dict[str, str | None]:
    return dict(zip(DUTIES, who, strict=True))


def example(who: tuple[str | None, ...] = SHARED, q4: tuple[int, ...] = (4, 5, 4), **changes: Any) -> Any:
    """The worked example of section 7, with changes."""
    meetings = [
        Meeting(day, attended=attended, duties=duties(*who))
        for day, attended in zip(EXAMPLE_DAYS, (9, 9, 10, 9, 11, 10), strict=True)
    ]
    sent = (date(2027, 3, 2), date(2027, 6, 1), date(2027, 9, 7))
    check_ins = [CheckIn(day, day, answer) for day, answer in zip(sent, q4, strict=True)]
    told: dict[str, Any] = {"kickoff_on": KICKOFF, "meetings": meetings, "check_ins": check_ins}
    return Network(**told | changes)


def batch_of(*networks: Any) -> Batch:
    builder = BatchBuilder()
    for network in networks:
        builder.add_network(network.kickoff_on, network.cadence_days, network.target_size, network.step)
        for m in network.meetings:
            codes = [code(builder, m.duties.get(duty)) for duty in DUTIES]
            builder.add_meeting(m.on, m.status, m.attended, m.branches, m.companies, codes)
        for c in network.check_ins:
            builder.add_check_in(c.sent_on, c.answered_on, c.q4)
    return builder.batch()


def code(builder: BatchBuilder, who: str | None) -> int:
    if who is None:
        return NOT_RECORDED
    return OFFICE if who == "office" else builder.organiser(who)


def health(network: Any, as_of: date = TODAY) -> Health:
    return score(batch_of(network), as_of).row(0)


def held_on(*days: date, who: tuple[str | None, ...] = SHARED, attended: int = 8) -> list[Any]:
    return [Meeting(day, attended=attended, duties=duties(*who)) for day in days]


def days_before(as_of: date, *distances: int) -> list[date]:
    return [as_of - timedelta(days=distance) for distance in sorted(distances, reverse=True)]


def ago(days: int, answered: int | None = None, q4: int | None = None) -> Any:
    return CheckIn(TODAY - timedelta(days=days), None if answered is None else TODAY - timedelta(days=answered), q4)


WHO = st.sampled_from([None, None, "office", "m1", "m1", "m1", "m2", "m3"])
FIRST = date(2025, 10, 1)
DAYS = st.integers(0, 900).map(lambda n: FIRST + timedelta(days=n)) | st.sampled_from(
    [
        date(2026, 7, 1),
        date(2026, 12, 24),
        date(2027, 1, 7),
        date(2027, 1, 8),
        date(2027, 6, 27),
        date(2027, 8, 16),
    ]
)
NUMBER = st.none() | st.integers(0, 7)
MEETINGS = st.builds(
    Meeting,
    on=DAYS,
    status=st.sampled_from(["held", "held", "held", "held", "planned", "cancelled"]),
    attended=st.integers(0, 14),
    branches=NUMBER,
    companies=NUMBER,
    duties=st.tuples(WHO, WHO, WHO, WHO, WHO).map(lambda who: duties(*who)),
)


@st.composite
def histories(draw: st.DrawFn) -> Any:
    def check_in() -> Any:
        sent = draw(DAYS)
        if draw(st.booleans()):
            return CheckIn(sent)
        return CheckIn(sent, sent + timedelta(days=draw(st.integers(0, 40))), draw(st.integers(1, 5)))

    return Network(
        kickoff_on=FIRST + timedelta(days=draw(st.integers(0, 760))),
        cadence_days=draw(st.sampled_from([30, 60, 90, 180])),
        target_size=draw(st.integers(1, 12)),
        step=draw(st.integers(0, 4)),
        meetings=draw(st.lists(MEETINGS, max_size=14)),
        check_ins=[check_in() for _ in range(draw(st.integers(0, 5)))],
    )
