"""What staff do, whatever comes to mind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlmodel import Session, col, select

from models.audit import Correction
from models.dates.local_time import local
from models.forms.catch_up import CatchUpForm
from models.forms.needs_talk import NeedsTalkForm
from models.forms.network_change import NetworkChangeForm
from models.networks import annulment, meeting_corrections
from models.office import absence
from models.office.staff import by_signature
from models.privacy import wrong_person
from models.stages import catch_up, needs_talk, network_change
from models.support import corrections, grant_money, ledger, use_corrections
from models.tables.meeting import Meeting
from models.tables.network import Network
from models.tables.office import Staff
from models.tables.request import SupportRequest
from models.tables.support import SupportGrant, SupportTime
from models.tables.transition import Actor
from tests.acts import at, grant_line
from tests.histories.acting import MEMBERS, SIGNATURES, Acting
from tests.histories.members import PLACES

ITEMS = ("send_out", "negotiator_at_meeting", "sounding_board", "starter_kit", "grant_money")
CHANGES = (
    "rest", "rest", "wake", "wake", "new_contact", "extend", "extend", "merge", "split", "close", "contact", "contact",
    "cadence", "target_size", "name", "place", "negotiator", "end_role",
)  # fmt: skip


class Office(Acting):
    """They decide, change, talk, try to reach somebody, are away, use hours, pay, and put right what went wrong."""

    @rule(
        nth=st.integers(0, 9),
        decision=st.sampled_from(("grant", "grant", "grant", "wait", "decline", "withdraw", "appeal")),
        signer=st.sampled_from(("asj", "gol")),
        items=st.lists(
            st.tuples(st.sampled_from(ITEMS), st.integers(0, 120), st.sampled_from(("asj", "gol"))), max_size=3
        ),
    )
    def staff_decide(self, nth: int, decision: str, signer: str, items: list[tuple[str, int, str]]) -> None:
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
                    {"request_number": request.number, "signature": signer, "talked_on": self.today,
                     "decision": decision, "grants": lines * (decision == "grant"),
                     "reason": "outside_purpose" * (decision == "decline")}
                )  # fmt: skip
                form.check(self.today)
                needs_talk.check_talk(session, form)
                needs_talk.record_talk(session, form, self.cause(Actor.staff, signer))
                needs_talk.decide(session, request, form, self.cause(Actor.staff, signer))

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
                    "new_contact": "m2", "days": days, "approver": "gol", "whose": member or "m3",
                    "cadence_days": (30, 60, 90, 180)[days % 4], "target_size": days, "network_name": f"Nät {days}",
                    "place": PLACES[days % 3], "negotiator": ("gol", "mla")[days % 2], "contact_outcome": "left_word",
                }  # fmt: skip
                goes = NetworkChangeForm.reads["change"][change]
                form = NetworkChangeForm.model_validate(
                    {"network_number": network.number, "signature": "asj", "change": change}
                    | {name: value for name, value in told.items() if name in goes}
                )
                form.check(self.today)
                network_change.change(session, form, self.cause(Actor.staff))

        self.attempt(act)

    @rule(former=st.sampled_from(SIGNATURES), to=st.sampled_from(SIGNATURES))
    def all_that_one_has_goes_to_another(self, former: str, to: str) -> None:
        form = NetworkChangeForm.model_validate(
            {"signature": "mla", "change": "hand_over", "former": former, "negotiator": to}
        )
        self.attempt(lambda session: network_change.hand_over_all(session, form, self.cause(Actor.staff, "mla")))

    @rule(
        length=st.integers(1, 60),
        days_ago=st.integers(0, 20),
        substitute=st.sampled_from(("asj", "gol", "mla", "")),
        who=st.sampled_from(SIGNATURES),
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
                grant_money.record_payment(session, network, grant_money.Payment(day, sek, seen_by), at(self.today))
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

    @rule(nth=st.integers(0, 9), what=st.sampled_from(("day", "double", "never", "never")), days=st.integers(-20, 20))
    def staff_put_a_meeting_right(self, nth: int, what: str, days: int) -> None:
        def act(session: Session) -> None:
            meetings = list(session.exec(select(Meeting).order_by(col(Meeting.starts_at), col(Meeting.id))))
            meeting, correction = meetings[nth % len(meetings)], self.correction(session)
            network = session.get_one(Network, meeting.network_id)
            match what:
                case "day":
                    moved = local(meeting.starts_at).date() + timedelta(days=days)
                    meeting_corrections.move_to_day(session, network, meeting, moved, correction)
                case "double":
                    others = [one for one in meetings if one.network_id == network.id]
                    meeting_corrections.drop_double(session, network, meeting, others[nth % len(others)], correction)
                case _:
                    meeting_corrections.never_held(session, network, meeting, correction)

        self.attempt(act)

    @rule(nth=st.integers(0, 9), what=st.sampled_from(("annul", "reopen", "reopen", "member", "asker")))
    def staff_undo_a_decision_or_enter_the_right_person(self, nth: int, what: str) -> None:
        def act(session: Session) -> None:
            correction, number = self.correction(session), MEMBERS[nth % 5]
            network, request = self.one(session, Network, nth), self.one(session, SupportRequest, nth)
            match what:
                case "annul":
                    annulment.annul(session, network, correction)
                case "reopen":
                    annulment.reopen(session, request, correction)
                case "member":
                    wrong_person.right_member(session, network, f"m{nth % 3 + 1}", number, correction)
                case _:
                    wrong_person.right_asker(session, request, nth % 3, number, correction)

        self.attempt(act)

    @rule(nth=st.integers(0, 9), hours=st.sampled_from((0, 1, 2, 6)), days=st.integers(-20, 120))
    def staff_put_hours_or_money_right(self, nth: int, hours: int, days: int) -> None:
        def act(session: Session) -> None:
            grants = session.exec(select(SupportGrant).order_by(col(SupportGrant.from_on), col(SupportGrant.id))).all()
            grant, on = grants[nth % len(grants)], self.today + timedelta(days=days)
            if grant.paid_on:
                payment = grant_money.Payment(min(on, self.today), 500 * hours, by_signature(session, "mla", ""))
                corrections.correct_payment(session, grant, self.correction(session), payment)
            elif used := session.exec(select(SupportTime).where(col(SupportTime.grant_id) == grant.id)).first():
                use_corrections.correct_use(session, grant, used.on, Decimal(hours), self.correction(session))
            else:
                corrections.correct_grant(session, grant, self.correction(session), hours=Decimal(hours), to_on=on)

        self.attempt(act)

    def correction(self, session: Session) -> Correction:
        """That it is put right today."""
        return Correction(by_signature(session, "asj", ""), at(self.today), "Fel.")
