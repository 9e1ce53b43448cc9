"""A machine's mail is known by its headers; a person's is not mistaken for it."""

import pytest

from models.inbox.auto_reply import is_automatic


@pytest.mark.parametrize(
    "headers",
    [
        {"auto-submitted": "auto-replied"},
        {"auto-submitted": "auto-replied (vacation)"},
        {"auto-submitted": "Auto-Generated; owner=x"},
        {"precedence": "auto_reply"},
        {"precedence": "bulk"},
        {"x-autoreply": "yes"},
        {"x-auto-response-suppress": "All"},
        {"return-path": "<>", "subject": "Sv: En minut"},
        {"subject": "Automatiskt svar: En minut om nätverket i Luleå?"},
        {"subject": "Automatic reply: One minute about the network"},
        {"subject": "Autosvar: En minut"},
        {"subject": "Frånvaro: En minut"},
        {"subject": "Out of Office Re: En minut"},
        {"subject": "Ej på kontoret: åter 9 augusti"},
    ],
)
def test_these_are_automatic(headers: dict[str, str]) -> None:
    assert is_automatic(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"auto-submitted": "no"},
        {"precedence": "normal", "return-path": "<ake@example.org>"},
        {"subject": "Sv: En minut om nätverket i Luleå?"},
        {"subject": "Frånvaro på nästa träff"},
        {"subject": "Semestertider och nästa träff"},
        {"subject": "Automation som tema?"},
    ],
)
def test_these_were_written_by_somebody(headers: dict[str, str]) -> None:
    assert not is_automatic(headers)
