"""One thing that waits on the office, as a row of its list (domain.md section 8, work-list)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from models.dates.working_days import working_days_between
from models.i18n import localized
from models.office.labels import label
from models.office.staff_links import staff_link
from models.tables.place import Municipality

FORTNIGHT: Final = timedelta(days=14)


class About(NamedTuple):
    """The request or network that something waits about."""

    kind: Literal["request", "network"]
    municipality: str | None
    nature: str
    number: int


@dataclass(frozen=True)
class WorkItem:
    """One thing that waits on the office. `subject` names a request or network without a person.

    `owner` is whose it is, `acting` who acts for them today: themselves, their stand-in, or nobody. `with_whom` tells
    both by signature. `opens` is the flow whose form deals with it, `answers` what the form starts with ({subject} is
    the label) and `signature` who signs it, if that is known. `run`: the flow run that is to be started again.
    `person`: of whom only the mail to its owner may tell. `urgent`: whoever acts is alarmed before it is overdue.
    `about`: the request or network, if it is about one; else `mail` may be the mail that it is about.
    """

    what: str
    key: UUID
    subject: str
    region: str
    owner: UUID | None
    since: date
    due: date | None
    today: date
    acting: UUID | None = None
    with_whom: str = ""
    opens: str = ""
    answers: Mapping[str, str | list[str]] = field(default_factory=dict)
    signature: str = ""
    run: UUID | None = None
    person: UUID | None = None
    urgent: bool = False
    about: About | None = None
    mail: UUID | None = None

    @property
    def page(self) -> str:
        """The staff page of the request, network or mail; empty where it is about none."""
        if self.about:
            return staff_link(self.about.kind, self.about.number)
        return staff_link("mail", self.mail) if self.mail else ""

    @property
    def filled(self) -> dict[str, object]:
        """What the form starts with, field by field; nothing where it opens empty."""
        start: dict[str, object] = {
            name: answer.format(subject=self.subject) if isinstance(answer, str) else answer
            for name, answer in self.answers.items()
        }
        return start | {"signature": self.signature} if start and self.signature else start

    @property
    def fresh(self) -> bool:
        """Whether it has come since the working day before, or its day is today."""
        came_lately = self.today - self.since < FORTNIGHT  # no holidays are as long: older things need no calendar
        return self.due == self.today or (came_lately and working_days_between(self.since, self.today) <= 1)

    @property
    def overdue(self) -> bool:
        """Whether its day has passed."""
        return self.due is not None and self.due < self.today

    @property
    def occasion(self) -> str:
        """What makes its alarm the only one."""
        return f"{self.what}:{self.key}"

    def row(self, link: "Link") -> dict[str, object]:
        """As the Monday digest tells it."""
        due = self.due.isoformat() if self.due else None
        told = {"what": self.what, "subject": self.subject, "since": self.since.isoformat(), "due": due}
        return told | {"overdue": self.overdue, "link": link(self), "page_link": self.page}


@dataclass(frozen=True)
class Part:
    """A part of the office's list: what these `owners` have or nobody has, and what is about a `region`; none is all.

    `holds` tells it of the columns with a thing's owner and municipality.
    """

    owners: Collection[UUID] | None = None
    region: str | None = None

    def holds(self, owner: Any, municipality: Any) -> list[ColumnElement[bool]]:
        """The conditions for a thing to belong to it."""
        held = [] if self.owners is None else [or_(owner.is_(None), owner.in_(self.owners))]
        there = select(Municipality.code).where(col(Municipality.region) == self.region)
        return held + ([municipality.in_(there)] if self.region else [])


EVERYTHING: Final = Part()
Link = Callable[[WorkItem], str]
"""The address of the form that deals with a thing, filled in, or of its run; empty when there is none."""


def no_link(one: WorkItem) -> str:
    """The address of nothing: where no Prefect shows the forms."""
    return ""


@dataclass(frozen=True)
class ListContext:
    """What every kind of waiting thing is told with: places, signatures, the day, and who acts for whom on it.

    `acting`: of everybody who is away or has left the office, who acts for them today, if anybody.
    """

    places: dict[str, tuple[str, str]]
    signatures: dict[UUID, str]
    today: date
    acting: Mapping[UUID, UUID | None] = field(default_factory=dict)

    def subject(self, about: About | None) -> str:
        """The label of what it is about."""
        return self._where(about)[0]

    def region(self, about: About | None) -> str:
        """The code of the region that it is about."""
        return self._where(about)[1]

    def _where(self, about: About | None) -> tuple[str, str]:
        """Its label and its region's code."""
        if about is None:
            return "", ""
        place, region = self.places.get(about.municipality or "", ("", ""))
        return label(place or None, about.nature, about.number), region

    def item(
        self,
        what: str,
        key: UUID,
        about: About | None,
        owner: UUID | None,
        since: date,
        due: date | None,
        opens: str,
        **answers: str | list[str],
    ) -> WorkItem:
        """`answers` is what the form starts with; {subject} in it stands for the label."""
        subject, region = self._where(about)
        acting = self.acting.get(owner, owner) if owner else None
        signature = self.signatures.get(acting, "") if acting else ""
        whom = self._whom(owner, acting)
        told = (what, key, subject, region, owner, since, due, self.today, acting, whom, opens, answers, signature)
        return WorkItem(*told, about=about)

    def _whom(self, owner: UUID | None, acting: UUID | None) -> str:
        """Whose a thing is and who acts for them: "asj", "gol (för asj)", or "asj (borta)" where nobody does."""
        whose = self.signatures.get(owner, "") if owner else ""
        if not whose or acting == owner:
            return whose
        if acting is None:
            return f"{whose} ({localized('borta', 'away')})"
        return f"{self.signatures.get(acting, '')} ({localized('för', 'for')} {whose})"
