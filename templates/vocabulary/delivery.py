"""The words for mails in the tables that staff see: what became of it, and why (section 9)."""

from typing import Final

STATUSES: Final[dict[str, tuple[str, str]]] = {
    "queued": ("väntar på att gå", "waits to go"),
    "sending": ("är på väg", "is on its way"),
    "sent": ("levererat till mottagarens e-postserver", "delivered to the reader's mail server"),
    "deferred": ("försöks igen", "tried again"),
    "failed": ("gick inte fram", "did not go"),
    "in_doubt": ("osäkert", "in doubt"),
    "skipped": ("skickades inte", "not sent"),
}

REASONS: Final[dict[str, tuple[str, str]]] = {
    "process-ended": ("körningen avbröts mitt i sändningen", "the run ended while it was being sent"),
    "restored": (
        "väntade när säkerhetskopian gjordes och kan ha gått sedan dess",
        "waited when the backup was made and may have gone since",
    ),
    "no-reply": ("förbindelsen bröts", "the connection broke"),
    "cannot-be-written": ("mejlet eller adressen går inte att skriva", "the mail or address cannot be written"),
    "not-delivered": ("mottagarens e-postserver tog inte emot det", "the reader's mail server did not take it"),
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
    "no-reader": ("numret är ingens som går att mejla", "the number is nobody's who can be mailed"),
    "other-side": ("den andra parten går inte att nå", "the other party cannot be reached"),
    "settled-sent": ("avgjort: kom fram", "settled: arrived"),
    "settled-resend": ("avgjort: skickas igen", "settled: sent again"),
}


def status_name(status: str, language: str) -> str:
    """What became of a mail."""
    return STATUSES[status][language == "en"]


def reason_name(reason: str | None, language: str) -> str:
    """Why a mail did not go; a reply code is told as the server gave it."""
    if reason and reason.startswith("smtp-"):
        code = reason.removeprefix("smtp-")
        return f"mail server said {code}" if language == "en" else f"e-postservern svarade {code}"
    return REASONS[reason or "no-reply"][language == "en"]
