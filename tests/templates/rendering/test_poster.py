"""The poster: one page, whatever the words; every letter that a name in Europe has; the address in its QR code."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from templates.rendering.poster import FONTS, Poster, render_poster

USUAL: dict[str, Any] = {
    "network": "Ledare i Örnsköldsvik",
    "topic": "Att leda när allt ändras",
    "words": "Vi är chefer på olika arbetsplatser som ses för att lära av varandra.",
    "starts_at": datetime(2027, 6, 7, 15, 30, tzinfo=UTC),
    "length": "2 timmar",
    "where": "Kulturens hus, sal 2, Örnsköldsvik",
    "address": "https://natverk.example.org/meet/k7m3pq9xw2hd",
    "language": "sv",
}


@pytest.mark.parametrize("change", [
    {},
    {"topic": ""},
    {"network": "Ö" * 200, "topic": "W" * 100, "words": "å " * 150, "where": "Å" * 120 + ", Upplands Väsby"},
    {"network": "Nätverk " * 25, "words": "ord " * 75, "address": f"https://{'a' * 60}.example.org/meet/k7m3pq9x"},
])  # fmt: skip
def test_it_is_one_page_however_long_the_words_are(change: dict[str, str]) -> None:
    file = render_poster(Poster(**USUAL | change))
    assert file.startswith(b"%PDF-") and len(re.findall(rb"/Type /Page\b", file)) == 1
    assert re.search(rb"/MediaBox \[0 0 595\.\d+ 841\.\d+\]", file), "A4"


def test_the_same_words_give_the_same_bytes_and_its_letters_are_in_it() -> None:
    first = render_poster(Poster(**USUAL))
    render_poster.cache_clear()
    assert first == render_poster(Poster(**USUAL))
    assert first.count(b"/FontFile2") == 3 and b"/Lang (sv)" in first


@pytest.mark.parametrize("font", sorted(FONTS.glob("*.ttf")), ids=lambda path: path.stem)
def test_every_letter_of_a_name_in_europe_is_there(font: Any) -> None:
    letters = TTFont(font).getBestCmap()
    assert not [sign for sign in "åäöÅÄÖéÉüßæøłŁčšžđñçğışőűțÐþΑωДяї–”’«»&·" if ord(sign) not in letters]
