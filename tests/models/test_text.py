"""Text that comes in: what nobody sees is taken out, and a name is a name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.inbox.quoted_text import without_quotes
from models.text import is_name, nfc, without_unseen

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NO_WIDTH = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u180e\u034f\u115f\u3164\U000e0061\x00\x1b\x7f"
NAMES = ["Luleå", "Åre-Järpen", "S.t Olof", "Café André", "Malmö/Lund", "AB Öhman & Co. (norr)", "Kv. 3",
         "Råå, Helsingborg", "D'Angelo’s", "Gällivare 2", "Linköpings V."]  # fmt: skip
NO_NAMES = ["Luleå. Bekräfta på ledarna-konto.example/login", "www.example.org", "luleå.se", "//example", "a@b.se",
            "https://example", "<b>Luleå</b>", "Luleå: nu", "Luleå!", "{{ 7*7 }}", "Luleå☃", "x_y"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_places_and_companies_have_names_like_these(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("text", NO_NAMES)
def test_an_address_or_another_sign_is_no_name(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize("sign", BIDI + NO_WIDTH)
def test_signs_that_nobody_sees_are_taken_out_wherever_text_comes_in(sign: str) -> None:
    assert nfc(f"Lul{sign}eå") == "Luleå" == without_unseen(f"{sign}Luleå{sign}")
    assert without_quotes(f"1 nej{sign}\n2 nej") == "1 nej\n2 nej"
    assert not is_name(f"ledarna.{sign}example")


@given(st.text())
def test_what_is_left_is_composed_has_no_direction_marks_and_is_left_alone_the_next_time(text: str) -> None:
    once = nfc(text)
    assert nfc(once) == once == unicodedata.normalize("NFC", once)
    assert not set(once) & set(BIDI + NO_WIDTH)
