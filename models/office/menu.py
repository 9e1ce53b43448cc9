"""The support menu: what the office can offer, what it costs each time, and what fits which network (section 5)."""

from dataclasses import dataclass
from decimal import Decimal

from models.tables.network import Nature
from models.tables.support import Item


@dataclass(frozen=True)
class MenuLine:
    """What an item costs the office in hours each time, and how often a network may have it.

    `runs`: it goes on over all its days, a little each; any other with hours has one occasion, on one of them.
    """

    hours: Decimal
    per_network: int | None = None
    sek: int = 0
    runs: bool = False

    @property
    def is_free(self) -> bool:
        """What costs nothing can always be had, by a network that stands by itself too (section 5)."""
        return not self.hours and not self.sek


MENU: dict[Item, MenuLine] = {
    Item.talk: MenuLine(Decimal(1)),
    Item.starter_kit: MenuLine(Decimal(0)),
    Item.send_out: MenuLine(Decimal("1.5")),
    Item.negotiator_at_meeting: MenuLine(Decimal(6), per_network=2),
    Item.sounding_board: MenuLine(Decimal(3), runs=True),
    Item.speaker: MenuLine(Decimal(2)),
    Item.grant_money: MenuLine(Decimal("0.5"), per_network=2, sek=3000, runs=True),
    Item.company_contact: MenuLine(Decimal(2)),
    Item.digital_room: MenuLine(Decimal(0)),
    Item.handover_talk: MenuLine(Decimal(1)),
    Item.restart_talk: MenuLine(Decimal(2)),
}
SUGGESTED: dict[Nature, tuple[Item, ...]] = {
    Nature.town: (Item.starter_kit, Item.send_out, Item.negotiator_at_meeting),
    Nature.business_park: (Item.starter_kit, Item.company_contact),
    Nature.role: (Item.sounding_board, Item.speaker, Item.digital_room),
    Nature.theme: (Item.sounding_board, Item.speaker, Item.digital_room),
    Nature.other: (Item.starter_kit,),
}


def suggest(nature: Nature, without_support: bool) -> tuple[Item, ...]:
    """Items that the network's nature suggests; staff choose (S5)."""
    return (Item.starter_kit,) if without_support else SUGGESTED[nature]
