"""What a network's own organisers see of it: their meetings of a year, the next, and how the work is shared."""

from datetime import date

from models.db.engine import transaction
from models.settings import Settings
from models.views.network_summary import network_summary
from tests.acts import ALONE, ask, meet, network_in, talk


def test_the_year_is_shown_with_the_next_meeting_and_the_shares_of_the_last_four(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, "2026-11-25")
        for day in ("2027-01-20", "2027-03-17", "2027-05-12"):
            meet(session, network, day, carriers=("m1", "m1", "m1", "m2", "office"))
        meet(
            session, network, "2027-08-25", 11, carriers=("m1", "m2", "m3", "m1", "office"), next_at="2027-10-20 17:30"
        )
        found = network_summary(session, network.id, date(2027, 9, 1))
        assert [met.on.isoformat() for met in found.met][0::4] == ["2026-11-25", "2027-08-25"]
        assert [met.attended for met in found.met] == [9, 9, 9, 9, 11] and found.next_on == date(2027, 10, 20)
        assert found.met == sorted(found.met, key=lambda met: met.place) and 0 < found.met[0].place < 1
        assert [round(share, 2) for share in found.members] == [0.55, 0.2, 0.05] and found.office == 0.2
        later = network_summary(session, network.id, date(2028, 3, 1))
        assert later.met[0].on == date(2027, 3, 17), "what lies more than a year back is gone"


def test_one_who_carries_all_is_one_share_and_what_lies_ahead_is_not_known(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, "2026-11-25")
        meet(session, network, "2027-01-20", carriers=ALONE)
        early = network_summary(session, network.id, date(2026, 12, 1))
        assert len(early.met) == 1 and early.next_on is None
        meet(session, network, "2027-03-17", carriers=ALONE)
        meet(session, network, "2027-05-12", carriers=ALONE)
        meet(session, network, "2027-06-12", carriers=ALONE)
        assert network_summary(session, network.id, date(2027, 6, 30)).members == [1.0]


def test_a_network_that_never_met_has_an_empty_picture(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        found = network_summary(session, network.id, date(2027, 1, 1))
        assert (found.met, found.next_on, found.members, found.office) == ([], None, [], 0)
