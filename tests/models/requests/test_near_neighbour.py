"""Requests and networks near each other are found with reasons, and introduced when both sides want it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.db import column_types, crypto
from models.db.engine import transaction
from models.networks.lifecycle import advance
from models.reference.file_import import DATA
from models.reference.places import neighbouring
from models.requests import near_neighbour
from models.requests.near_neighbour import agree_for_network, agree_for_request, introduce
from models.settings import Settings
from models.tables.network import Network, NetworkState
from models.tables.person import Membership, Person
from models.tables.place import Municipality
from models.tables.request import NearNeighbour, RequestState, SupportRequest
from models.tables.transition import Actor
from tests.acts import AKE, GOREL, MARIT, ask, at, by, mails, member, network_in, talk

CARE = "Chefer i vården vill ses och byta erfarenheter om schemaläggning."
CARE_TOO = "Vi chefer i vården vill träffas och byta erfarenheter kring schemaläggning."
# Counties (län) that border each other, on land or across a lake, known apart from the file.
BORDERS = """01-03 01-04 03-04 03-19 03-20 03-21 04-05 04-18 04-19 05-06 05-08 05-18 06-07 06-08 06-13 06-14 07-08 07-10
07-12 07-13 08-10 10-12 12-13 13-14 14-17 14-18 17-18 17-20 18-19 18-20 19-20 19-21 20-21 20-23 21-22 21-23 22-23
22-24 23-24 24-25"""


def near(session: Session, request: SupportRequest, day: str = "2026-11-02") -> list[NearNeighbour]:
    found = near_neighbour.find_neighbours(session, request, at(day))
    session.flush()
    return found


def ask_elsewhere(session: Session, **changes: Any) -> SupportRequest:
    """Another member asks, by default in Luleå too."""
    return ask(session, **({"member_number": GOREL, "co_organisers": "", "need": "Helt andra skäl."} | changes))


def test_same_town_and_nature_within_180_days_are_neighbours_whatever_they_say(office: Settings) -> None:
    with transaction() as session:
        ask(session, day="2026-04-01", need="För länge sedan.")
        recent = ask(session, day="2026-09-01", need="Nyligen.")
        ask(session, day="2026-09-01", need="Annan art.", nature="theme")
        [found] = near(session, ask_elsewhere(session))
        assert (found.other_request_id, found.why) == (recent.id, ["same_municipality", "same_nature"])


@pytest.mark.parametrize(("day", "is_near"), [("2026-05-06", True), ("2026-05-05", False)])
def test_what_was_asked_for_180_days_ago_is_near_and_a_day_earlier_it_is_not(
    office: Settings, day: str, is_near: bool
) -> None:
    with transaction() as session:
        ask(session, day=day)
        assert bool(near(session, ask_elsewhere(session))) == is_near


def test_similar_words_in_a_neighbouring_municipality_are_near_and_other_words_are_not(office: Settings) -> None:
    with transaction() as session:
        boden = ask(session, place="Boden", municipality="Boden", need=CARE)
        ask(session, place="Boden", municipality="Boden", need="Platschefer på byggen vill tala om lönesamtal.")
        ask(session, place="Malmö", municipality="Malmö", need=CARE)
        [found] = near(session, ask_elsewhere(session, need=CARE_TOO))
        assert found.other_request_id == boden.id
        assert found.why == ["neighbouring_municipality", "same_nature", "similar_words"]


def test_a_similar_nature_needs_similar_words_and_another_nature_is_never_near(office: Settings) -> None:
    with transaction() as session:
        park = ask(session, nature="business_park", need=CARE)
        ask(session, nature="business_park", need="Lunch på Porsön.")
        ask(session, nature="theme", need=CARE)
        [found] = near(session, ask_elsewhere(session, need=CARE_TOO))
        assert (found.other_request_id, found.why) == (park.id, ["same_municipality", "similar_words"])


def test_a_declined_or_withdrawn_request_is_nobodys_neighbour(office: Settings) -> None:
    with transaction() as session:
        withdrawn = ask(session)
        withdrawn.state = RequestState.withdrawn
        assert near(session, ask_elsewhere(session)) == []
        assert near(session, withdrawn) == []


@pytest.mark.parametrize("state", [NetworkState.starting, NetworkState.resting])
def test_a_living_network_is_near_as_itself_and_not_also_as_its_request(office: Settings, state: NetworkState) -> None:
    with transaction() as session:
        network = network_in(session)
        if state == NetworkState.resting:
            advance(session, network, state, by(Actor.member, "2027-01-11"))
        [found] = near(session, ask_elsewhere(session, day="2027-01-12"))
        assert (found.other_network_id, found.other_request_id) == (network.id, None)


def test_a_network_that_has_ended_is_nobodys_neighbour(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        advance(session, network, NetworkState.closed, by(Actor.staff, "2027-01-11"))
        assert near(session, ask_elsewhere(session, day="2027-01-12")) == []


def test_a_pair_is_kept_once_whoever_looks_and_however_often(office: Settings) -> None:
    with transaction() as session:
        first, second = ask(session), ask_elsewhere(session)
        found = [near(session, request, "2026-11-03")[0].id for request in (second, first, second)]
        assert len(set(found)) == 1
        [kept] = session.exec(select(NearNeighbour)).all()
        assert (kept.request_id, kept.other_request_id) == (second.id, first.id)


def test_neighbours_are_never_merged_by_machine(office: Settings) -> None:
    with transaction() as session:
        first, second = ask(session), ask_elsewhere(session)
        near(session, second)
        assert (first.state, second.state) == (RequestState.received, RequestState.received)
        assert not mails(session, "introduction")


def test_who_may_not_be_a_member_is_introduced_to_nobody_until_that_is_known(office: Settings) -> None:
    with transaction() as session:
        first = ask(session)
        gorel = member(session, GOREL)
        assert gorel
        gorel.membership = Membership.unknown
        second = ask_elsewhere(session)
        near(session, second)
        for request in (first, second):
            agree_for_request(session, request, at("2026-11-03"))
        assert (second.state, introduce(session, at("2026-11-04"))) == (RequestState.incomplete, 0)


def test_the_same_words_score_higher_than_other_words(office: Settings) -> None:
    with transaction() as session:
        ask(session, need="Platschefer på byggen.")
        ask(session, need=CARE)
        scores = [found.score for found in near(session, ask_elsewhere(session, need=CARE))]
        assert scores == sorted(scores, reverse=True) and scores[0] == 100 > scores[1] >= 70


def test_both_are_introduced_once_when_both_have_said_yes_and_not_before(office: Settings) -> None:
    with transaction() as session:
        first, second = ask(session), ask_elsewhere(session)
        near(session, second)
        assert agree_for_request(session, second, at("2026-11-03")) == 1
        assert agree_for_request(session, second, at("2026-11-04")) == 0
        assert introduce(session, at("2026-11-04")) == 0
        assert agree_for_request(session, first, at("2026-11-05")) == 1
        assert (introduce(session, at("2026-11-05")), introduce(session, at("2026-11-06"))) == (1, 0)
        told = {mail.person_id: json.loads(mail.context) for mail in mails(session, "introduction")}
        assert told[first.initiator_id] == {
            "other_person": str(second.initiator_id),
            "other_place": "Luleå",
            "why": ["same_municipality", "same_nature"],
        }
        assert told[second.initiator_id]["other_person"] == str(first.initiator_id)


def test_a_network_is_introduced_through_its_contact(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        request = ask_elsewhere(session, day="2027-01-11")
        near(session, request, "2027-01-11")
        agree_for_request(session, request, at("2027-01-11"))
        assert agree_for_network(session, network, at("2027-01-12")) == 1
        assert introduce(session, at("2027-01-12")) == 1
        ake = member(session, AKE)
        assert ake and {mail.person_id for mail in mails(session, "introduction")} == {ake.id, request.initiator_id}


def test_a_yes_for_one_network_says_nothing_for_others(office: Settings) -> None:
    with transaction() as session:
        first, second = ask(session), ask_elsewhere(session)
        near(session, second)
        elsewhere = talk(session, ask(session, place="Malmö", municipality="Malmö", need="I Malmö."))
        assert elsewhere and agree_for_network(session, elsewhere, at("2026-11-06")) == 0
        assert agree_for_request(session, first, at("2026-11-06")) == 1


def test_a_yes_given_as_a_network_also_counts_where_it_was_found_as_a_request(office: Settings) -> None:
    with transaction() as session:
        first, second = ask(session), ask_elsewhere(session)
        near(session, second)
        network = talk(session, first)
        assert network and agree_for_network(session, network, at("2026-11-06")) == 1
        agree_for_request(session, second, at("2026-11-06"))
        assert introduce(session, at("2026-11-06")) == 1


def test_who_has_a_protected_identity_is_introduced_to_nobody(office: Settings) -> None:
    with transaction() as session:
        first, second = ask(session), ask_elsewhere(session)
        near(session, second)
        for request in (first, second):
            agree_for_request(session, request, at("2026-11-03"))
        session.get_one(Person, first.initiator_id).protected_at = at("2026-11-03")
        assert introduce(session, at("2026-11-04")) == 0
        assert not mails(session, "introduction")


def test_nobody_is_introduced_to_themselves(office: Settings) -> None:
    with transaction() as session:
        first, second = ask(session), ask(session, need="Samma medlem igen.")
        assert len(near(session, second)) == 1
        for request in (first, second):
            agree_for_request(session, request, at("2026-11-03"))
        assert introduce(session, at("2026-11-04")) == 0


def test_only_the_needs_that_place_and_nature_leave_over_are_decrypted(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        for place in ("Malmö", "Umeå", "Ystad", "Boden"):
            ask(session, place=place, municipality=place, member_number=MARIT, co_organisers="")
        request = ask_elsewhere(session)
        session.expire_all()
        opened: list[bytes] = []

        def counted(secret: bytes) -> bytes:
            opened.append(secret)
            return crypto.decrypt(secret)

        monkeypatch.setattr(column_types, "decrypt", counted)
        near(session, request)
        assert len(opened) == 2  # Boden's need, and the request's own


def test_ten_thousand_networks_elsewhere_do_not_slow_the_search_down(office: Settings) -> None:
    with transaction() as session:
        session.bulk_insert_mappings(
            Network.__mapper__,  # type: ignore[attr-defined]
            [
                {"number": n, "slug": f"n{n}", "name": "Nätverket", "place": "Någonstans", "municipality": municipality,
                 "nature": "town", "origin": "member", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
                for n, municipality in enumerate(_municipalities(session) * 35)
            ],
        )  # fmt: skip
        request = ask_elsewhere(session)
        began = datetime.now(UTC)
        found = near(session, request)
        assert len(found) == 35  # Luleå's own; its neighbours speak of something else
        assert datetime.now(UTC) - began < timedelta(seconds=2)


def _municipalities(session: Session) -> list[str]:
    return sorted(session.exec(select(Municipality.code)))


def test_every_neighbouring_municipality_exists_and_is_a_neighbour_back(office: Settings) -> None:
    with transaction() as session:
        codes = set(_municipalities(session))
    for one in codes:
        assert neighbouring(one) <= codes - {one}
        assert all(one in neighbouring(other) for other in neighbouring(one))
    lines = (DATA / "neighbours.csv").read_text().splitlines()[1:]
    assert {code for line in lines for code in line.split(",")} <= codes
    assert len({frozenset(line.split(",")) for line in lines}) == len(lines)


def test_every_municipality_but_gotland_has_a_neighbour(office: Settings) -> None:
    with transaction() as session:
        assert [one for one in _municipalities(session) if not neighbouring(one)] == ["0980"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Luleå", "Boden"),
        ("Luleå", "Piteå"),
        ("Stockholm", "Solna"),
        ("Malmö", "Burlöv"),
        ("Göteborg", "Mölndal"),
        ("Göteborg", "Öckerö"),
        ("Kalmar", "Mörbylånga"),
        ("Karlskrona", "Emmaboda"),
        ("Håbo", "Upplands-Bro"),
    ],
)
def test_known_neighbours_are_neighbours(office: Settings, one: str, other: str) -> None:
    with transaction() as session:
        found = select(Municipality).where(col(Municipality.name).in_((one, other)))
        first, second = (municipality.code for municipality in session.exec(found))
        assert second in neighbouring(first)


def test_no_neighbours_lie_in_counties_that_do_not_border_each_other(office: Settings) -> None:
    with transaction() as session:
        codes = _municipalities(session)
    pairs = {(one[:2], other[:2]) for one in codes for other in neighbouring(one) if one[:2] < other[:2]}
    assert {f"{one}-{other}" for one, other in pairs} == set(BORDERS.split())
