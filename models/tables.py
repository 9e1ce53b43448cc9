"""Every table, in one place to import: what the migrations compare the database with."""

from sqlmodel import SQLModel

from models import (  # noqa: F401 (imported for the tables they define)
    absence,
    capacity,
    check_in,
    congress_report,
    flow_run_pulse,
    health_check,
    incoming_mail,
    intake,
    intervention,
    lifecycle,
    mail,
    meeting,
    near_neighbour,
    need_signal,
    network,
    person,
    place,
    rights_request,
    staff,
    support,
    support_request,
)

metadata = SQLModel.metadata
