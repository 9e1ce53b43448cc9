"""The words for mails in the tables that staff see: what it is, what became of it, and why (section 9)."""

from typing import Final

KINDS: Final[dict[str, tuple[str, str]]] = {
    "receipt": ("kvitto", "receipt"),
    "talk-invitation": ("inbjudan till samtal", "talk invitation"),
    "more-information": ("fråga om fler uppgifter", "request for details"),
    "granted": ("beslut: stöd", "decision: support"),
    "waiting": ("besked: i kön", "notice: in the queue"),
    "queue-offer": ("erbjudande ur kön", "offer from the queue"),
    "declined": ("svar: nej", "answer: no"),
    "co-organiser": ("fråga till medarrangör", "question to a co-organiser"),
    "kickoff-checklist": ("checklista", "checklist"),
    "calendar-invitation": ("kalenderinbjudan", "calendar invitation"),
    "first-meeting": ("fråga om första träffen", "question about the first meeting"),
    "check-in": ("avstämning", "check-in"),
    "check-in-reminder": ("påminnelse om avstämning", "check-in reminder"),
    "second-organiser": ("fråga till en annan arrangör", "question to another organiser"),
    "step": ("nytt steg", "new step"),
    "ending": ("stödet slutar", "support ends"),
    "independent": ("på egna ben", "independent"),
    "talk-offer": ("erbjudande om samtal", "offer of a talk"),
    "resting": ("nätverket vilar", "network resting"),
    "wake": ("vill ni vakna", "wake the network"),
    "closed": ("tack och avslut", "thanks and close"),
    "new-contact": ("ny kontakt", "new contact"),
    "data-request": ("personuppgifter", "personal data"),
    "introduction": ("presentation av grannar", "introduction"),
    "still-planned": ("blir det en träff", "still planned"),
    "fresh-link": ("ny länk", "new link"),
    "staff-digest": ("veckolista", "weekly list"),
    "staff-alarm": ("larm", "alarm"),
    "report-ready": ("rapporten klar", "report ready"),
}

STATUSES: Final[dict[str, tuple[str, str]]] = {
    "deferred": ("försöks igen", "tried again"),
    "failed": ("gick inte fram", "did not go"),
    "in_doubt": ("osäkert", "in doubt"),
    "skipped": ("skickades inte", "not sent"),
}

REASONS: Final[dict[str, tuple[str, str]]] = {
    "process-ended": ("körningen avbröts mitt i sändningen", "the run ended while it was being sent"),
    "no-reply": ("förbindelsen bröts", "the connection broke"),
    "cannot-be-written": ("mejlet eller adressen går inte att skriva", "the mail or address cannot be written"),
    "bounced": ("adressen fungerar inte", "the address does not work"),
    "address-needs-staff": ("å, ä eller ö före @ i adressen", "å, ä or ö before the @ of the address"),
    "protected": ("skyddad identitet", "protected identity"),
    "no-address": ("adress saknas", "no address"),
    "inactive": ("medarbetaren har slutat", "the member of staff has left"),
    "erased": ("personen är gallrad", "the person is erased"),
    "stopped": ("har tackat nej till påminnelser", "has declined reminders"),
    "backlog": ("blev för gammalt", "grew too old"),
    "answered": ("redan besvarat", "answered already"),
    "overtaken": ("inte längre aktuellt", "no longer of interest"),
    "other-side": ("den andra parten går inte att nå", "the other party cannot be reached"),
    "settled-sent": ("avgjort: kom fram", "settled: arrived"),
    "settled-resend": ("avgjort: skickas igen", "settled: sent again"),
}


def mail_name(template: str, language: str) -> str:
    """What a mail is, in a few words."""
    return KINDS[template][language == "en"]


def status_name(status: str, language: str) -> str:
    """What became of a mail that did not simply go."""
    return STATUSES[status][language == "en"]


def reason_name(reason: str | None, language: str) -> str:
    """Why a mail did not go; a reply code is told as the server gave it."""
    if reason and reason.startswith("smtp-"):
        code = reason.removeprefix("smtp-")
        return f"mail server said {code}" if language == "en" else f"e-postservern svarade {code}"
    return REASONS[reason or "no-reply"][language == "en"]
