"""Mail that comes from mail systems: what it says of a mail that was sent, in RFC 3464's form or in one of its own."""

import logging
import re
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parseaddr
from uuid import UUID

from flufl.bounce import all_failures

from models.inbox.bounce import Bounce, Report
from models.inbox.complaint import Complaint
from models.inbox.delivery_words import Refusal
from models.mail.message_ids import mail_of_envelope, mail_returned_to, mails_named
from models.settings import Settings
from tasks.mailbox.message_text import shown
from tasks.mailbox.mime_parts import bytes_of, content_of, decoded_header, parts_of

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # what breaks its detectors may be anybody's words

DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")
RETURNED = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
)
LONGEST_DETECTED = 20_000  # bytes: some of flufl.bounce's detectors look at every line for each line
STATUSES = ("message/delivery-status", "message/global-delivery-status")
MAIL_SYSTEMS = re.compile(r"mailer-daemon|postmaster|mail-daemon|maildaemon|microsoftexchange[0-9a-f]+", re.I)
STATUS = re.compile(r"(?<![0-9.])([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.]*[0-9])")
REPLY_CODE = re.compile(r"(?<![0-9.#])([45][0-9]{2})[ -]")
MESSAGE_ID = re.compile(r"^\W{0,4}message-id:\s*(<[^<>\s]{1,300}>)", re.I | re.M)
# What tells that a text of no known form is news of a mail that was sent.
FAILED = re.compile(
    r"undeliver|delivery (?:\S{1,40} ){0,2}(?:fail|problem|error|status)|fail\w* (?:\S{1,40} ){0,2}deliver"
    r"|returned (?:mail|message|to sender)|mail (?:error|failure|system)|message (?:\S{1,40} ){0,2}rejected"
    r"|(?:not|n't|unable to) (?:be )?(?:\S{1,40} ){0,2}deliver"
    r"|kunde inte levereras|kan inte levereras|gick inte att leverera|unzustellbar|nicht zugestellt|non remis"
    r"|(?<![0-9.#])5[0-9]{2}[ -]#?5\.[0-9]{1,3}\.[0-9]{1,3}",
    re.I,
)
DELAYED = re.compile(
    r"will (?:\S{1,40} ){0,3}(?:retry|be retried|try|keep trying|continue)|not yet been delivered"
    r"|warning: (?:message|could not)|do not need to resend|delayed|no action is required on your part|still trying"
    r"|(?:kommer att|ska) försöka",
    re.I,
)
# Where the mail that came back begins, as a line of its own: a divider that says so, or the first of its headers.
DIVIDER = re.compile(r"copy|original|returned|unsent|undelivered|headers|forwarded", re.I)
COPY = re.compile(
    r"(?:below this line is a copy|included is a copy|(?:return-path|received|mime-version|dkim-signature|x-mailer):)",
    re.I,
)


def is_from_a_system(message: Message) -> bool:
    """Whether a mail system wrote it, or nobody who can be answered: what it says is no human's (RFC 5321 4.5.5)."""
    return str(message["return-path"] or "").replace(" ", "") == "<>" or _is_from_a_mail_system(message)


def _is_from_a_mail_system(message: Message) -> bool:
    sender = parseaddr(str(message["from"] or ""))[1].partition("@")[0]
    return MAIL_SYSTEMS.fullmatch(sender) is not None


def read_bounce(message: Message, answered: str, chosen: Settings) -> Bounce | None:
    """The bounce that a message is. One of no known form is a bounce that says nothing: for staff.

    What somebody forwards to the office is theirs, and no bounce: `answered` are the mails that its headers name.
    """
    from_a_system = is_from_a_system(message)
    statuses = [part for part in parts_of(message) if part.get_content_type() in STATUSES]
    if statuses and (from_a_system or message.get_content_type() == "multipart/report"):
        return _of_status(message, statuses[0], answered, chosen)
    return _of_text(message, answered, chosen) if from_a_system else None


def _of_status(message: Message, status: Message, answered: str, chosen: Settings) -> Bounce:
    """A report of delivery as RFC 3464 has it: fields of the message first, then fields of each recipient."""
    payload: object = status.get_payload()
    blocks = [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []
    told = _without_copy("\n".join(shown(message).texts))
    reports, envelope = [], ""
    for block in blocks:
        envelope = envelope or str(block["original-envelope-id"] or "")
        if block["action"] or block["status"]:
            said = " ".join(str(value) for value in block.get_all("diagnostic-code", []))
            reports.append(Report(str(block["action"] or "failed").strip().lower(), _status(block, said), said, told))
    returned = _returned(message)
    named = str(returned["message-id"] or "") if returned else ""
    of_envelope = mail_of_envelope(envelope)
    mails = [
        *_returned_to(message, chosen),
        *([of_envelope] if of_envelope else []),
        *mails_named(f"{named} {answered}"),
    ]
    return Bounce(tuple(reports), tuple(dict.fromkeys(mails)), bool(mails or envelope or named), _address(returned))


def _status(block: Message, said: str) -> str:
    """The status code that the other server gave with its refusal; where that says nothing, the report's."""
    codes = [code for value in (said, str(block["status"] or "")) for code in STATUS.findall(value)]
    telling = next((code for code in codes if not code.endswith(".0.0")), "")
    reply = REPLY_CODE.search(said)
    return telling or (codes[0] if codes else f"{reply[1][0]}.0.0" if reply else "")


def _of_text(message: Message, answered: str, chosen: Settings) -> Bounce | None:
    """A bounce in a form of the server's own (qmail and others): by its words, and flufl.bounce's many detectors."""
    whole = "\n".join(shown(message).texts)
    told = f"{_without_copy(whole)}\n{decoded_header(message, 'subject')}"
    temporary, permanent = _detected(message)
    if not (temporary or permanent or FAILED.search(told) or _is_from_a_mail_system(message)):
        return None
    returned = _returned(message)
    named = MESSAGE_ID.findall(whole) + ([str(returned["message-id"])] if returned and returned["message-id"] else [])
    mails = tuple(dict.fromkeys([*_returned_to(message, chosen), *mails_named(f"{' '.join(named)} {answered}")]))
    status = next((code for code in STATUS.findall(told) if code[0] != "2"), "")
    failed = Report("failed", status, "", told)
    if DELAYED.search(told) and not permanent:
        reports = [Report("delayed", "4.0.0")]
    elif permanent or temporary:
        reports = [failed]
    else:  # of a mail system's own text, the words are enough; of any other, only beside a code
        understood = failed.refusal is not Refusal.unclear
        has_code = bool(status) or REPLY_CODE.search(told) is not None
        reports = [failed] if understood and (has_code or _is_from_a_mail_system(message)) else []
    return Bounce(tuple(reports), mails, bool(mails or named), _address(returned))


def _detected(message: Message) -> tuple[bool, bool]:
    """Whether flufl.bounce's detectors find a temporary or a permanent failure; some of them break on broken mail."""
    try:
        temporary, permanent = all_failures(message_from_bytes(bytes(message)[:LONGEST_DETECTED]))
    except (LookupError, ValueError, TypeError, AttributeError, AssertionError):
        return False, False
    return bool(temporary), bool(permanent)


def _without_copy(text: str) -> str:
    """The text above the mail that came back."""
    above: list[str] = []
    for line in text.splitlines():
        bare = line[:200].strip(" >=\t")
        if COPY.match(bare) or (bare.startswith("--") and DIVIDER.search(bare)):
            break
        above.append(line)
    return "\n".join(above) if any(line.strip() for line in above) else text


def read_complaint(message: Message, answered: str, chosen: Settings) -> Complaint | None:
    """Somebody's word, by their mail provider, that a mail of ours is none they want (RFC 5965)."""
    for part in parts_of(message):
        if part.get_content_type() == "message/feedback-report":
            payload: object = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            fields = inner if isinstance(inner, Message) else message_from_bytes(bytes_of(part))
            returned = _returned(message)
            named = f"{returned['message-id'] or ''} {answered}" if returned else answered
            mails = dict.fromkeys([*_returned_to(message, chosen), *mails_named(named)])
            return Complaint(str(fields["feedback-type"] or "").strip().lower(), tuple(mails))
    return None


def _returned(message: Message) -> Message | None:
    """The mail that came back, or its headers."""
    for part in parts_of(message):
        if part.get_content_type() in RETURNED:
            payload: object = part.get_payload()
            if isinstance(payload, list) and payload:
                return payload[0] if isinstance(payload[0], Message) else None
            return message_from_bytes(content_of(part).encode())
    return None


def _address(returned: Message | None) -> str:
    return parseaddr(str(returned["to"] or ""))[1] if returned else ""


def _returned_to(message: Message, chosen: Settings) -> list[UUID]:
    """The mails whose return path the message was delivered to."""
    named = [str(value) for name in DELIVERED_TO for value in message.get_all(name, [])]
    return [mail for _, address in getaddresses(named) if (mail := mail_returned_to(address, chosen))]
