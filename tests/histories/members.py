"""What members do, whatever comes to mind."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlmodel import Session, col, select

from models.forms.check_in import CheckInAnswers
from models.people.roles import roles_of
from models.requests import named_organisers
from models.stages import check_in, kickoff
from models.tables.check_in import CheckIn
from models.tables.network import Network
from models.tables.person import EmailStatus, Membership, Person
from models.tables.request import NamedOrganiser, RequestState, SupportRequest
from models.tables.transition import Actor
from tests import acts
from tests.acts import at, member
from tests.histories.acting import MEMBERS, Acting

PLACES = ("Luleå", "Boden", "Kiruna")
CARRIERS = st.tuples(*[st.sampled_from(("m1", "m2", "m3", "office"))] * 5)


class Members(Acting):
    """They ask, say yes and no, meet, tell of it, answer, fall silent, leave and come back."""

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
        days_ago=st.integers(0, 70),
        attended=st.integers(0, 12),
        books=st.integers(0, 60),
        motivation=st.integers(1, 5),
    )
    def somebody_answers_that_they_met(
        self, nth: int, days_ago: int, attended: int, books: int, motivation: int
    ) -> None:
        def act(session: Session) -> None:
            found = session.exec(select(CheckIn).order_by(col(CheckIn.sent_on), col(CheckIn.id))).all()
            if found:
                ahead = str(self.today + timedelta(days=books)) if books else ""
                form = CheckInAnswers(
                    met=True, met_on=str(self.today - timedelta(days=days_ago)), met_attended=attended,
                    next_on=ahead, motivation=motivation,
                )  # fmt: skip
                check_in.take_answer(session, found[nth % len(found)], form, self.cause(Actor.member))

        self.attempt(act)

    @rule(nth=st.integers(0, 9), is_yes=st.booleans())
    def somebody_who_is_named_answers_while_the_request_waits(self, nth: int, is_yes: bool) -> None:
        def act(session: Session) -> None:
            waiting = select(NamedOrganiser).join(SupportRequest).where(SupportRequest.state == RequestState.waiting)
            found = session.exec(waiting.order_by(col(NamedOrganiser.id))).all()
            if found:
                named_organisers.answer(session, found[nth % len(found)], at(self.today), is_yes=is_yes)

        self.attempt(act)

    @rule(who=st.sampled_from(MEMBERS), what=st.sampled_from(("bounces", "stops reminders", "is protected", "is well")))
    def mail_to_somebody(self, who: str, what: str) -> None:
        def act(session: Session) -> None:
            person = member(session, who)
            person.email_status = EmailStatus.bounced if what == "bounces" else EmailStatus.ok
            person.reminders_stopped_at = at(self.today) if what == "stops reminders" else None
            person.protected_at = at(self.today) if what == "is protected" else None
            session.add(person)

        self.attempt(act)

    @rule(
        who=st.sampled_from(MEMBERS),
        membership=st.sampled_from((Membership.left, Membership.active, Membership.active, Membership.unknown)),
        is_employee=st.sampled_from((False, False, False, True)),
    )
    def the_register_says(self, who: str, membership: Membership, is_employee: bool) -> None:
        def act(session: Session) -> None:
            person: Person | None = member(session, who)
            if person:
                person.membership, person.is_employee = membership, is_employee
                session.add(person)

        self.attempt(act)
