"""Mail that a machine wrote: never an answer (domain.md section 12, RFC 3834)."""

import re
from collections.abc import Mapping

PRECEDENCES = frozenset({"auto_reply", "auto-reply", "bulk", "junk"})
SIGNS = ("x-auto-response-suppress", "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-vacation")
WATCHED = ("auto-submitted", "precedence", "return-path", "subject", *SIGNS)
"""The headers that `is_automatic` looks at."""

# What Outlook, Exchange and others put first in a subject. The last group are words that people use as well, and
# count only where a colon follows.
SUBJECT = re.compile(
    r"(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|automatiskt svar|autosvar|out of (?:the )?office)\b"
    r"|(?:frånvaro|frånvarande|frånvaromeddelande|ej på kontoret|semester|vacation|auto)\s*:",
    re.I,
)


def is_automatic(headers: Mapping[str, str]) -> bool:
    """Whether the headers (names in small letters) tell of a vacation message, a receipt or other automatic mail."""
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    return (
        submitted not in ("no", "")
        or headers.get("precedence", "").strip().lower() in PRECEDENCES
        or any(sign in headers for sign in SIGNS)
        or headers.get("return-path", "").replace(" ", "") == "<>"
        or SUBJECT.match(headers.get("subject", "").strip()) is not None
    )
