"""What the office takes along as a file, on the command line and from the staff register alike. What it imports it can
import again, and nothing changes. No person is in any of it but the office's own staff and, on the command line alone,
the members of the register that it was given.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import itemgetter
from pathlib import PurePath
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlmodel import Session, col

from models.dates.local_time import local
from models.errors import UserError
from models.i18n import Language, localized
from models.reference.kinds import KINDS, Column
from models.reference.member_register import stored_register
from models.tables.mail import OutgoingMail
from models.tables.meeting import Meeting
from models.tables.network import Network
from models.tables.office import StaffRole
from models.tables.request import SupportRequest
from models.views.register.listing import About, Asked, Line, lines
from models.vocabulary import (
    MAIL,
    MEETING_FORM,
    MEETING_STATE,
    NATURE,
    NETWORK_STATE,
    REQUEST_STATE,
    STAFF_ROLE,
    YES_NO,
    Words,
    word,
)
from templates.rendering.spreadsheet import Cell, as_csv, as_xlsx
from templates.rendering.web import words
from templates.vocabulary.delivery import status_name
from templates.vocabulary.health import level_name

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OF_NETWORKS: Final = (
    *("number", "name", "place", "municipality", "region", "nature", "state", "step", "level", "negotiator"),
    *("since", "until"),
)


@dataclass(frozen=True)
class Table:
    """One sheet: what it is called, its headings, and its rows."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def as_file(self, kind: str) -> bytes:
        """Its bytes as csv or xlsx."""
        return as_csv(self.headings, self.rows) if kind == "csv" else as_xlsx(self.title, self.headings, self.rows)


def kind_of_file(name: str) -> str:
    """csv or xlsx, by how the file is called. Raises UserError for anything else."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in TYPES:
        raise UserError(
            f"FILE: {localized('filens namn ska sluta på .csv eller .xlsx', 'end its name in .csv or .xlsx')}"
        )
    return ending


def register_table(session: Session, asked: Asked, columns: Sequence[str], language: str, today: date) -> Table:
    """Networks or requests as the register lists them, however many pages it has."""
    listed = lines(session, asked, today)
    rows = [[_of_line(line, one, asked.about, language) for one in columns] for line in listed]
    title = words(language)(f"staff.register.about_{asked.about}")
    return Table(title, list(headings(columns, asked.about, language).values()), rows)


def headings(columns: Sequence[str], about: About, language: str) -> dict[str, str]:
    """What each column is called; of a network other days are told than of a request."""
    t = words(language)
    return {one: t(f"staff.register.col_{f'{about}_{one}' if one in ('since', 'until') else one}") for one in columns}


def _of_line(line: Line, column: str, about: About, language: str) -> Cell:
    value: Cell = getattr(line, column)
    if column == "state":
        return word(NETWORK_STATE if about is About.network else REQUEST_STATE, line.state, language)
    if column == "nature":
        return word(NATURE, line.nature, language)
    return level_name(line.level, language) if column == "level" and line.level else value


def networks_table(session: Session, language: str, today: date) -> Table:
    """Every network there is and was."""
    return register_table(session, Asked(), OF_NETWORKS, language, today)


def meetings_table(session: Session, language: str, today: date) -> Table:
    """Every meeting in figures: when, how many, and whether members led it."""
    columns: Any = (
        Network.number, Network.name, Meeting.starts_at, Meeting.status, Meeting.form, Meeting.attended,
        Meeting.non_members, Meeting.branches, Meeting.companies, Meeting.led_by_member, Meeting.reported_at,
    )  # fmt: skip
    found = select(*columns).join(Network, col(Network.id) == col(Meeting.network_id))
    rows = [
        [
            number, name, local(starts).date(), f"{local(starts):%H:%M}", word(MEETING_STATE, status, language),
            word(MEETING_FORM, form, language), *counts, word(YES_NO, led, language),
            local(reported).date() if reported else None,
        ]
        for number, name, starts, status, form, *counts, led, reported in session.execute(
            found.order_by(col(Network.number), col(Meeting.starts_at))
        )
    ]  # fmt: skip
    return _table("meetings", rows, language)


def mails_table(session: Session, language: str, today: date) -> Table:
    """Every mail: which, about what, and what became of it; not to whom."""
    columns: Any = (
        OutgoingMail.created_at, OutgoingMail.template, Network.number, SupportRequest.number, OutgoingMail.language,
        OutgoingMail.status, OutgoingMail.attempts, OutgoingMail.not_before, OutgoingMail.settled_at,
    )  # fmt: skip
    found = (
        select(*columns)
        .select_from(OutgoingMail)
        .outerjoin(Network, col(Network.id) == col(OutgoingMail.network_id))
        .outerjoin(SupportRequest, col(SupportRequest.id) == col(OutgoingMail.request_id))
        .order_by(col(OutgoingMail.created_at), col(OutgoingMail.id))
    )
    rows = [
        [
            local(created).date(), word(MAIL, template, language), network, request, written_in,
            status_name(status, language), attempts, local(not_before).date(),
            local(settled).date() if settled else None,
        ]
        for created, template, network, request, written_in, status, attempts, not_before, settled in session.execute(
            found
        )
    ]  # fmt: skip
    return _table("mails", rows, language)


def _table(name: str, rows: list[list[Cell]], language: str) -> Table:
    t = words(language)
    return Table(t(f"staff.files.{name}"), t(f"staff.files.{name}_columns").split(" | "), rows)


def _kind_table(name: str) -> Callable[[Session, str, date], Table]:
    kind = KINDS[name]

    def table(session: Session, language: str, today: date) -> Table:
        stored = session.scalars(select(kind.table).order_by(col(getattr(kind.table, kind.columns[0].name))))
        rows = [[_as_told(getattr(row, column.name), language) for column in kind.columns] for row in stored]
        return Table(name, _headings(kind.columns, language), rows)

    return table


def members_table(session: Session, language: str, today: date) -> Table:
    """The member register as it was last taken in, by number; without the columns that it never had."""
    told = sorted((orjson.loads(one) for one in stored_register(session).values()), key=itemgetter("member_number"))
    columns = [column for column in KINDS["members"].columns if any(column.name in one for one in told) or not told]
    rows = [[_as_told(one.get(column.name), language) for column in columns] for one in told]
    return Table("members", _headings(columns, language), rows)


def _headings(columns: Sequence[Column], language: str) -> list[str]:
    return [column.name if language == Language.en else column.swedish for column in columns]


def _as_told(value: object, language: str) -> Cell:
    """A value as somebody would write it, and an import reads it."""
    if isinstance(value, bool):
        return word(YES_NO, value, language)
    if isinstance(value, StrEnum):
        return word(CODES[type(value)], value, language)
    return value  # type: ignore[return-value]  # text, a day or nothing


CODES: Final[Mapping[type[StrEnum], Words]] = {StaffRole: STAFF_ROLE}
TABLES: Final[Mapping[str, Callable[[Session, str, date], Table]]] = {
    **{name: _kind_table(name) for name in KINDS if name not in ("members", "history")},
    "members": members_table,
    "networks": networks_table,
    "meetings": meetings_table,
    "mails": mails_table,
}
"""What can be taken along by its name. History comes from elsewhere: what became of it is in networks and meetings."""
