"""The register: every network and request, filtered, sorted, some at a time (domain.md section 13). Without persons."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, asc, case, desc, exists, false, func, null, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from models.dates.local_time import local
from models.health.parameters import MODEL_VERSION
from models.tables.health import HealthSnapshot, Level
from models.tables.network import TERMINAL, Network, NetworkState, Role
from models.tables.office import Staff
from models.tables.place import Municipality, Region
from models.tables.request import OPEN, RequestState, SupportRequest
from models.text import nfc

ONGOING: Final = "ongoing"
"""In any state that is no end."""
NUMBER: Final = re.compile(r"#?([0-9]{1,9})")
CODE: Final = re.compile(r"m[1-9][0-9]{0,3}")
MOST_WORDS: Final = 6
ESCAPE: Final = "/"


class About(StrEnum):
    """What is listed."""

    network = "network"
    request = "request"


@dataclass(frozen=True)
class Asked:
    """What is looked for. Empty is everything; `state` is a state or ONGOING, `negotiator` a signature."""

    about: About = About.network
    words: Sequence[str] = ()
    state: str = ""
    region: str = ""
    negotiator: str = ""
    level: str = ""
    sort: str = "number"
    descending: bool = False


@dataclass(frozen=True)
class Line:
    """A network or request as a row; what only the other has is none.

    `level` and `score` are the latest health check's. `since`: when it started, or was received. `until`: when its
    support ends, or by when it waits for a talk, an answer, or a yes to an offer.
    """

    number: int
    name: str | None
    place: str
    municipality: str | None
    region: str | None
    nature: str
    state: str
    step: int | None
    level: str | None
    score: float | None
    negotiator: str | None
    since: date | None
    until: date | None


DUE: Final[ColumnElement[Any]] = case(
    (col(SupportRequest.state) == RequestState.received, col(SupportRequest.talk_due)),
    (col(SupportRequest.state) == RequestState.waiting, col(SupportRequest.offer_until)),
    (col(SupportRequest.state).in_(OPEN), col(SupportRequest.answer_due)),
)
_SHARED: Final[dict[str, Any]] = {
    "municipality": Municipality.name,
    "region": Region.name,
    "negotiator": Staff.signature,
}
SORTS: Final[dict[About, dict[str, Any]]] = {
    About.network: _SHARED
    | {
        "number": Network.number,
        "name": func.lower(Network.name),
        "place": func.lower(Network.place),
        "state": case({state: place for place, state in enumerate(NetworkState)}, value=col(Network.state)),
        "level": case({level: place for place, level in enumerate(Level)}, value=col(HealthSnapshot.level)),
        "since": Network.kickoff_on,
        "until": Network.support_ends_on,
    },
    About.request: _SHARED
    | {
        "number": SupportRequest.number,
        "place": func.lower(SupportRequest.place),
        "state": case({state: place for place, state in enumerate(RequestState)}, value=col(SupportRequest.state)),
        "since": SupportRequest.received_at,
        "until": DUE,
    },
}
"""What the rows can be sorted by; states and levels in their own order."""


def words_in(typed: str) -> tuple[str, ...]:
    """What somebody searches for, word by word: each is to be found."""
    return tuple(dict.fromkeys(nfc(typed).lower().split()))[:MOST_WORDS]


def number_in(words: Iterable[str]) -> int | None:
    """The number of a network or request among the words: "12" or "#12"."""
    return next((int(found[1]) for word in words if (found := NUMBER.fullmatch(word))), None)


def code_in(words: Iterable[str]) -> str:
    """The code of somebody in a network among the words: "m2"."""
    return next((word for word in words if CODE.fullmatch(word)), "")


def counted(session: Session, asked: Asked, today: date) -> int:
    """How many there are of what is looked for."""
    found = _listed(session, asked, today).with_only_columns(func.count(), maintain_column_froms=True)
    return int(session.execute(found).scalar_one())


def lines(session: Session, asked: Asked, today: date, first: int = 0, most: int | None = None) -> list[Line]:
    """What is looked for in the order that is wanted, from `first` on; all of it without `most`."""
    sorts = SORTS[asked.about]
    by = sorts.get(asked.sort, sorts["number"])
    query = _listed(session, asked, today).order_by(
        (desc(by) if asked.descending else asc(by)).nulls_last(), sorts["number"]
    )
    return [_line(*row) for row in session.execute(query.offset(first).limit(most))]


def latest_check(session: Session, today: date) -> date | None:
    """The day of the latest health check: it scores every active network."""
    latest = sql_select(func.max(col(HealthSnapshot.on))).where(col(HealthSnapshot.on) <= today)
    found: date | None = session.execute(latest).scalar()
    return found


def _line(*row: Any) -> Line:
    line = Line(*row)
    return replace(line, since=local(line.since).date()) if isinstance(line.since, datetime) else line


def _listed(session: Session, asked: Asked, today: date) -> Any:
    of_networks = asked.about is About.network
    query = _networks(session, asked, latest_check(session, today)) if of_networks else _requests(session, asked)
    if asked.region:
        query = query.where(col(Municipality.region) == asked.region)
    return query.where(col(Staff.signature) == asked.negotiator) if asked.negotiator else query


def _networks(session: Session, asked: Asked, checked_on: date | None) -> Any:
    checked = (
        (col(HealthSnapshot.network_id) == col(Network.id))
        & (col(HealthSnapshot.on) == checked_on)
        & (col(HealthSnapshot.model_version) == MODEL_VERSION)
    )
    columns: Any = (
        Network.number, Network.name, Network.place, Municipality.name, Region.name, Network.nature, Network.state,
        Network.step, HealthSnapshot.level, HealthSnapshot.score, Staff.signature, Network.kickoff_on,
        Network.support_ends_on,
    )  # fmt: skip
    found: Any = (
        sql_select(*columns)
        .join(Municipality, col(Municipality.code) == col(Network.municipality))
        .join(Region, col(Region.code) == col(Municipality.region))
        .outerjoin(Staff, col(Staff.id) == col(Network.negotiator))
        .outerjoin(HealthSnapshot, checked)
    )
    for word in asked.words:
        of_code = (col(Role.network_id) == col(Network.id)) & (col(Role.code) == word)
        also = [exists().where(of_code)] if CODE.fullmatch(word) else []
        found = found.where(_holds(session, word, Network, (col(Network.name), col(Network.place)), *also))
    if asked.level:
        found = found.where(col(HealthSnapshot.level) == Level(asked.level))
    if asked.state:
        of_state = col(Network.state)
        found = found.where(of_state.not_in(TERMINAL) if asked.state == ONGOING else of_state == asked.state)
    return found


def _requests(session: Session, asked: Asked) -> Any:
    columns: Any = (
        SupportRequest.number, null(), SupportRequest.place, Municipality.name, Region.name, SupportRequest.nature,
        SupportRequest.state, null(), null(), null(), Staff.signature, SupportRequest.received_at, DUE,
    )  # fmt: skip
    found: Any = (
        sql_select(*columns)
        .select_from(SupportRequest)
        .outerjoin(Municipality, col(Municipality.code) == col(SupportRequest.municipality))
        .outerjoin(Region, col(Region.code) == col(Municipality.region))
        .outerjoin(Staff, col(Staff.id) == col(SupportRequest.assigned_to))
    )
    for word in asked.words:
        found = found.where(_holds(session, word, SupportRequest, (col(SupportRequest.place),)))
    if asked.state:
        of_state = col(SupportRequest.state)
        found = found.where(of_state.in_(OPEN) if asked.state == ONGOING else of_state == asked.state)
    return found


def _holds(
    session: Session, word: str, table: type[Network] | type[SupportRequest], texts: Iterable[Any], *also: Any
) -> ColumnElement[bool]:
    """Whether the word is the number, or stands in a text or in the municipality's name; "#12" is a number only.

    The few municipalities are looked through once, and not for every row.
    """
    is_number = [col(table.number) == int(found[1])] if (found := NUMBER.fullmatch(word)) else []
    named = sql_select(col(Municipality.code)).where(_contains(session, col(Municipality.name), word))
    written = [*(_contains(session, text, word) for text in texts), col(table.municipality).in_(named)]
    return or_(*is_number, *also, *([] if word.startswith("#") else written), false())


def _contains(session: Session, text: Any, word: str) -> ColumnElement[bool]:
    """Whether a text holds the word, in small letters or not; SQLite's LIKE folds by itself.

    A database may fold ASCII alone: the word's other letters are folded one by one, in what holds the rest of it.
    """
    like = "ilike" if session.get_bind().dialect.name == "postgresql" else "like"
    others = sorted({letter for letter in word if not letter.isascii()})
    pattern = "%" + re.sub(f"[%_{ESCAPE}]", lambda special: ESCAPE + special[0], word) + "%"
    rest = re.sub(r"[^\x00-\x7f]", "_", pattern)
    folded = text
    for letter in others:
        folded = func.replace(folded, letter.upper(), letter)
    whole = (getattr(folded, like)(pattern, escape=ESCAPE),) if others else ()
    return and_(getattr(text, like)(rest, escape=ESCAPE), *whole)
