"""One thing that waits on the office, as a row of its list (domain.md section 8, work-list)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from models.office.labels import label


@dataclass(frozen=True)
class WorkItem:
    """One thing that waits on the office. `subject` names a request or network without a person.

    `opens` is the flow whose form deals with it, `filled` what the form starts with. `run`: the flow run that is to be
    started again. `person`: of whom only the mail to its owner may tell. `urgent`: its owner is alarmed before it is
    overdue.
    """

    what: str
    key: UUID
    subject: str
    region: str
    owner: UUID | None
    since: date
    due: date | None
    today: date
    signature: str = ""
    opens: str = ""
    filled: Mapping[str, object] = field(default_factory=dict)
    run: UUID | None = None
    person: UUID | None = None
    urgent: bool = False

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
        return told | {"overdue": self.overdue, "link": link(self)}


Link = Callable[[WorkItem], str]
"""The address of the form that deals with a thing, filled in, or of its run; empty when there is none."""


def no_link(one: WorkItem) -> str:
    """The address of nothing: where no Prefect shows the forms."""
    return ""


@dataclass(frozen=True)
class ListContext:
    """What every kind of waiting thing is told with: places, signatures, and the day."""

    places: dict[str, tuple[str, str]]
    signatures: dict[UUID, str]
    today: date

    def subject(self, about: tuple[str | None, str, int] | None) -> str:
        """The label of what it is about."""
        code, nature, number = about or (None, "", 0)
        return label(self.places.get(code or "", (None,))[0], nature, number) if about else ""

    def item(
        self,
        what: str,
        key: UUID,
        about: tuple[str | None, str, int] | None,
        owner: UUID | None,
        since: date,
        due: date | None,
        opens: str,
        **filled: str | list[str],
    ) -> WorkItem:
        """`filled` is what the form starts with; {subject} in it stands for the label."""
        subject, region = self.subject(about), self.places.get((about or ("",))[0] or "", ("", ""))[1]
        signature = self.signatures.get(owner, "") if owner else ""
        start = {name: text.format(subject=subject) if isinstance(text, str) else text for name, text in filled.items()}
        if start and signature:
            start["signature"] = signature
        return WorkItem(what, key, subject, region, owner, since, due, self.today, signature, opens, start)
