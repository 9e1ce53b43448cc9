"""What time and the schedules do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlmodel import Session

from models.networks import leavers, never_started, rest
from models.privacy import retention
from models.requests import waiting_list
from models.stages import check_in, health_check, phase_out, support_request, work_list
from models.support import quarter_end
from models.tables.transition import Actor
from tests import acts
from tests.acts import at
from tests.histories.acting import Acting

SWEEPS = 9


class Sweeps(Acting):
    """Days pass, and every sweep runs when it likes."""

    @rule(days=st.integers(1, 30))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(days=st.integers(60, 120))
    def a_season_passes(self, days: int) -> None:
        self.today += timedelta(days=days)
        for which in range(SWEEPS):
            self.a_sweep_runs(which)

    @rule(which=st.integers(0, SWEEPS - 1))
    def a_sweep_runs(self, which: int) -> None:
        moment, rules = at(self.today), self.cause(Actor.rule)

        def check_ins(session: Session) -> None:
            for step in (
                check_in.send_due, check_in.remind, check_in.ask_second,
                check_in.give_up_asking, check_in.follow_up_answers,
            ):  # fmt: skip
                step(session, moment)

        def health(session: Session) -> None:
            found = health_check.take_snapshots(session, self.today)
            session.flush()
            health_check.warn_early(session, found, moment)
            health_check.propose_rest(session, rules)
            health_check.open_talks(session, moment)

        def queue(session: Session) -> None:
            waiting_list.lapse_offers(session, moment)
            waiting_list.expire(session, rules)
            waiting_list.make_offers(session, moment)

        def daily(session: Session) -> None:
            support_request.retry_incomplete(session, rules)
            leavers.part_with_leavers(session, rules)
            rest.send_wake_mails(session, moment)
            rest.propose_closing(session, moment)
            never_started.ask_still_planned(session, moment)
            work_list.alarm(session, moment)
            work_list.digest(session, moment)

        sweeps: tuple[Callable[[Session], Any], ...] = (
            check_ins, health, queue, daily,
            lambda session: phase_out.step_down(session, rules),
            lambda session: phase_out.give_notice(session, moment),
            lambda session: quarter_end.release_ended(session, self.today, moment),
            lambda session: retention.forget(session, moment),
            acts.all_sent,
        )  # fmt: skip
        self.attempt(sweeps[which])
