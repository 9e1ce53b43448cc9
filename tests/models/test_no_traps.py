"""No network and no request is ever stuck: from wherever a history has led, somebody's act leads to an end.

Two ways are searched from each: with a member who says so, and with nobody who answers, when time and the office alone
are left (domain.md section 4). Both are tried and undone, so that the history that led there stays.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from models.dates.active_days import add_active_days
from models.dates.local_time import add_months, local
from models.db.engine import transaction
from models.errors import LotsError
from models.people.roles import confirmed_organisers
from models.tables.network import ACTIVE, TERMINAL, Network, NetworkState
from models.tables.request import OPEN, RequestState, SupportRequest
from tests import acts
from tests.conftest import Copies
from tests.histories.any_history import AnyHistory
from tests.histories.played import play

FORTNIGHT = timedelta(days=14)


class Undone(Exception):
    """What was tried is undone."""


def end_in_silence(session: Session, network: Network, today: date) -> None:
    """Nobody answers: staff try twice, let it rest, and close it when its year is over."""
    number = network.id
    day = today
    if network.state == NetworkState.planned:
        day = max(day, add_active_days(local(network.created_at).date(), 180))
        day += timedelta(days=70)  # whatever meeting was booked ahead has passed
    for pause in (timedelta(days=1), FORTNIGHT):  # what was heard today is heard no more
        day += pause
        acts.change(session, network, "contact", str(day), other_channel="phone", contact_outcome="no_answer")
    if network.state in ACTIVE:
        acts.change(session, network, "rest", str(day))
        day = add_months(day, 12) + timedelta(days=1)
        for pause in (timedelta(0), FORTNIGHT, FORTNIGHT):
            day += pause
            acts.change(session, network, "contact", str(day), other_channel="phone", contact_outcome="no_answer")
    elif network.state == NetworkState.resting:
        day = add_months(day, 12)
        for pause in (timedelta(0), FORTNIGHT, FORTNIGHT):
            day += pause
            acts.change(session, network, "contact", str(day), other_channel="letter", contact_outcome="no_answer")
    network = session.get_one(Network, number)
    acts.change(session, network, "close", str(day))
    assert network.state == NetworkState.closed


def end_on_a_members_word(session: Session, network: Network, today: date) -> None:
    """One who carries it says so, and it closes that day."""
    for role in confirmed_organisers(session, network.id):
        acts.change(session, network, "close", str(today), member=role.code)
        break
    else:
        end_in_silence(session, network, today)
    assert network.state == NetworkState.closed


def end_request(session: Session, request: SupportRequest, today: date) -> None:
    """Staff answer what waits for an answer; what waits for hours runs out."""
    if request.state == RequestState.waiting:
        acts.queue_morning(session, today + timedelta(days=400))
    elif request.state == RequestState.incomplete:
        acts.talk(session, request, str(today), decision="decline", reason="not_a_member")
    else:
        signer = "mla" if request.appealed_at else "asj"
        acts.talk(session, request, str(today), decision="decline", reason="outside_purpose", signature=signer)
    assert request.state not in OPEN


class Searched(AnyHistory):
    """Any history, at whose end everything is brought to an end."""

    def teardown(self) -> None:
        with transaction() as session:
            networks = [one.id for one in session.exec(select(Network).where(col(Network.state).not_in(TERMINAL)))]
            requests = [
                one.id for one in session.exec(select(SupportRequest).where(col(SupportRequest.state).in_(OPEN)))
            ]
        for way in (end_on_a_members_word, end_in_silence):
            for key in networks:
                self.tried(Network, key, way)
        for key in requests:
            self.tried(SupportRequest, key, end_request)

    def tried(self, table: type[Any], key: UUID, way: Callable[[Session, Any, date], None]) -> None:
        try:
            with transaction() as session:
                way(session, session.get_one(table, key), self.today)
                raise Undone
        except Undone:
            pass
        except LotsError as error:
            pytest.fail(f"stuck: {error}")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_from_everywhere_a_history_leads_there_is_a_way_to_an_end(
    kind: str, copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(Searched, kind, copies, monkeypatch, times=12, acts=25)
