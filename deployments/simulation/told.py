"""What is told and tried around made-up meetings: tellings and their corrections, partners, attempts, a new pace."""

from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from deployments.simulation.office import Row, new_id
from deployments.simulation.temperament import DAY, local_moment
from models.tables.change_entry import ChangedField
from models.tables.contact_entry import ContactChannel, ContactOutcome
from models.tables.meeting import PartnerKind

COMPANIES = (
    "Norrbottens Bygg", "Ådalens Mekaniska", "Sjöstadens Energi", "Öresunds Logistik", "Bergslagens Stål",
    "Mälardalens IT", "Åre Turism", "Skånska Livs",
)  # fmt: skip
WITH_PARTNER, CORRECTED, NEW_PACE = 0.3, 0.06, 0.08
FORTNIGHT = timedelta(days=14)


def telling(random: Random, meeting: Row, at: datetime) -> Row:
    """That somebody told of a meeting, with what it says now."""
    told: Row = {"id": new_id(random), "meeting_id": meeting["id"], "told_by": "m1", "at": at}
    return told | {"status": meeting["status"], "attended": meeting["attended"]}


def correct(random: Random, meeting: Row, last: date) -> Row | None:
    """Now and then it is told again the day after, with another figure; the latest counts. None when it is not."""
    again = meeting["reported_at"] + DAY
    if meeting["status"] != "held" or meeting["attended"] < 4 or random.random() > CORRECTED or again.date() > last:
        return None
    meeting |= {"attended": meeting["attended"] + random.choice((-1, 1)), "reported_at": again}
    return telling(random, meeting, again)


def partner(random: Random, network: UUID, known: list[Row]) -> Row | None:
    """A company that a meeting was held at or with, each once a network and kind. None when there is none."""
    if random.random() > WITH_PARTNER:
        return None
    company, kind = random.choice(COMPANIES), random.choice(list(PartnerKind))
    if any((one["company"], one["kind"]) == (company, kind) for one in known):
        return None
    return {"id": new_id(random), "network_id": network, "company": company, "kind": kind}


def attempts(random: Random, network: UUID, staff: UUID, before: date) -> list[Row]:
    """Staff tried three times in vain, a fortnight apart, the last on the day before."""
    days = [before - DAY - FORTNIGHT * times for times in (2, 1, 0)]
    row: Row = {"network_id": network, "channel": ContactChannel.phone, "outcome": ContactOutcome.no_answer}
    row |= {"note": None, "remind_on": None, "staff_id": staff}
    return [
        row | {"id": new_id(random), "on": day, "noted_at": local_moment(day, time(12))} for day in days
    ]  # fmt: skip


def new_pace(random: Random, network: UUID, before: int, after: int, signed_by: UUID, at: datetime) -> Row:
    """A network changed its pace, on a member's word."""
    row: Row = {"id": new_id(random), "network_id": network, "what": ChangedField.cadence, "before": str(before)}
    row |= {"after": str(after), "asked_by": "m1", "reason": None, "signed_by": signed_by, "approved_by": None}
    return row | {"flow_run_id": None, "at": at}
