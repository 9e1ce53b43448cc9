"""A machine's mail is known by its headers; a person's is not mistaken for it."""

import pytest

from models.inbox.auto_reply import sign_of_machine


@pytest.mark.parametrize(
    ("headers", "sign"),
    [
        ({"auto-submitted": "auto-replied"}, "Auto-Submitted"),
        ({"auto-submitted": "auto-replied (vacation)"}, "Auto-Submitted"),
        ({"auto-submitted": "Auto-Generated; owner=x", "x-auto-response-suppress": "All"}, "Auto-Submitted"),
        ({"precedence": "auto_reply"}, "Precedence"),
        ({"precedence": "bulk"}, "Precedence"),
        ({"x-autoreply": "yes"}, "X-Autoreply"),
        ({"return-path": "<>", "subject": "Automatiskt svar: En minut om nätverket i Luleå?"}, "Return-Path"),
        ({"return-path": "< >", "subject": "Automatic reply: One minute about the network"}, "Return-Path"),
        ({"return-path": "<>", "subject": "Frånvaro: En minut"}, "Return-Path"),
        ({"return-path": "<>", "subject": "Out of Office Re: En minut"}, "Return-Path"),
    ],
)
def test_these_are_automatic(headers: dict[str, str], sign: str) -> None:
    assert sign_of_machine(headers) == sign


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"auto-submitted": "no"},
        {"auto-submitted": "No (a person)"},
        {"precedence": "normal", "return-path": "<ake@example.org>"},
        {"subject": "Sv: En minut om nätverket i Luleå?"},
        {"subject": "Frånvaro på nästa träff"},
        {"subject": "Automation som tema?"},
        # What people write too: a subject that begins so, and what only asks others not to answer by machine.
        {"subject": "Semester: vem tar hand om oss?"},
        {"subject": "Automatiskt svar: vad är det?", "return-path": "<ake@example.org>"},
        {"x-auto-response-suppress": "OOF, AutoReply"},
        {"x-auto-response-suppress": "All", "subject": "Ej på kontoret: åter 9 augusti"},
        {"precedence": "bulk", "list-id": "<chefer.example.org>"},
        # From nobody, and nothing says what it is: a human looks at it.
        {"return-path": "<>", "subject": "Sv: En minut"},
        # A program sent it, on somebody's press of a button.
        {"auto-submitted": "auto-replied", "x-apple-unsubscribe": "true"},
        {"auto-submitted": "auto-generated", "subject": "Unsubscribe"},
    ],
)
def test_these_are_for_a_human(headers: dict[str, str]) -> None:
    assert sign_of_machine(headers) == ""
