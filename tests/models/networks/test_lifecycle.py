"""The two lifecycles: what the table allows happens and is logged, what it does not changes nothing."""

from itertools import product

import pytest
from sqlmodel import Session, col, select

from models.audit import entered_state_at
from models.db.engine import transaction
from models.errors import TransitionRefused
from models.networks.lifecycle import ALLOWED, advance
from models.requests.lifecycle import REQUEST_ALLOWED, advance_request
from models.settings import Settings
from models.tables.meeting import Meeting, MeetingStatus
from models.tables.network import STEP_OF, TERMINAL, Network, NetworkState
from models.tables.request import RequestState
from models.tables.transition import Actor, Cause, Transition
from tests.acts import ask, at, network_in, organisers

N = NetworkState
MEMBER, STAFF, RULE = Actor.member, Actor.staff, Actor.rule
# domain.md section 4, row by row: written out here a second time, so that a change of the table is seen.
TABLE: dict[tuple[NetworkState, NetworkState], set[Actor]] = {
    (N.planned, N.starting): {MEMBER},
    (N.planned, N.independent): {MEMBER},
    (N.planned, N.closed): {STAFF},
    (N.starting, N.sharing): {RULE},
    (N.sharing, N.trial): {RULE},
    (N.trial, N.independent): {RULE},
    (N.resting, N.trial): {MEMBER},
    (N.resting, N.independent): {MEMBER},
    (N.resting, N.closed): {STAFF},
}
for active in (N.starting, N.sharing, N.trial, N.independent):
    TABLE[active, N.resting] = {MEMBER, STAFF}
    for ended in (N.closed, N.merged, N.split):
        TABLE[active, ended] = {STAFF}


def cause(actor: Actor, signature: str | None = "asj") -> Cause:
    return Cause("test", actor, at("2027-01-11"), signature, "run-1")


def in_state(session: Session, state: NetworkState) -> Network:
    network = network_in(session)
    network.state, network.step = state, STEP_OF.get(state, 0)
    session.flush()
    return network


def log(session: Session, network: Network) -> list[Transition]:
    return list(session.exec(select(Transition).where(col(Transition.network_id) == network.id)))


@pytest.mark.parametrize("current", N)
def test_a_network_changes_state_only_as_the_table_says_by_whom_it_says_and_every_change_is_logged(
    office: Settings, current: NetworkState
) -> None:
    with transaction() as session:
        network = in_state(session, current)
        before = log(session, network)
        for target in N:
            network.without_support = (current, target) == (N.planned, N.independent)
            for actor in Actor:
                attempt = session.begin_nested()
                if actor in TABLE.get((current, target), ()):
                    advance(session, network, target, cause(actor))
                    [new] = [row for row in log(session, network) if row.flow_run_id == "run-1"]
                    told = (new.from_state, new.to_state, new.cause, new.actor, new.signature, new.at)
                    assert told == (current, target, "test", actor, "asj", at("2027-01-11"))
                else:
                    with pytest.raises(TransitionRefused):
                        advance(session, network, target, cause(actor))
                    assert (network.state, network.step) == (current, STEP_OF.get(current, 0))
                    assert log(session, network) == before
                attempt.rollback()


@pytest.mark.parametrize("end", TERMINAL)
def test_an_end_that_nobody_of_the_staff_signs_is_refused(office: Settings, end: NetworkState) -> None:
    with transaction() as session:
        network = in_state(session, N.independent)
        with pytest.raises(TransitionRefused, match="signatur"):
            advance(session, network, end, cause(STAFF, signature=None))
        assert network.state == N.independent


@pytest.mark.parametrize("lacking", ["a day", "an end", "a second organiser", "a meeting of three"])
def test_a_planned_network_starts_only_after_a_kickoff(office: Settings, lacking: str) -> None:
    with transaction() as session:
        network = in_state(session, N.planned)
        match lacking:
            case "a day":
                network.kickoff_on = None
            case "an end":
                network.support_ends_on = None
            case "a second organiser":
                for role in organisers(session, network)[1:]:
                    role.confirmed_at = None
            case "a meeting of three":
                session.exec(select(Meeting)).one().attended = 2
        before = len(log(session, network))
        with pytest.raises(TransitionRefused, match="första träff med minst tre"):
            advance(session, network, N.starting, cause(MEMBER))
        assert (network.state, network.step, len(log(session, network))) == (N.planned, 0, before)


@pytest.mark.parametrize(("without_support", "target"), [(False, N.independent), (True, N.starting)])
def test_only_a_network_without_support_is_independent_from_its_kickoff(
    office: Settings, without_support: bool, target: NetworkState
) -> None:
    with transaction() as session:
        network = in_state(session, N.planned)
        network.without_support = without_support
        with pytest.raises(TransitionRefused, match="på egna ben från början"):
            advance(session, network, target, cause(MEMBER))
        assert network.state == N.planned


def test_what_nobody_carries_does_not_wake(office: Settings) -> None:
    with transaction() as session:
        network = in_state(session, N.resting)
        for role in organisers(session, network):
            role.confirmed_at = None
        with pytest.raises(TransitionRefused, match="ingen har sagt ja"):
            advance(session, network, N.trial, cause(MEMBER))
        assert network.state == N.resting


def test_what_once_was_independent_never_wakes_at_trial(office: Settings) -> None:
    with transaction() as session:
        network = in_state(session, N.independent)
        advance(session, network, N.resting, cause(MEMBER))
        assert network.step == STEP_OF[N.independent]
        with pytest.raises(TransitionRefused, match="aldrig sjunka"):
            advance(session, network, N.trial, cause(MEMBER))
        advance(session, network, N.independent, cause(MEMBER))


@pytest.mark.parametrize("state", (N.starting, N.sharing, N.trial))
def test_the_step_is_kept_while_a_network_rests_and_never_falls(office: Settings, state: NetworkState) -> None:
    with transaction() as session:
        network = in_state(session, state)
        advance(session, network, N.resting, cause(STAFF))
        assert network.step == STEP_OF[state]
        advance(session, network, N.trial, cause(MEMBER))
        assert network.step == STEP_OF[N.trial]


def test_a_network_stands_in_a_state_since_it_last_came_there(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        assert entered_state_at(session, N.resting) == []
        for day, state in (("2027-01-11", N.resting), ("2027-02-01", N.trial), ("2027-03-01", N.resting)):
            advance(session, network, state, Cause("test", MEMBER, at(day)))
        assert entered_state_at(session, N.resting) == [(network, at("2027-03-01"))]
        assert entered_state_at(session, N.trial) == []


def test_closed_merged_split_and_annulled_networks_never_come_back() -> None:
    assert all(not ALLOWED[end] for end in (N.closed, N.merged, N.split, N.annulled))


@pytest.mark.parametrize("state", [state for state in N if state not in TERMINAL])
def test_what_has_held_no_meeting_may_be_annulled_by_staff_and_nobody_else(
    office: Settings, state: NetworkState
) -> None:
    with transaction() as session:
        network = in_state(session, state)
        with pytest.raises(TransitionRefused, match="har hållit en träff"):
            advance(session, network, N.annulled, cause(STAFF))
        session.exec(select(Meeting)).one().status = MeetingStatus.cancelled
        for actor in (MEMBER, RULE):
            with pytest.raises(TransitionRefused):
                advance(session, network, N.annulled, cause(actor))
        advance(session, network, N.annulled, cause(STAFF))
        assert network.state == N.annulled


@pytest.mark.parametrize(
    ("state", "without_support", "goes"),
    [(N.starting, False, True), (N.independent, True, True), (N.independent, False, False), (N.sharing, True, False)],
)
def test_what_never_met_is_planned_again_from_its_first_step_alone(
    office: Settings, state: NetworkState, without_support: bool, goes: bool
) -> None:
    with transaction() as session:
        network = in_state(session, state)
        network.without_support = without_support
        with pytest.raises(TransitionRefused):
            advance(session, network, N.planned, cause(STAFF))
        session.exec(select(Meeting)).one().attended = 2
        if goes:
            advance(session, network, N.planned, cause(STAFF))
            assert (network.state, network.step) == (N.planned, 0)
        else:
            with pytest.raises(TransitionRefused):
                advance(session, network, N.planned, cause(STAFF))


def test_every_state_has_a_line_in_its_table() -> None:
    assert set(ALLOWED) == set(N)
    assert set(REQUEST_ALLOWED) == set(RequestState)


R = RequestState
OPEN = (R.received, R.incomplete, R.talking, R.waiting)
REQUESTS: dict[tuple[RequestState, RequestState], set[Actor]] = {
    (R.received, R.incomplete): set(Actor),
    (R.received, R.talking): {STAFF},
    (R.incomplete, R.received): set(Actor),
    (R.talking, R.granted): {STAFF},
    (R.talking, R.waiting): {STAFF},
    (R.waiting, R.granted): {STAFF},
    (R.waiting, R.expired): {RULE},
    (R.waiting, R.talking): {STAFF},
    (R.granted, R.talking): {STAFF},
}
for open_state in OPEN:
    REQUESTS[open_state, R.withdrawn] = set(Actor)
for refused in (R.declined, R.referred):
    REQUESTS[refused, R.talking] = {MEMBER, STAFF}
    REQUESTS |= {(R.received, refused): set(Actor), (R.incomplete, refused): set(Actor), (R.talking, refused): {STAFF}}


@pytest.mark.parametrize("current", R)
def test_a_request_changes_state_only_as_the_table_says_by_whom_it_says_and_every_change_is_logged(
    office: Settings, current: RequestState
) -> None:
    with transaction() as session:
        request = ask(session)
        request.state, request.talk_at, request.reason = current, at("2026-11-05"), "outside_purpose"  # type: ignore[assignment]
        session.flush()
        mine = select(Transition).where(col(Transition.request_id) == request.id)
        for target, actor in product(R, Actor):
            attempt = session.begin_nested()
            if actor in REQUESTS.get((current, target), ()):
                advance_request(session, request, target, cause(actor))
                [new] = session.exec(mine.where(col(Transition.flow_run_id) == "run-1")).all()
                assert (new.from_state, new.to_state, new.actor) == (current, target, actor)
            else:
                with pytest.raises(TransitionRefused):
                    advance_request(session, request, target, cause(actor))
                assert (request.state, len(session.exec(mine).all())) == (current, 1)
            attempt.rollback()


def test_nothing_is_declined_without_a_reason(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        with pytest.raises(TransitionRefused, match="skäl saknas"):
            advance_request(session, request, RequestState.declined, cause(STAFF))
        session.flush()
        told = select(Transition.to_state).where(col(Transition.request_id) == request.id)
        assert (request.state, session.exec(told).all()) == (RequestState.received, ["received"])


def test_nothing_is_granted_without_a_recorded_talk(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        advance_request(session, request, RequestState.talking, cause(STAFF))
        with pytest.raises(TransitionRefused, match="behovssamtal"):
            advance_request(session, request, RequestState.granted, cause(STAFF))
        assert request.state == RequestState.talking
