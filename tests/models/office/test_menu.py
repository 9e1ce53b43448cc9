"""What the office offers, what it costs, and what fits which kind of network (domain.md section 5)."""

from decimal import Decimal

import pytest

from models.office.menu import MENU, suggest
from models.tables.network import Nature
from models.tables.support import Item

HOURS = {
    "talk": "1",
    "starter_kit": "0",
    "send_out": "1.5",
    "negotiator_at_meeting": "6",
    "sounding_board": "3",
    "speaker": "2",
    "grant_money": "0.5",
    "company_contact": "2",
    "digital_room": "0",
    "handover_talk": "1",
    "restart_talk": "2",
}
SUGGESTED = {
    "town": {"starter_kit", "send_out", "negotiator_at_meeting"},
    "business_park": {"starter_kit", "company_contact"},
    "role": {"sounding_board", "speaker", "digital_room"},
    "theme": {"sounding_board", "speaker", "digital_room"},
    "other": {"starter_kit"},
}


def test_the_menu_is_the_domains_and_each_item_has_its_hours() -> None:
    assert {item: line.hours for item, line in MENU.items()} == {name: Decimal(told) for name, told in HOURS.items()}


def test_a_network_may_have_two_visits_and_two_grants_of_money() -> None:
    limited = {item: (line.per_network, line.sek) for item, line in MENU.items() if line.per_network}
    assert limited == {Item.negotiator_at_meeting: (2, 0), Item.grant_money: (2, 3000)}


@pytest.mark.parametrize("nature", Nature)
def test_what_is_suggested_follows_the_nature_of_the_network(nature: Nature) -> None:
    assert set(suggest(nature, without_support=False)) == SUGGESTED[nature]


@pytest.mark.parametrize("nature", Nature)
def test_who_wants_no_support_is_suggested_the_starter_kit_alone(nature: Nature) -> None:
    assert suggest(nature, without_support=True) == (Item.starter_kit,)
