"""Who is away, and who stands in (domain.md section 5)."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.spans import Span, merged, without
from models.errors import UserError
from models.i18n import localized
from models.tables.office import Absence, Staff


def record_absence(
    session: Session, staff: Staff, from_on: date, to_on: date, substitute: Staff | None, signer: Staff | None = None
) -> Absence:
    """Write down that `staff` is away, both days included; one that begins the same day is corrected.

    `signer`: who writes it down.

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
    absence.signed_by = signer.id if signer else None
    session.add(absence)
    session.flush()
    return absence


def absences_on(session: Session, day: date) -> dict[UUID, UUID | None]:
    """Who is absent on that day, and who acts for them: a substitute who is there, else nobody.

    A substitute who is away too is as none (domain.md section 5): nobody passes on what they stand in for.
    """
    rows = session.exec(select(Absence).where(col(Absence.from_on) <= day, col(Absence.to_on) >= day)).all()
    found: dict[UUID, UUID | None] = {one.staff_id: None for one in rows}
    if not found:
        return found
    there = set(session.exec(select(Staff.id).where(col(Staff.active)))).difference(found)
    for one in sorted(rows, key=lambda one: one.from_on):  # of absences that overlap, the latest told of that has one
        if one.substitute_id in there:
            found[one.staff_id] = one.substitute_id
    return found


def substitute_for(session: Session, staff: Staff, day: date) -> Staff | None:
    """Who acts for `staff` on that day: themselves when present, else a substitute who is, else nobody."""
    absent = absences_on(session, day)
    if staff.id not in absent:
        return staff if staff.active else None
    substitute = absent[staff.id]
    return session.get(Staff, substitute) if substitute else None


def ladder_pauses(session: Session) -> dict[UUID, list[Span]]:
    """The days on which each was away and nobody stood in who was there: the ladder stands still on them.

    As spans that neither overlap nor touch. A substitute who has left the office since was there then.
    """
    told: dict[UUID, list[Span]] = defaultdict(list)
    stood_in: dict[UUID, list[tuple[UUID, Span]]] = defaultdict(list)
    for one in session.exec(select(Absence)):
        told[one.staff_id].append((one.from_on, one.to_on))
        if one.substitute_id:
            stood_in[one.staff_id].append((one.substitute_id, (one.from_on, one.to_on)))
    away = {staff_id: merged(spans) for staff_id, spans in told.items()}
    paused = {}
    for staff_id, spans in away.items():
        acting = [part for who, span in stood_in[staff_id] for part in without([span], away.get(who, []))]
        if left := without(spans, merged(acting)):
            paused[staff_id] = left
    return paused
