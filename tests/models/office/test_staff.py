"""Who signs what (domain.md section 3)."""

import pytest

from models.db.engine import transaction
from models.errors import UserError
from models.office.staff import ANSWERING, by_signature
from models.settings import Settings
from models.tables.office import Staff, StaffRole

FIELD = "Din signatur"


def test_a_reader_signs_nothing_and_data_protection_what_persons_ask_for_alone(office: Settings) -> None:
    with transaction() as session:
        session.add(Staff(signature="las", name="Lo", email="lo@example.org", role=StaffRole.reader))
        session.flush()
        for signature in ("las", "dpo"):
            with pytest.raises(UserError, match=f"^Din signatur: {signature} får inte skriva under det här"):
                by_signature(session, signature, FIELD)
        with pytest.raises(UserError, match="las får inte"):
            by_signature(session, "las", FIELD, ANSWERING)
        assert by_signature(session, "dpo", FIELD, ANSWERING).role == StaffRole.data_protection
        assert by_signature(session, " MLA ", FIELD).role == StaffRole.office


def test_who_is_no_longer_active_signs_nothing(office: Settings) -> None:
    with transaction() as session:
        by_signature(session, "asj", FIELD).active = False
        session.flush()
        with pytest.raises(UserError, match="signaturen finns inte bland aktiva"):
            by_signature(session, "asj", FIELD)
