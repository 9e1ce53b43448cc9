"""Who is away, and who stands in (domain.md section 5)."""

from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from models.errors import UserError
from models.i18n import localized
from models.tables.office import Absence, Staff


def record_absence(session: Session, staff: Staff, from_on: date, to_on: date, substitute: Staff | None) -> Absence:
    """Write down that `staff` is away, both days included; one that begins the same day is corrected.

    Raises UserError when it ends before it begins, or when somebody would stand in for themselves.
    """
    if to_on < from_on:
        raise UserError(
            localized(
                "Till och med: ligger före första dagen. Rätta den.", "Until: lies before the first day. Correct it."
            )
        )
    if substitute and substitute.id == staff.id:
        raise UserError(
            localized(
                "Ersättare: ingen ersätter sig själv. Skriv en kollegas signatur, eller lämna tomt.",
                "Substitute: nobody stands in for themselves. Write a colleague's signature, or leave it empty.",
            )
        )
    same = select(Absence).where(col(Absence.staff_id) == staff.id, col(Absence.from_on) == from_on)
    absence = session.exec(same).one_or_none() or Absence(staff_id=staff.id, from_on=from_on, to_on=to_on)
    absence.to_on, absence.substitute_id = to_on, substitute.id if substitute else None
    session.add(absence)
    session.flush()
    return absence


def absences_on(session: Session, day: date) -> dict[UUID, UUID | None]:
    """Who is absent on that day, and their substitute, if any."""
    rows = session.exec(select(Absence).where(col(Absence.from_on) <= day, col(Absence.to_on) >= day)).all()
    # Of absences that overlap, the one with a substitute counts: then there is somebody to ask.
    rows = sorted(rows, key=lambda one: (one.substitute_id is not None, one.from_on))
    return {one.staff_id: one.substitute_id for one in rows}


def substitute_for(session: Session, staff: Staff, day: date) -> Staff | None:
    """Who acts for `staff` on that day: themselves when present, else the substitute, else nobody."""
    absent = absences_on(session, day)
    seen: set[UUID] = set()
    person: Staff | None = staff
    while person and person.id in absent:
        if person.id in seen:
            return None
        seen.add(person.id)
        substitute = absent[person.id]
        person = session.get(Staff, substitute) if substitute else None
    return person if person and person.active else None


def ladder_pauses_of(session: Session, staff_id: UUID | None) -> list[tuple[date, date]]:
    """`ladder_pauses` of one negotiator; none for a network that has none."""
    return ladder_pauses(session).get(staff_id, []) if staff_id else []


def ladder_pauses(session: Session) -> dict[UUID, list[tuple[date, date]]]:
    """The days on which each was away without a substitute, as merged spans: the ladder stands still on them."""
    found: dict[UUID, list[tuple[date, date]]] = {}
    rows = select(Absence).where(col(Absence.substitute_id).is_(None)).order_by(col(Absence.from_on))
    for one in session.exec(rows):
        spans = found.setdefault(one.staff_id, [])
        if spans and one.from_on <= spans[-1][1] + timedelta(days=1):
            spans[-1] = (spans[-1][0], max(spans[-1][1], one.to_on))
        else:
            spans.append((one.from_on, one.to_on))
    return found
