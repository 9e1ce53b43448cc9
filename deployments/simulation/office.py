"""The made-up office: who talks with whom, and whose hours a grant takes; nobody gives more than a quarter holds."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from random import Random
from string import ascii_lowercase
from typing import Any
from uuid import UUID

from models.dates.local_time import quarter
from models.office.policy import DEFAULTS
from models.tables.office import Staff, StaffRole
from models.tables.support import EntryKind

Row = dict[str, Any]


def new_id(random: Random) -> UUID:
    """A key that the seed decides."""
    return UUID(int=random.getrandbits(128), version=4)


@dataclass
class MadeUpOffice:
    """Staff by region and the hours they have left; another negotiator is made up when a region's are full."""

    random: Random
    regions: list[str]
    staff: list[Staff]
    made_up: list[Row] = field(default_factory=list)
    left: dict[tuple[UUID, str], Decimal] = field(default_factory=lambda: defaultdict(lambda: DEFAULTS.quarter_hours))
    lines: list[Row] = field(default_factory=list)
    held: dict[UUID, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        self.negotiators: dict[str, list[Row]] = {region: [] for region in self.regions}
        taken = {one.signature for one in self.staff}
        letters = ("".join(word) for size in (3, 4) for word in product(ascii_lowercase, repeat=size))
        self.signatures = (word for word in letters if word not in taken)
        for one in self.staff:
            if one.active and one.role == StaffRole.negotiator and one.region in self.negotiators:
                self.negotiators[one.region].append({"id": one.id, "signature": one.signature})
        if not self.staff:
            self._hire(StaffRole.office, None)
            for region in self.regions:
                self._hire(StaffRole.negotiator, region)

    def _hire(self, role: StaffRole, region: str | None) -> Row:
        signature = next(self.signatures)
        row = {
            "id": new_id(self.random),
            "signature": signature,
            "name": f"Påhittad Medarbetare {signature.upper()}",
            "email": f"{signature}@kansli.example.org",
            "role": role,
            "region": region,
            "active": True,
        }
        self.made_up.append(row)
        if region:
            self.negotiators[region].append(row)
        return row

    def negotiator(self, region: str, needs: list[tuple[date, Decimal]]) -> Row:
        """Somebody in the region who has these hours left in the quarters of these days."""
        wanted: dict[str, Decimal] = defaultdict(Decimal)
        for day, hours in needs:
            wanted[quarter(day)] += hours
        free = (
            one
            for one in reversed(self.negotiators[region])
            if all(self.left[one["id"], name] >= hours for name, hours in wanted.items())
        )
        return next(free, None) or self._hire(StaffRole.negotiator, region)

    def book_talk(self, staff: Row, on: date, hours: Decimal, at: datetime) -> None:
        """Take a talk's hours from the quarter that holds the day."""
        self.left[staff["id"], quarter(on)] -= hours
        self._line(staff["id"], quarter(on), -hours, EntryKind.used, at, None)

    def reserve(self, grant: Row, on: date, hours: Decimal, at: datetime) -> bool:
        """Reserve hours of a grant in the quarter of a day. False when its giver has not so many left there."""
        return self._take(grant, on, hours, EntryKind.reserved, at, beyond=hours)

    def use(self, grant: Row, on: date, at: datetime) -> bool:
        """Use a grant's hours on a day, those first that it holds in that quarter; the rest of them goes back.

        False when its giver has not so many left.
        """
        hours = grant["hours"]
        here = min(hours, self.held[grant["id"]].get(quarter(on), Decimal(0)))
        if hours - here > self.left[grant["staff_id"], quarter(on)]:
            return False
        self.release(grant, at)
        return self._take(grant, on, hours, EntryKind.used, at, beyond=hours - here)

    def release(self, grant: Row, at: datetime, before: str = "9999Q4") -> Decimal:
        """Give back what a grant holds in quarters before one: how much. It is not granted anew here, so that no line
        is ever below zero.
        """
        held = self.held[grant["id"]]
        behind = {name: hours for name, hours in held.items() if name < before}
        for name, hours in behind.items():
            self._line(grant["staff_id"], name, hours, EntryKind.released, at, grant["id"])
            del held[name]
        return sum(behind.values(), Decimal(0))

    def _take(self, grant: Row, on: date, hours: Decimal, kind: EntryKind, at: datetime, beyond: Decimal) -> bool:
        """`beyond`: what of the hours the grant did not hold there before."""
        giver, name = grant["staff_id"], quarter(on)
        if beyond > self.left[giver, name]:
            return False
        if hours:
            self.left[giver, name] -= beyond
            self._line(giver, name, -hours, kind, at, grant["id"])
            if kind == EntryKind.reserved:
                self.held[grant["id"]][name] = hours
        return True

    def _line(self, staff: UUID, name: str, hours: Decimal, kind: EntryKind, at: datetime, grant: UUID | None) -> None:
        self.lines.append(
            {
                "id": new_id(self.random),
                "staff_id": staff,
                "quarter": name,
                "grant_id": grant,
                "hours": hours,
                "kind": kind,
                "at": at,
            }
        )

    def ledger(self) -> list[Row]:
        """Every line in the order of time, each quarter after its budget, with sequence and balance."""
        accounts: dict[tuple[UUID, str], list[Row]] = {}
        for line in sorted(self.lines, key=lambda line: line["at"]):
            key = (line["staff_id"], line["quarter"])
            if key not in accounts:
                accounts[key] = [
                    line
                    | {
                        "id": new_id(self.random),
                        "grant_id": None,
                        "hours": DEFAULTS.quarter_hours,
                        "kind": EntryKind.budget,
                    }
                    | {"sequence": 1, "balance": DEFAULTS.quarter_hours}
                ]
            last = accounts[key][-1]
            accounts[key].append(line | {"sequence": last["sequence"] + 1, "balance": last["balance"] + line["hours"]})
        return [line for account in accounts.values() for line in account]
