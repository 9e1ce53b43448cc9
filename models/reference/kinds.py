"""The kinds of files that an office brings in: what columns each has, what they are called, and what a cell may say.

Headings are taken in Swedish and English, however they are capitalised and hyphenated. What an empty cell means stands
with each column: REQUIRED refuses it, ABSENT leaves what is stored as it is, everything else is what it says.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlmodel import SQLModel

from models.i18n import Language, localized
from models.reference.cell import (
    NotUsable,
    Read,
    address,
    day,
    digits,
    name,
    number_as_text,
    numbers,
    one_of,
    phone,
    whole,
    yes,
)
from models.tables.meeting import MOST_ATTENDING, MeetingForm
from models.tables.network import Nature, Network
from models.tables.office import Staff, StaffRole
from models.tables.person import Membership, plain_number
from models.tables.place import Branch, Municipality, Region
from models.tables.register import RegisterEntry
from models.vocabulary import CADENCE, DUTY, LANGUAGE, MEETING_FORM, MEMBERSHIP, NATURE, NETWORK_STATE, STAFF_ROLE

Values = dict[str, Any]
REQUIRED, ABSENT = "required", "absent"
NOT_MEMBERS = {
    "aktiv": "active",
    "aktiv medlem": "active",
    "passiv": "passive",
    "utträdd": "left",
    "har utträtt": "left",
    "avslutad": "left",
    "utesluten": "left",
    "ingen": "none",
    "ej medlem": "none",
    "icke medlem": "none",
    "okänd": "unknown",
    "okänt": "unknown",
}
LANGUAGES = {"swedish": "sv", "engelsk": "en", "svensk": "sv", "se": "sv", "gb": "en"}
ROLES = {
    "kansliet": "office",
    "regional förhandlare": "negotiator",
    "dataskyddsombud": "data_protection",
    "läsbehörighet": "reader",
}


@dataclass(frozen=True)
class Column:
    """One column of a kind of file: its name in the values, its heading in Swedish, and other ways to head it.

    `parts`: headings of columns that together are this one, as a first and a last name are a name.
    """

    name: str
    swedish: str
    read: Read
    also: tuple[str, ...] = ()
    optional: bool = False
    empty: object = REQUIRED
    parts: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Kind:
    """How one kind of file becomes rows. `key` tells the rows apart by their first column, where two ways to write it
    may be the same; without a key it may repeat. `refers`: columns that name a row of another table.
    """

    columns: tuple[Column, ...]
    table: type[SQLModel]
    key: Callable[[Any], Hashable] | None = lambda told: told
    refers: Mapping[str, type[SQLModel]] = field(default_factory=dict)
    check: Callable[[Values], None] | None = None


class WrongTogether(NotUsable):
    """Cells that are right each by itself are wrong together; `column` is the one to mend."""

    def __init__(self, column: str, what: str) -> None:
        self.column = column
        super().__init__(what)


FIRST_NAME = ("förnamn", "tilltalsnamn", "first name", "given name")
LAST_NAME = ("efternamn", "last name", "surname", "family name")
NAME = Column("name", "Namn", name, ("fullständigt namn", "full name"), parts=(FIRST_NAME, LAST_NAME))
ADDRESSES = ("e-postadress", "epost", "mejl", "mejladress", "mail", "mailadress", "e-mail", "e-mail address")
PROTECTED = (
    *("skyddad", "skyddade personuppgifter", "skyddad folkbokföring", "sekretess", "sekretessmarkering"),
    "protected identity",
)
EMAIL = Column("email", "E-post", address, ADDRESSES)


def _signature(text: str) -> str:
    if not 2 <= len(text) <= 5 or not text.isalpha():
        raise NotUsable(localized("måste vara 2 till 5 bokstäver", "must be 2 to 5 letters"))
    return text.lower()


def _dates_in_order(values: Values) -> None:
    begins: date | None = values.get("valid_from")
    ends: date | None = values.get("valid_to")
    if begins and ends and ends < begins:
        raise WrongTogether("valid_to", localized("ligger före första dagen", "lies before the first day"))


class ToldState(StrEnum):
    """How a network of before is today: the ladder is behind it, or it has not met yet."""

    planned = "planned"
    independent = "independent"
    resting = "resting"
    closed = "closed"


def _duty(code: str, *also: str) -> Column:
    """Who carried a duty of a meeting: a member's number, m1, m2 …, or the office."""
    return Column(code, DUTY[code][0], number_as_text, also, optional=True, empty=None)


PACES = {"månad": "30", "månadsvis": "30", "kvartal": "90", "kvartalsvis": "90", "halvår": "180", "halvårsvis": "180"}
STATES = {"vilar": "resting", "igång": "independent", "nedlagt": "closed"}
HISTORY: Final = (
    Column("network", "Nätverk", name, ("nätverkets namn", "network name")),
    Column("place", "Plats", name, ("ort",), empty=None),
    Column("municipality", "Kommun", name, ("kommunkod",), empty=None),
    Column("nature", "Gemensamt", one_of(Nature, NATURE), ("art", "slag", "in common"), True, None),
    Column("cadence_days", "Takt", one_of(CADENCE, CADENCE, PACES), ("dagar mellan träffar",), True, None),
    Column("target_size", "Storlek", whole(2, MOST_ATTENDING), ("målstorlek", "size"), True, None),
    Column("state", "Läge", one_of(ToldState, NETWORK_STATE, STATES), (), True, None),
    Column("state_since", "Sedan", day, ("läge sedan", "since"), True, None),
    Column("initiator", "Initiativtagare", number_as_text, ("startades av",), empty=None),
    Column("organisers", "Arrangörer", numbers, ("medarrangörer", "co-organisers"), True, None),
    Column("negotiator", "Förhandlare", number_as_text, ("hos", "signatur"), True, None),
    Column("meeting_on", "Träff", day, ("datum", "träffdag", "meeting", "date"), True, None),
    Column("attended", "Närvarande", whole(1, MOST_ATTENDING), ("antal", "present"), True, None),
    Column("non_members", "Varav ej medlemmar", whole(0, MOST_ATTENDING), ("ej medlemmar",), True, None),
    Column("branches", "Branscher", whole(0, MOST_ATTENDING), ("branschföreningar",), True, None),
    Column("companies", "Företag", whole(0, MOST_ATTENDING), (), True, None),
    Column("form", "Form", one_of(MeetingForm, MEETING_FORM, {"fysisk": "in_person"}), (), True, None),
    _duty("invitation"), _duty("host"), _duty("programme"), _duty("lead", "ledare", "ledde", "ledd av"),
    _duty("follow_up"),
)  # fmt: skip
"""A row a meeting, or one for a network that has not met. What is told of the network may stand on its first row."""
ACTIVE = Column("active", "Aktiv", yes, empty=False)
REGION_CODE = ("regionkod", "länskod", "region code", "county code")
KINDS: Final[Mapping[str, Kind]] = {
    "regions": Kind(
        (
            Column("code", "Kod", number_as_text, REGION_CODE),
            Column("name", "Namn", name, ("regionnamn", "länsnamn")),
            ACTIVE,
        ),
        Region,
    ),
    "municipalities": Kind(
        (
            Column("code", "Kod", digits(4), ("kommunkod", "municipality code")),
            Column("name", "Namn", name, ("kommun", "kommunnamn", "municipality")),
            Column("region", "Region", number_as_text, REGION_CODE),
        ),
        Municipality,
        refers={"region": Region},
    ),
    "branches": Kind(
        (
            Column("code", "Kod", number_as_text, ("branschkod", "branch code")),
            Column("name", "Namn", name, ("branschförening", "förening", "branch")),
            Column("valid_from", "Gäller från", day, ("giltig från", "från"), optional=True, empty=None),
            Column("valid_to", "Gäller till", day, ("giltig till", "till"), optional=True, empty=None),
        ),
        Branch,
        check=_dates_in_order,
    ),
    "staff": Kind(
        (
            Column("signature", "Signatur", _signature, ("sign",)),
            NAME,
            EMAIL,
            Column("role", "Roll", one_of(StaffRole, STAFF_ROLE, ROLES), ("behörighet",)),
            Column("region", "Region", number_as_text, REGION_CODE, optional=True, empty=None),
            ACTIVE,
        ),
        Staff,
        key=str.lower,
        refers={"region": Region},
    ),
    "members": Kind(
        (
            Column(
                "member_number",
                "Medlemsnummer",
                number_as_text,
                ("medlemsnr", "medlems-id", "medlem nr", "member no", "member id"),
            ),
            NAME,
            Column("email", "E-post", address, ADDRESSES, empty=None),
            Column(
                "membership",
                "Medlemskap",
                one_of(Membership, MEMBERSHIP, NOT_MEMBERS),
                ("medlemsstatus", "status", "member status"),
            ),
            Column(
                "language", "Språk", one_of(Language, LANGUAGE, LANGUAGES), ("språkkod",), optional=True, empty=ABSENT
            ),
            Column("is_representative", "Förtroendevald", yes, ("företrädare", "representative"), True, False),
            Column("is_employee", "Anställd", yes, ("anställd på kansliet", "employee"), True, False),
            Column(
                "phone",
                "Telefon",
                phone,
                ("telefonnummer", "telefonnr", "mobil", "mobiltelefon", "mobilnummer", "mobile", "phone number"),
                True,
                None,
            ),
            Column(
                "protected",
                "Skyddad identitet",
                yes,
                PROTECTED,
                True,
                False,
            ),
        ),
        RegisterEntry,
        key=plain_number,
    ),
    "history": Kind(HISTORY, Network, key=None),
}
