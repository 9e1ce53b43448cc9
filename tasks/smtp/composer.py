"""Where the mails of a batch are written, a few ahead of the connections that send them."""

from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime
from email.errors import MessageError
from uuid import UUID

from jinja2 import UndefinedError
from sqlmodel import Session

from models.db.engine import reading, transaction
from models.inbox import bounce
from models.mail import delivery, suppression
from models.mail.kinds import NO_READER
from models.mail.message_ids import return_path
from models.settings import settings
from models.stages import outbox
from models.tables.mail import MailStatus, OutgoingMail, Template
from models.views.still_holds import overtaken_reason
from tasks.smtp.delivery import ReadyMail
from tasks.smtp.mail_bytes import compose, recipient
from tasks.smtp.prefetched import Prefetched

HANDFUL = 500  # fetched at a time, by one query a kind
AHEAD_SECONDS = 60  # of what LOTS_SMTP_RATE lets go: who says stop meanwhile is not to wait for a whole handful


class Composer:
    """The mails of one batch that wait: claimed (`ids`), fetched, written (`ready`).

    What cannot go is recorded and counted in `refused`. `utf8`: the mail server takes letters such as å before an @.
    """

    def __init__(self, worker: UUID, ids: Sequence[UUID], at: datetime) -> None:
        self.worker, self.at = worker, at
        self.ids = deque(ids)
        self.fetched: deque[OutgoingMail] = deque()
        self.ready: deque[ReadyMail] = deque()
        self.refused: Counter[str] = Counter()
        self.utf8 = False

    @property
    def left(self) -> bool:
        """Whether some mail may still be waiting."""
        return bool(self.ready or self.fetched or self.ids)

    def take(self) -> ReadyMail | None:
        """The next mail to go; None when none is left."""
        self.write_ahead(1)
        return self.ready.popleft() if self.ready else None

    def write_ahead(self, count: int) -> None:
        """Have that many mails ready, if so many are left."""
        while len(self.ready) < count and self.left:
            if self.fetched:
                self._write(self.fetched.popleft())
            elif self.ids:
                self._fetch()
            else:
                return

    def clear(self) -> None:
        """Leave what was not begun to whoever comes next."""
        self.ids.clear()
        self.fetched.clear()
        self.ready.clear()

    def _fetch(self) -> None:
        some = [self.ids[place] for place in range(min(_handful(settings().smtp_rate), len(self.ids)))]
        with reading() as session:
            mails = {mail.id: mail for mail in outbox.still_claimed(session, some, self.worker)}
            self.prefetched = Prefetched(session, list(mails.values()))
            reasons = {mail.id: self._why_not(session, mail) for mail in mails.values()}
        self._refuse({key: (MailStatus.skipped, reason) for key, reason in reasons.items() if reason})
        self.fetched.extend(mails[key] for key in some if key in mails and not reasons[key])
        for _ in some:
            self.ids.popleft()

    def _why_not(self, session: Session, mail: OutgoingMail) -> str | None:
        reader = self.prefetched.reader(mail)
        if reader is None and mail.template == Template.confirm_request:
            return NO_READER
        reason = suppression.suppression_reason(reader, utf8=self.utf8) or overtaken_reason(session, mail, self.at)
        if suppression.is_unsubscribed(mail, reader):
            return reason or "stopped"
        if mail.template == Template.introduction and suppression.suppression_reason(self.prefetched.introduced(mail)):
            return reason or "other-side"  # nobody is given the name of someone who is not to be written to
        return reason

    def _write(self, mail: OutgoingMail) -> None:
        try:
            to, body, written = recipient(self.prefetched.reader(mail)), delivery.bytes_of(mail), None
            if body is None:
                written = compose(mail, self.prefetched, to, self.at)
                body = written.body
            comes_back_to = return_path(mail.id, settings())
            self.ready.append(ReadyMail(mail.id, comes_back_to, to.address, body, written, not to.address.isascii()))
        except (ValueError, LookupError, UndefinedError, MessageError):
            self._refuse({mail.id: (MailStatus.failed, "cannot-be-written")})

    def _refuse(self, refused: dict[UUID, tuple[MailStatus, str]]) -> None:
        if not refused:
            return
        with transaction() as session:
            for mail in outbox.still_claimed(session, refused, self.worker):
                status, reason = refused[mail.id]
                delivery.record(mail, status, 0, self.at)
                mail.reason = reason
                if reason in suppression.STAFF_MUST_CALL:
                    bounce.ask_staff_to_call(session, mail, self.at)
        self.refused.update(str(status) for status, _ in refused.values())


def _handful(rate: float) -> int:
    """How many to fetch at a time when `rate` mails may go a second; 0: as many as can."""
    return max(1, min(HANDFUL, int(rate * AHEAD_SECONDS))) if rate else HANDFUL
