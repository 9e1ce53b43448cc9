"""What staff see of what lies near a request."""

import pytest

from models.db.engine import transaction
from models.requests.near_neighbour import find_neighbours
from models.settings import Settings, settings
from tasks.staff_ui.neighbour_list import likeness_of, neighbour_list
from tests.acts import GOREL, ask, at, talk

CARE = "Chefer i vården vill ses och byta erfarenheter om schemaläggning."
CARE_TOO = "Vi chefer i vården vill träffas och byta erfarenheter kring schemaläggning."
ELSEWHERE = {"member_number": GOREL, "co_organisers": "", "need": "Helt andra skäl."}


def test_the_reasons_are_told_in_a_sentence_in_both_languages(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        ask(session, need=CARE)
        [found] = find_neighbours(session, ask(session, **ELSEWHERE | {"need": CARE_TOO}), at("2026-11-02"))
        assert 70 < found.score < 100
        assert likeness_of(found) == f"Samma kommun, samma art och liknande ord ({found.score} av 100)"
        monkeypatch.setenv("LOTS_LANGUAGE", "en")
        settings.cache_clear()
        assert likeness_of(found).startswith("Same municipality, same nature and similar words")
        assert (found.agreed_at, found.introduced_at) == (None, None)


def test_staff_see_which_request_or_network_is_near_and_why_but_no_person(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session))
        earlier, request = ask(session, need="Igen."), ask(session, **ELSEWHERE)
        found = find_neighbours(session, request, at("2026-11-02"))
        shown = neighbour_list(session, request, found).splitlines()
        assert sorted(line.split(":")[0] for line in shown) == [
            "- Luleå · ort · #1 (nätverk)",
            "- Luleå · ort · #2 (förfrågan)",
        ]
        assert all("Samma kommun och samma art (" in line for line in shown)
        [back] = [pair for pair in find_neighbours(session, earlier, at("2026-11-02")) if pair.other_request_id]
        assert "#3 (förfrågan)" in neighbour_list(session, earlier, [back])
