"""What a message is, and why: decided here alone, for the inbox and for whoever asks why (domain.md sections 6, 12).

`by_itself` needs nothing but the message. `judge` asks the database as well which mails we sent, and whom. Neither
changes anything; what follows from a verdict is in models/stages/inbox.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from models.check_ins.questions import answer_of, is_changeable
from models.dates.local_time import local
from models.forms.check_in import CheckInAnswers
from models.i18n import localized
from models.inbox import reasons
from models.inbox.answer_parser import parse_answer_line
from models.inbox.bounce import Bounce, Weight
from models.inbox.check_in_answer import MailedAnswer, find_asked
from models.inbox.complaint import Complaint
from models.inbox.reasons import Reason
from models.tables.incoming_mail import IncomingKind
from models.tables.mail import OutgoingMail


@dataclass(frozen=True)
class Incoming:
    """A message as it was read: `text` is the sender's own words, `refers_to` the mails of our form that it answers.

    `has_more`: something stands or lies beside the text. `machine`: the sign by which its writer is no human.
    """

    sender: str
    refers_to: tuple[UUID, ...] = ()
    text: str = ""
    has_more: bool = False
    machine: str = ""
    bounce: Bounce | None = None
    complaint: Complaint | None = None

    @property
    def mails(self) -> tuple[UUID, ...]:
        """The mails of our form that it is about."""
        news = self.bounce or self.complaint
        return news.mails if news else self.refers_to


@dataclass(frozen=True)
class Verdict:
    """What a message is, and why; the mail that it is about, and the answers in it: as written, and as whose."""

    kind: IncomingKind
    reason: Reason
    mail: OutgoingMail | None = None
    form: CheckInAnswers | None = None
    answer: MailedAnswer | None = None

    @property
    def why(self) -> str:
        """The reason as a plain sentence, in the office's language."""
        return localized(*self.reason)


def by_itself(incoming: Incoming | None, at: datetime) -> Verdict:
    """What a message is as far as it tells itself. What cannot be read (None) is for staff."""
    if incoming is None:
        return Verdict(IncomingKind.staff, reasons.UNREADABLE)
    if incoming.complaint:
        return Verdict(IncomingKind.staff, reasons.UNWANTED if incoming.complaint.is_a_wish else reasons.REPORTED)
    if incoming.bounce:
        return _of_bounce(incoming.bounce)
    if incoming.machine:
        return Verdict(IncomingKind.auto_reply, reasons.by_a_machine(incoming.machine))
    form = parse_answer_line(incoming.text)
    if form is None:
        return Verdict(IncomingKind.staff, reasons.NO_ANSWER)
    if incoming.has_more:
        return Verdict(IncomingKind.staff, reasons.BESIDE)
    if form.all_problems(local(at).date()):
        return Verdict(IncomingKind.staff, reasons.IMPOSSIBLE)
    return Verdict(IncomingKind.answer, reasons.ANSWER, form=form)


def judge(session: Session, incoming: Incoming | None, at: datetime) -> Verdict:
    """What a message is. Only what is about a mail that really went counts: its id is one that nobody can guess."""
    verdict = by_itself(incoming, at)
    if incoming is None:
        return verdict
    mails = sent_of(session, incoming.mails)
    if verdict.kind is IncomingKind.answer:
        return _of_answer(session, incoming, mails, verdict, at)
    if incoming.bounce and incoming.bounce.reports and incoming.mails and not mails:
        return Verdict(IncomingKind.ignored, reasons.NEVER_SENT)
    return replace(verdict, mail=_about(incoming, mails))


def sent_of(session: Session, ids: Iterable[UUID]) -> list[OutgoingMail]:
    """The mails that we did send, in the order of `ids`; an id of our form can be made up."""
    return [mail for one in ids if (mail := session.get(OutgoingMail, one)) and mail.message_id]


def _about(incoming: Incoming, mails: Sequence[OutgoingMail]) -> OutgoingMail | None:
    """Of the mails that are named, the one whose network is meant; news of a mail is of the first."""
    news = incoming.bounce or incoming.complaint
    return next((mail for mail in mails if news or mail.network_id), None)


def _of_bounce(bounce: Bounce) -> Verdict:
    """A bounce by its words and codes, where it says which mail came back."""
    if not bounce.reports:
        return Verdict(IncomingKind.staff, reasons.UNKNOWN_FORM)
    if not bounce.mails:
        return (
            Verdict(IncomingKind.ignored, reasons.NEVER_SENT)
            if bounce.names_a_mail
            else Verdict(IncomingKind.staff, reasons.NAMES_NO_MAIL)
        )
    match bounce.weight:
        case Weight.none:
            return Verdict(IncomingKind.ignored, reasons.ARRIVED)
        case Weight.soft:
            return Verdict(IncomingKind.soft, reasons.DELAYED)
        case Weight.not_delivered:
            return Verdict(IncomingKind.not_delivered, reasons.REFUSED[bounce.refusal])
        case Weight.hard:
            return Verdict(IncomingKind.bounce, reasons.REFUSED[bounce.refusal])


def _of_answer(
    session: Session, incoming: Incoming, mails: Sequence[OutgoingMail], verdict: Verdict, at: datetime
) -> Verdict:
    """An answer counts when it comes from who was asked, in the days in which it can be changed."""
    about = _about(incoming, mails)
    asked = find_asked(session, incoming.sender, mails)
    if asked is None or verdict.form is None:
        return Verdict(IncomingKind.staff, reasons.NOT_ASKED, about)
    check_in, person_id = asked
    if not is_changeable(answer_of(session, check_in.id, person_id), at):
        return Verdict(IncomingKind.staff, reasons.TOO_LATE, about)
    return replace(verdict, mail=about, answer=MailedAnswer(check_in, person_id, verdict.form))
