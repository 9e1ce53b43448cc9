"""Any history: staff, members, absence, the clock and double submissions, in any order."""

from datetime import date

from hypothesis.stateful import initialize, invariant
from sqlmodel import select

from models.db.engine import reading, transaction
from models.tables.network import ACTIVE, Network
from models.views.invariants import broken
from tests import acts
from tests.acts import GOREL, grant_line
from tests.histories.members import Members
from tests.histories.office import Office
from tests.histories.sweeps import Sweeps


class AnyHistory(Members, Office, Sweeps):
    """The office and its members, doing whatever comes to mind."""

    steps: dict[str, tuple[str, int]]

    @initialize()
    def an_office_opens(self) -> None:
        self.steps = {}
        with transaction() as session:
            items = ("send_out", "negotiator_at_meeting", "sounding_board")
            granted = [grant_line("grant_money", sek=2000), *(grant_line(item) for item in items)]
            acts.network_in(session, day="2026-11-20", grants=granted)
            second = acts.talk(session, acts.ask(session, "2026-11-03", member_number=GOREL, need="Vi är nya."))
            assert second
        self.today = date(2026, 11, 21)

    @invariant()
    def no_rule_is_broken(self) -> None:
        with reading() as session:
            assert broken(session) == []
            networks = session.exec(select(Network)).all()
        for network in networks:
            state, step = self.steps.get(network.slug, ("planned", 0))
            if network.state in ACTIVE and state in ACTIVE:
                assert network.step >= step, "the ladder's step fell (I6)"
            self.steps[network.slug] = (str(network.state), network.step)
