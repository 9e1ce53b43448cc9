"""What any history is made of: somebody does something on a day, and does it twice."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine
from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.errors import LotsError
from models.tables.transition import Actor, Cause
from tests.acts import AKE, GOREL, MARIT, ORJAN, RENE, at

MEMBERS = (AKE, MARIT, RENE, GOREL, ORJAN)
SIGNATURES = ("asj", "gol", "mla")


class Acting(RuleBasedStateMachine):
    """The day it is, and how an act is done: what the rules refuse leaves nothing behind."""

    today = date(2026, 11, 2)

    def attempt(self, act: Callable[[Session], Any]) -> None:
        """Do it, twice (a double submission)."""
        for _ in range(2):
            with suppress(LotsError), transaction() as session:
                act(session)

    def one(self, session: Session, table: Any, nth: int) -> Any:
        """One of a kind, by its number; None while there is none."""
        rows = session.exec(select(table).order_by(col(table.number))).all()
        return rows[nth % len(rows)] if rows else None

    def cause(self, actor: Actor, signature: str = "asj") -> Cause:
        """That somebody does it today."""
        return Cause("test", actor, at(self.today), signature if actor == Actor.staff else None)
