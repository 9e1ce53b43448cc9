"""A handover changes nothing of the past: what stood still under one negotiator stays, another's past comes not in."""

from datetime import date

from sqlmodel import Session

from models.db.engine import transaction
from models.networks.changes import hand_over
from models.office.absence import record_absence
from models.office.staff import by_signature
from models.settings import Settings
from models.support.ladder import support_end
from models.support.pauses import pauses_of
from models.tables.transition import Actor
from tests.acts import by, change, network_in

FEBRUARY = (date(2027, 2, 1), date(2027, 2, 20))


def away(session: Session, signature: str, days: tuple[date, date]) -> None:
    record_absence(session, by_signature(session, signature, ""), *days, None)


def test_support_put_off_while_a_negotiator_was_away_stays_put_off_after_a_handover(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        agreed = support_end(network)
        away(session, "asj", FEBRUARY)
        before = support_end(network, pauses_of(session, network))
        assert before and agreed and before > agreed
        hand_over(
            session, by_signature(session, "asj", ""), by_signature(session, "gol", ""), by(Actor.staff, "2027-05-03")
        )
        session.flush()
        assert support_end(network, pauses_of(session, network)) == before


def test_what_a_new_negotiator_was_away_before_lengthens_nothing_and_after_it_does(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        agreed = support_end(network)
        away(session, "gol", FEBRUARY)
        change(session, network, "negotiator", "2027-05-03", negotiator="gol")
        assert support_end(network, pauses_of(session, network)) == agreed
        away(session, "gol", (date(2027, 5, 10), date(2027, 5, 20)))
        assert pauses_of(session, network) == [(date(2027, 5, 10), date(2027, 5, 20))]


def test_an_absence_over_the_day_of_a_handover_counts_up_to_it(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        away(session, "asj", (date(2027, 4, 26), date(2027, 5, 14)))
        change(session, network, "negotiator", "2027-05-03", negotiator="gol")
        assert pauses_of(session, network) == [(date(2027, 4, 26), date(2027, 5, 2))]
