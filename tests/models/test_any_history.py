"""Any history: staff, members, absence, the clock and double submissions in any order never break a rule."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import Session, col, select

from models.db.engine import engine, reading, transaction
from models.errors import LotsError
from models.forms.catch_up import CatchUpForm
from models.forms.needs_talk import NeedsTalkForm
from models.forms.network_change import NetworkChangeForm
from models.networks import leavers, never_started, rest
from models.office import absence
from models.office.staff import by_signature
from models.people.roles import roles_of
from models.privacy import retention
from models.requests import waiting_list
from models.stages import (
    catch_up,
    check_in,
    health_check,
    kickoff,
    needs_talk,
    network_change,
    phase_out,
    support_request,
    work_list,
)
from models.support import grant_money, ledger, quarter_end
from models.tables.check_in import CheckIn
from models.tables.network import ACTIVE, Network
from models.tables.office import Staff
from models.tables.request import SupportRequest
from models.tables.support import SupportGrant
from models.tables.transition import Actor, Cause
from models.views.invariants import broken
from tests import acts
from tests.acts import AKE, GOREL, MARIT, ORJAN, RENE, at, grant_line
from tests.conftest import Copies, use_database

MEMBERS = (AKE, MARIT, RENE, GOREL, ORJAN)
PLACES = ("Luleå", "Boden", "Kiruna")
CARRIERS = st.tuples(*[st.sampled_from(("m1", "m2", "m3", "office"))] * 5)
ITEMS = ("send_out", "negotiator_at_meeting", "sounding_board", "starter_kit", "grant_money")
CHANGES = ("rest", "rest", "wake", "wake", "new_contact", "extend", "extend", "merge", "split", "close")
SWEEPS = 8


class AnyHistory(RuleBasedStateMachine):
    """The office and its members, doing whatever comes to mind."""

    today = date(2026, 11, 2)
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

    def attempt(self, act: Callable[[Session], Any]) -> None:
        """Do it, twice (a double submission); what the rules refuse leaves nothing behind."""
        for _ in range(2):
            with suppress(LotsError), transaction() as session:
                act(session)

    def one(self, session: Session, table: Any, nth: int) -> Any:
        rows = session.exec(select(table).order_by(col(table.number))).all()
        return rows[nth % len(rows)] if rows else None

    @rule(days=st.integers(1, 30))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(days=st.integers(60, 120))
    def a_season_passes(self, days: int) -> None:
        self.today += timedelta(days=days)
        for which in range(SWEEPS):
            self.a_sweep_runs(which)

    @rule(
        who=st.sampled_from(MEMBERS),
        others=st.sets(st.sampled_from(MEMBERS), max_size=3),
        where=st.sampled_from(PLACES),
    )
    def a_member_asks(self, who: str, others: set[str], where: str) -> None:
        co_organisers = ", ".join(sorted(others))
        self.attempt(
            lambda session: acts.ask(
                session, str(self.today), member_number=who, co_organisers=co_organisers, place=where,
                municipality=where, need=f"Vi vill ses i {where} {self.today:%B}.",
            )
        )  # fmt: skip

    @rule(
        nth=st.integers(0, 9),
        decision=st.sampled_from(("grant", "grant", "grant", "wait", "decline", "withdraw")),
        items=st.lists(
            st.tuples(st.sampled_from(ITEMS), st.integers(0, 120), st.sampled_from(("asj", "gol"))), max_size=3
        ),
    )
    def staff_decide(self, nth: int, decision: str, items: list[tuple[str, int, str]]) -> None:
        lines = [
            grant_line(
                item, signature, from_on=str(self.today), to_on=str(self.today + timedelta(days=days)),
                sek=1000 * (item == "grant_money"),
            )
            for item, days, signature in items
        ]  # fmt: skip

        def act(session: Session) -> None:
            request = self.one(session, SupportRequest, nth)
            if request:
                form = NeedsTalkForm.model_validate(
                    {"request_number": request.number, "signature": "asj", "talked_on": self.today,
                     "decision": decision, "grants": lines * (decision == "grant"),
                     "reason": "outside_purpose" * (decision == "decline")}
                )  # fmt: skip
                form.check(self.today)
                needs_talk.check_talk(session, form)
                needs_talk.record_talk(session, form, self.cause(Actor.staff))
                needs_talk.decide(session, request, form, self.cause(Actor.staff))

        self.attempt(act)

    @rule(nth=st.integers(0, 9), who=st.integers(0, 4))
    def an_organiser_says_yes(self, nth: int, who: int) -> None:
        def act(session: Session) -> None:
            network = self.one(session, Network, nth)
            roles = roles_of(session, network.id) if network else []
            if roles:
                kickoff.confirm(session, roles[who % len(roles)], at(self.today))

        self.attempt(act)

    @rule(
        nth=st.integers(0, 9),
        days_ago=st.integers(0, 70),
        attended=st.integers(0, 12),
        carriers=CARRIERS,
        teller=st.sampled_from(("m1", "m2", "m3")),
        status=st.sampled_from(("held", "held", "held", "cancelled")),
        books=st.integers(0, 60),
    )
    def a_member_tells_of_a_meeting(
        self, nth: int, days_ago: int, attended: int, carriers: tuple[str, ...], teller: str, status: str, books: int
    ) -> None:
        def act(session: Session) -> None:
            network = self.one(session, Network, nth)
            if network:
                ahead = f"{self.today + timedelta(days=books)} 17:30" if books else ""
                acts.tell(
                    session, network, str(self.today - timedelta(days=days_ago)), at(self.today), attended, carriers,
                    reported_by=teller, status=status, next_at=ahead,
                )  # fmt: skip

        self.attempt(act)

    @rule(
        nth=st.integers(0, 9),
        motivation=st.integers(1, 5),
        wish=st.sampled_from(("nothing", "pause", "close", "speaker")),
    )
    def a_contact_answers(self, nth: int, motivation: int, wish: str) -> None:
        def act(session: Session) -> None:
            found = session.exec(select(CheckIn).order_by(col(CheckIn.sent_on), col(CheckIn.id))).all()
            if found:
                acts.answer(session, found[nth % len(found)], str(self.today), motivation=motivation, wish=wish)

        self.attempt(act)

    @rule(
        nth=st.integers(0, 9),
        change=st.sampled_from(CHANGES),
        other=st.integers(0, 9),
        member=st.sampled_from(("m1", "m2", "")),
        days=st.integers(1, 90),
    )
    def staff_change_a_network(self, nth: int, change: str, other: int, member: str, days: int) -> None:
        def act(session: Session) -> None:
            network, second = self.one(session, Network, nth), self.one(session, Network, other)
            if network:
                told: dict[str, Any] = {
                    "member": member, "reason": "De vill det.", "other_networks": [second.number],
                    "other_channel": "phone", "agreed": [f"{network.number}:m1", f"{second.number}:m1"],
                    "new_contact": "m2", "days": days, "approver": "gol",
                }  # fmt: skip
                goes = NetworkChangeForm.reads["change"][change]
                form = NetworkChangeForm.model_validate(
                    {"network_number": network.number, "signature": "asj", "change": change}
                    | {name: value for name, value in told.items() if name in goes}
                )
                form.check(self.today)
                network_change.change(session, form, self.cause(Actor.staff))

        self.attempt(act)

    @rule(
        length=st.integers(1, 60),
        days_ago=st.integers(0, 20),
        substitute=st.sampled_from(("asj", "gol", "mla", "")),
        who=st.sampled_from(("asj", "gol", "mla")),
    )
    def somebody_is_away_and_their_substitute_perhaps_too(
        self, length: int, days_ago: int, substitute: str, who: str
    ) -> None:
        def act(session: Session) -> None:
            staff = {one.signature: one for one in session.exec(select(Staff))}
            first = self.today - timedelta(days=days_ago)
            other, signer = staff.get(substitute), staff["mla"]
            absence.record_absence(session, staff[who], first, first + timedelta(days=length), other, signer)

        self.attempt(act)

    @rule(
        nth=st.integers(0, 9),
        hours=st.sampled_from((1, 2, 6)),
        days_ago=st.sampled_from((0, 0, 30, 90)),
        sek=st.sampled_from((0, 0, 1, 2000, 3001)),
    )
    def hours_are_used_in_this_quarter_or_another_or_money_is_paid(
        self, nth: int, hours: int, days_ago: int, sek: int
    ) -> None:
        def act(session: Session) -> None:
            grants = session.exec(select(SupportGrant).order_by(col(SupportGrant.from_on), col(SupportGrant.id))).all()
            day = self.today - timedelta(days=days_ago)
            if grants and sek:
                network = session.get_one(Network, grants[nth % len(grants)].network_id)
                seen_by = by_signature(session, "gol", "")
                grant_money.record_payment(session, network, day, sek, seen_by, at(self.today))
            elif grants:
                ledger.use_hours(session, grants[nth % len(grants)], day, Decimal(hours), at(self.today))

        self.attempt(act)

    @rule(nth=st.integers(0, 9), who=st.sampled_from(("asj", "gol")), outcome=st.sampled_from(("settled", "adapt")))
    def a_talk_settles_all_that_is_open(self, nth: int, who: str, outcome: str) -> None:
        def act(session: Session) -> None:
            network = self.one(session, Network, nth)
            if network:
                form = CatchUpForm.model_validate(
                    {"network_number": network.number, "signature": who, "kind": "all", "talked_on": self.today,
                     "outcome": outcome, "member": "m1", "agreement": "Prova."}
                )  # fmt: skip
                catch_up.settle_talk(session, form, self.cause(Actor.staff))

        self.attempt(act)

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
        )  # fmt: skip
        self.attempt(sweeps[which])

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

    def cause(self, actor: Actor) -> Cause:
        return Cause("test", actor, at(self.today), "asj" if actor == Actor.staff else None)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_history_breaks_a_rule(kind: str, copies: Copies, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind not in copies:
        pytest.skip("LOTS_TEST_POSTGRES_URL is not set")

    class OnThisDatabase(AnyHistory):
        def __init__(self) -> None:
            super().__init__()
            url, self.drop = copies[kind]()
            use_database(monkeypatch, url)

        def teardown(self) -> None:
            engine().dispose()
            self.drop()

    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=8,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # a long history is told whole: making it shorter takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
