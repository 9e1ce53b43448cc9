"""Who caused what, and the log of every step of a network's and a request's life (domain.md section 4)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from models.db.column_types import UtcDateTime, code, key_field
from models.i18n import localized
from models.vocabulary import ACTOR, word


class Actor(StrEnum):
    """Who can cause a change of state (domain.md section 4)."""

    member = "member"
    staff = "staff"
    rule = "rule"


MEMBER, STAFF, RULE = (frozenset({actor}) for actor in (Actor.member, Actor.staff, Actor.rule))


class Transition(SQLModel, table=True):
    """One change of state: from, to, why, by whom, in which flow run, when. Written by `advance` alone."""

    __table_args__ = (
        CheckConstraint("(network_id IS NULL) <> (request_id IS NULL)", name="a_network_or_a_request"),
        CheckConstraint(
            "network_id IS NULL OR to_state NOT IN ('closed', 'merged', 'split', 'annulled') OR signature IS NOT NULL",
            name="staff_confirm_an_end",
        ),
    )

    id: UUID = key_field()
    network_id: UUID | None = Field(default=None, foreign_key="network.id", index=True)
    request_id: UUID | None = Field(default=None, foreign_key="support_request.id", index=True)
    from_state: str | None = None
    to_state: str
    cause: str
    actor: Actor = Field(sa_type=code(Actor))
    signature: str | None = None
    flow_run_id: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True)
class Cause:
    """Why something changes: a short reason code, who acts (staff by signature), the flow run, the moment."""

    why: str
    actor: Actor
    at: datetime
    signature: str | None = None
    flow_run_id: str | None = None


SIGNED = ("en medarbetare bekräftar med sin signatur", "somebody at the office confirms it with their signature")


def not_by(who: frozenset[Actor], actor: Actor) -> str:
    """Why a step is refused that somebody else must take, in words."""
    allowed = localized(" eller ", " or ").join(word(ACTOR, one) for one in sorted(who))
    return localized(f"görs av {allowed}, inte {word(ACTOR, actor)}", f"done by {allowed}, not by {word(ACTOR, actor)}")
