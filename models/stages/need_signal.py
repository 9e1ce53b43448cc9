"""How a need that staff saw is written down (domain.md S8)."""

from datetime import datetime

from sqlmodel import Session

from models.db.column_types import nfc
from models.errors import UserError
from models.forms.kit.base import Form
from models.forms.need_signal import NeedSignalForm
from models.i18n import localized
from models.office.staff import by_signature
from models.reference.places import find_municipality
from models.tables.need_signal import NeedSignal
from models.tables.place import Municipality


def check_signal(session: Session, form: Form) -> None:
    """What only the database can tell about the form. Raises UserError that names the field."""
    assert isinstance(form, NeedSignalForm)
    by_signature(session, form.signature, localized("Din signatur", "Your signature"))
    _municipality(session, form)


def note(session: Session, form: NeedSignalForm, at: datetime, flow_run_id: str | None) -> NeedSignal:
    """Write the signal down, once per run; nobody is told of it and nothing follows (domain.md S8).

    Raises as `check_signal` does.
    """
    signal = NeedSignal(
        place=nfc(form.place),
        municipality=_municipality(session, form).code,
        words=form.words.strip(),
        noted_by=by_signature(session, form.signature, localized("Din signatur", "Your signature")).id,
        noted_at=at,
        flow_run_id=flow_run_id,
    )
    session.add(signal)
    session.flush()
    return signal


def _municipality(session: Session, form: NeedSignalForm) -> Municipality:
    found = find_municipality(session, form.municipality)
    if found is None:
        raise UserError(
            localized(
                "Kommun: namnet eller koden finns inte i registret över kommuner. Skriv till exempel Luleå eller 2580.",
                "Municipality: no such name or code. Write for example Luleå or 2580.",
            )
        )
    return found
