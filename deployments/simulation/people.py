"""Made-up members and places: names with å ä ö é, real municipalities, addresses under example.org only."""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from random import Random

from deployments.simulation.office import Row, new_id
from models.dates.working_days import add_working_days
from models.i18n import Language
from models.office.policy import DEFAULTS
from models.reference.member_register import entry, is_kept
from models.tables.network import Nature
from models.tables.person import EmailStatus, Membership, member_hash
from models.tables.place import Municipality

# fmt: off
FIRST_NAMES = (
    "Åsa", "Åke", "Märta", "Sören", "Görel", "Örjan", "René", "Zoé", "Bengt", "Karin", "Lars", "Eva", "Anders",
    "Ingrid", "Per", "Kerstin", "Mats", "Ulrika", "Björn", "Lovisa", "Tomas", "Jörgen", "Elin", "Håkan", "Désirée",
    "Göran", "Birgitta", "Oskar", "Malin", "Fatima", "Ali", "Linnéa",
)
# fmt: on
# fmt: off
LAST_NAMES = (
    "Öhman", "Sjöberg", "Åberg", "Lindén", "Ekström", "Wallén", "Bäck", "Norén", "Hägg", "Lövgren", "Öberg", "Ström",
    "Dahlén", "Näslund", "Hjärne", "Forsén", "Åström", "Nyström", "Björk", "Sandén", "Sjölund", "Bodén", "Kjellén",
)
# fmt: on
NEEDS = (
    "Vi är flera chefer här som vill byta erfarenheter.",
    "Jag saknar andra att prata ledarskap med på orten.",
    "Vi vill träffas över branschgränserna några gånger om året.",
    "Flera nya chefer på området har frågat efter ett sammanhang.",
)
FIRST_NUMBER = 8_000_000


def person(random: Random, place: int, **changes: object) -> Row:
    """An active member whose number follows from their place in the line."""
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    number = f"{FIRST_NUMBER + place}"
    row: Row = {
        "id": new_id(random),
        "member_hash": member_hash(number),
        "member_number": number,
        "name": f"{first} {last}",
        "email": f"medlem{number}@example.org",
        "email_status": EmailStatus.ok,
        "language": Language.en if random.random() < 0.05 else Language.sv,
        "membership": Membership.active,
        "is_representative": random.random() < 0.1,
        "is_employee": False,
    }
    return row | changes


TOLD = ("member_number", "name", "email", "membership", "language", "is_representative", "is_employee")


def register_of(persons: Sequence[Row], at: datetime) -> tuple[list[Row], list[Row]]:
    """The member register as it was taken in then, with those of the persons who are members."""
    entries = [entry({name: one[name] for name in TOLD}, since=1).model_dump() for one in persons if is_kept(one)]
    taken_in: Row = {"number": 1, "begun_at": at, "finished_at": at, "file_hash": "", "members": len(entries)}
    return [taken_in], sorted(entries, key=itemgetter("member_hash"))


def request(random: Random, number: int, initiator: Row, where: Municipality, received: datetime) -> Row:
    """What a request always has, whatever becomes of it."""
    day = received.date()
    key, dedupe_key = new_id(random), f"{random.getrandbits(256):064x}"
    channel = random.choice(("web", "web", "phone", "mail", "meeting"))
    return {
        "id": key,
        "number": number,
        "dedupe_key": dedupe_key,
        "received_at": received,
        "channel": channel,
        "confirmed_at": received if channel == "web" else None,
        "initiator_id": initiator["id"],
        "place": where.name,
        "municipality": where.code,
        "nature": random.choices(list(Nature), (5, 2, 2, 2, 1))[0],
        "need": random.choice(NEEDS),
        "wished": [],
        "without_support": False,
        "state": "received",
        "reason": "",
        "assigned_to": None,
        "talk_due": add_working_days(day, DEFAULTS.talk_working_days),
        "answer_due": add_working_days(day, DEFAULTS.answer_working_days),
        "talk_at": None,
        "network_id": None,
        "waiting_since": None,
        "queue_from": None,
        "offers_lapsed": 0,
        "version": 1,
    }
