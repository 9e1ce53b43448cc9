"""Every table: whichever is imported first, all are known, since a foreign key needs its other table."""

from sqlmodel import SQLModel

from models.tables import (  # noqa: F401 (imported for the tables they define)
    change_entry,
    check_in,
    congress_report,
    contact_entry,
    health,
    incoming_mail,
    intake,
    mail,
    meeting,
    need_signal,
    network,
    office,
    person,
    place,
    register,
    request,
    run_pulse,
    staff_session,
    support,
    transition,
    unconfirmed_request,
)

metadata = SQLModel.metadata
