"""Mail that a machine wrote: never an answer (domain.md section 12, RFC 3834).

What only asks others not to answer by machine (`X-Auto-Response-Suppress`) stands in people's mail too, and people
begin a subject with *Semester:*. Neither makes a machine; a subject counts only where nobody can be answered. And
what a program sends on the press of a button, to be left alone, is somebody's word.
"""

import re
from collections.abc import Mapping

ANSWERED_BY_MACHINE = frozenset({"auto_reply", "auto-reply"})
SENT_IN_BULK = frozenset({"bulk", "junk"})
SIGNS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-vacation")
LISTS = ("list-id", "list-post")
BY_A_BUTTON = "x-apple-unsubscribe"
WATCHED = ("auto-submitted", "precedence", "return-path", "subject", BY_A_BUTTON, *SIGNS, *LISTS)
"""The headers that `sign_of_machine` looks at."""

# What Outlook, Exchange and others put first in a subject.
SUBJECT = re.compile(
    r"(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|automatiskt svar|autosvar|out of (?:the )?office)\b"
    r"|(?:frånvaro|frånvarande|frånvaromeddelande|ej på kontoret|semester|vacation|auto)\s*:",
    re.I,
)


def sign_of_machine(headers: Mapping[str, str]) -> str:
    """The header (names in small letters) by which a vacation message or other automatic mail is known; "" for none."""
    subject = headers.get("subject", "").strip()
    if BY_A_BUTTON in headers or subject.lower() == "unsubscribe":
        return ""
    submitted = headers.get("auto-submitted", "no").partition(";")[0].partition("(")[0].strip().lower()
    if submitted not in ("no", "", "auto-forwarded"):
        return "Auto-Submitted"
    precedence = headers.get("precedence", "").strip().lower()
    by_a_list = any(header in headers for header in LISTS)  # what people write to a list goes on in bulk
    if precedence in ANSWERED_BY_MACHINE or (precedence in SENT_IN_BULK and not by_a_list):
        return "Precedence"
    if sign := next((sign for sign in SIGNS if sign in headers), ""):
        return sign.title()
    from_nobody = headers.get("return-path", "").replace(" ", "") == "<>"
    return "Return-Path" if from_nobody and SUBJECT.match(subject) else ""
