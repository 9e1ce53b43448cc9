"""A request that ends without a decision tells its initiator, and one in the queue stands on the list."""

from sqlmodel import Session

from models.dates.active_days import add_active_days
from models.dates.local_time import local
from models.db.engine import transaction
from models.requests import waiting_list
from models.settings import Settings
from models.stages import work_list
from models.tables.request import RequestState, SupportRequest
from models.tables.transition import Actor
from tests.acts import ask, at, by, mails, talk


def in_queue(session: Session) -> SupportRequest:
    request = ask(session)
    talk(session, request, decision="wait")
    return request


def test_a_request_that_has_waited_too_long_ends_and_its_initiator_is_told_once(office: Settings) -> None:
    with transaction() as session:
        request = in_queue(session)
        day = waiting_list.expires_on(request)
        assert day == add_active_days(local(at("2026-11-05")).date(), 180)
        assert [waiting_list.expire(session, by(Actor.rule, day)) for _ in range(2)] == [1, 0]
        assert request.state == RequestState.expired
        [mail] = mails(session, "request-ended")
        assert (mail.person_id, mail.request_id) == (request.initiator_id, request.id)
        assert '"ended": "expired"' in mail.context


def test_a_request_that_is_withdrawn_tells_its_initiator(office: Settings) -> None:
    with transaction() as session:
        request = in_queue(session)
        talk(session, request, "2026-12-01", decision="withdraw")
        [mail] = mails(session, "request-ended")
        assert mail.person_id == request.initiator_id and '"ended": "withdrawn"' in mail.context


def test_a_request_in_the_queue_stands_on_the_work_list_until_it_ends(office: Settings) -> None:
    with transaction() as session:
        request = in_queue(session)
        [waiting] = work_list.what_waits(session, at("2027-02-01"))
        assert (waiting.what, waiting.key, waiting.due) == ("waiting", request.id, waiting_list.expires_on(request))
        talk(session, request, "2027-02-02", decision="withdraw")
        assert work_list.what_waits(session, at("2027-02-03")) == []
