"""The queue: in order, offered when there are hours, and never for ever."""

from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session

from models.dates.active_days import add_active_days
from models.db.engine import transaction
from models.networks import creation
from models.office.absence import record_absence
from models.office.staff import by_signature
from models.requests import named_organisers, waiting_list
from models.settings import Settings
from models.support.ledger import all_hours_left, book_hours, set_budget
from models.tables.network import Network
from models.tables.person import Membership
from models.tables.request import RequestState, SupportRequest
from models.tables.support import EntryKind
from models.tables.transition import Actor
from tests.acts import AKE, GOREL, MARIT, ORJAN, ask, at, by, grant_line, mails, member, named, organisers, talk

NORRBOTTEN = "25"


def wait(session: Session, who: str, day: str = "2026-11-02", others: str = "", **changes: object) -> SupportRequest:
    request = ask(session, day, member_number=who, co_organisers=others, **changes)
    talk(session, request, "2026-11-20", decision="wait")
    return request


def leave(session: Session, hours: float, day: str = "2026-11-20") -> None:
    """The region's negotiator has that many hours left of the quarter."""
    asj = by_signature(session, "asj", "")
    left = all_hours_left(session, "2026Q4").get(asj.id, Decimal(24))
    book_hours(session, asj, date.fromisoformat(day), left - Decimal(str(hours)), EntryKind.used, at(day))


def order(session: Session) -> list[int]:
    return [request.number for request in waiting_list.in_order(session, NORRBOTTEN)]


def test_two_organisers_ready_come_before_one_and_then_who_came_first(office: Settings) -> None:
    with transaction() as session:
        wait(session, AKE, "2026-11-03")
        wait(session, MARIT, "2026-11-02")
        for who, day, other in ((GOREL, "2026-11-05", ORJAN), (ORJAN, "2026-11-04", AKE)):
            [helper] = named(session, wait(session, who, day, others=other))
            named_organisers.answer(session, helper, at("2026-11-20"), is_yes=True)
        wait(session, AKE, place="Göteborg", municipality="Göteborg")
        assert order(session) == [4, 3, 2, 1]


def test_named_co_organisers_are_asked_once_when_a_request_begins_to_wait_and_not_before(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        assert mails(session, "co-organiser") == []
        talk(session, request, decision="wait")
        talk(session, request, "2026-11-09", decision="wait")
        assert [one.person_id for one in mails(session, "co-organiser")] == [
            one.person_id for one in named(session, request)
        ]


def test_a_yes_given_while_it_waits_moves_a_request_forward_and_a_no_does_not(office: Settings) -> None:
    with transaction() as session:
        wait(session, AKE)
        second = wait(session, MARIT, "2026-11-03", others=GOREL)
        [gorel] = named(session, second)
        assert order(session) == [1, 2], "named alone is not ready"
        named_organisers.answer(session, gorel, at("2026-11-09"), is_yes=True)
        assert order(session) == [2, 1]
        named_organisers.answer(session, gorel, at("2026-11-10"), is_yes=False)
        assert order(session) == [1, 2]


def test_who_said_yes_while_it_waited_is_an_organiser_of_the_network_and_not_asked_again(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="wait")
        marit, rene = named(session, request)
        named_organisers.answer(session, marit, at("2026-11-09"), is_yes=True)
        network = talk(session, request, "2026-11-16")
        assert network
        creation.ask_co_organisers(session, network, at("2026-11-16"))
        roles = {role.person_id: role for role in organisers(session, network)}
        assert roles[marit.person_id].is_confirmed and not roles[rene.person_id].is_confirmed
        assert len(mails(session, "co-organiser")) == 2


def test_who_said_no_while_it_waited_is_given_no_role(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="wait")
        marit, _ = named(session, request)
        named_organisers.answer(session, marit, at("2026-11-09"), is_yes=False)
        network = talk(session, request, "2026-11-16")
        assert network and marit.person_id not in {role.person_id for role in organisers(session, network)}


def test_a_yes_of_one_who_left_the_union_or_works_at_the_office_since_does_not_count(office: Settings) -> None:
    with transaction() as session:
        wait(session, AKE)
        second = wait(session, MARIT, "2026-11-03", others=GOREL)
        [gorel] = named(session, second)
        named_organisers.answer(session, gorel, at("2026-11-09"), is_yes=True)
        person = member(session, GOREL)
        assert person and order(session) == [2, 1]
        person.is_employee = True
        session.flush()
        assert order(session) == [1, 2]
        person.is_employee, person.membership = False, Membership.left
        session.flush()
        assert order(session) == [1, 2]


def test_an_offer_goes_to_the_first_when_there_are_hours_and_stands_ten_working_days(office: Settings) -> None:
    with transaction() as session:
        first, second = wait(session, AKE), wait(session, MARIT, "2026-11-03")
        leave(session, 7.49)
        assert waiting_list.make_offers(session, at("2026-11-23")) == 0
        set_budget(session, by_signature(session, "asj", ""), "2026Q4", Decimal("24.01"), at("2026-11-23"))
        assert [waiting_list.make_offers(session, at("2026-11-23")) for _ in range(2)] == [1, 0]
        assert (first.offer_until, second.offer_until) == (date(2026, 12, 7), None)
        assert [mail.person_id for mail in mails(session, "queue-offer")] == [first.initiator_id]


def test_hours_promised_by_a_standing_offer_are_not_offered_again(office: Settings) -> None:
    with transaction() as session:
        for who in (AKE, MARIT, GOREL):
            wait(session, who)
        leave(session, 15)
        assert waiting_list.make_offers(session, at("2026-11-23")) == 2
        assert waiting_list.make_offers(session, at("2026-11-24")) == 0


def test_nobody_is_passed_over_by_one_who_needs_less(office: Settings) -> None:
    with transaction() as session:
        wait(session, AKE)
        wait(session, MARIT, "2026-11-03", nature="business_park")
        leave(session, 7)
        assert waiting_list.make_offers(session, at("2026-11-23")) == 0


def test_an_absent_negotiator_offers_nothing_until_somebody_stands_in(office: Settings) -> None:
    with transaction() as session:
        wait(session, AKE)
        asj = by_signature(session, "asj", "")
        record_absence(session, asj, date(2026, 11, 23), date(2026, 11, 30), None)
        assert waiting_list.make_offers(session, at("2026-11-23")) == 0
        record_absence(session, asj, date(2026, 11, 23), date(2026, 11, 30), by_signature(session, "gol", ""))
        assert waiting_list.make_offers(session, at("2026-11-23")) == 1


def test_a_region_without_negotiators_is_offered_the_offices_own_hours(office: Settings) -> None:
    with transaction() as session:
        request = wait(session, AKE, place="Kiruna", municipality="Kiruna")
        by_signature(session, "asj", "").active = False
        session.flush()
        waiting_list.make_offers(session, at("2026-11-23"))
        assert request.offer_until


def test_an_offer_that_lapses_goes_to_the_end_of_the_queue(office: Settings) -> None:
    with transaction() as session:
        wait(session, AKE, others=GOREL)
        leave(session, 8.5)
        waiting_list.make_offers(session, at("2026-11-23"))
        wait(session, MARIT, "2026-11-20")
        assert waiting_list.lapse_offers(session, at("2026-12-07")) == 0
        assert [waiting_list.lapse_offers(session, at("2026-12-08")) for _ in range(2)] == [1, 0]
        assert order(session) == [2, 1]
        assert waiting_list.make_offers(session, at("2026-12-08")) == 1
        assert len(mails(session, "queue-offer")) == 2


def test_members_who_say_no_to_an_offer_go_to_the_end_of_the_queue(office: Settings) -> None:
    with transaction() as session:
        request = wait(session, AKE)
        waiting_list.make_offers(session, at("2026-11-23"))
        talk(session, request, "2026-11-24", decision="wait")
        assert (request.offer_until, request.offers_lapsed, request.queue_from) == (None, 1, at("2026-11-24"))


def test_a_grant_on_a_waiting_request_takes_the_offer_up(office: Settings) -> None:
    with transaction() as session:
        request = wait(session, AKE)
        waiting_list.make_offers(session, at("2026-11-23"))
        network = talk(session, request, "2026-11-24", grants=[grant_line("send_out", from_on="2026-11-24")])
        assert isinstance(network, Network) and request.offer_until is None
        assert waiting_list.lapse_offers(session, at("2027-01-30")) == 0


def test_what_waited_for_180_active_days_expires_unless_an_offer_stands(office: Settings) -> None:
    with transaction() as session:
        request = wait(session, AKE)
        day = add_active_days(date(2026, 11, 20), 180)
        assert waiting_list.expire(session, by(Actor.rule, day - timedelta(days=1))) == 0
        request.offer_until = day
        session.flush()
        assert waiting_list.expire(session, by(Actor.rule, day)) == 0
        request.offer_until = None
        session.flush()
        assert [waiting_list.expire(session, by(Actor.rule, day)) for _ in range(2)] == [1, 0]
        assert request.state == RequestState.expired


def test_whom_a_request_named_that_began_to_wait_before_they_were_asked_is_asked_the_next_morning(
    office: Settings,
) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="wait")
        for one in named(session, request):  # as an earlier version left them
            one.asked_at = None
        for mail in mails(session, "co-organiser"):
            session.delete(mail)
        session.flush()
        assert [waiting_list.ask_named_of_waiting(session, at("2026-11-16")) for _ in range(2)] == [2, 0]
