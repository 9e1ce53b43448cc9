"""Staff record a need they saw; nothing and nobody follows from it."""

from datetime import date

import pytest
from sqlmodel import select

from models.db.engine import transaction
from models.errors import UserError
from models.forms.need_signal import NeedSignalForm
from models.settings import Settings
from models.stages import need_signal
from models.tables.mail import OutgoingMail
from models.tables.need_signal import NeedSignal
from models.tables.network import Network
from models.tables.person import Person
from models.tables.request import SupportRequest
from tests.acts import at


def signal(**changes: str) -> NeedSignalForm:
    told = {"signature": "asj", "place": "Piteå", "municipality": "Piteå", "words": "Många nya chefer i hamnen."}
    return NeedSignalForm.model_validate(told | changes)


def test_a_need_signal_is_kept_and_mails_nobody(office: Settings) -> None:
    with transaction() as session:
        people = len(session.exec(select(Person)).all())
        need_signal.check_signal(session, signal())
        need_signal.note(session, signal(), at("2026-11-02"), "run-1")
        kept = session.exec(select(NeedSignal)).one()
        assert (kept.place, kept.municipality, kept.words) == ("Piteå", "2581", "Många nya chefer i hamnen.")
        for table in (OutgoingMail, SupportRequest, Network):
            assert session.exec(select(table)).all() == []
        assert len(session.exec(select(Person)).all()) == people


def test_the_words_are_stored_encrypted(office: Settings) -> None:
    with transaction() as session:
        need_signal.note(session, signal(), at("2026-11-02"), None)
        assert "hamnen" not in str(session.connection().exec_driver_sql("SELECT words FROM need_signal").all())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"place": "hela Sverige!"}, "Plats: hela landet"),
        ({"place": " "}, "Plats: skriv"),
        ({"words": ""}, "Vad du såg eller hörde: skriv"),
        ({"words": "x" * 501}, "Vad du såg eller hörde: korta"),
    ],
)
def test_a_signal_without_place_or_words_is_refused_in_words(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(UserError, match=f"^{sentence}"):
        signal(**change).check(date(2026, 11, 2))


@pytest.mark.parametrize(
    ("change", "sentence"), [({"municipality": "Narnia"}, "Kommun: "), ({"signature": "xx"}, "Din signatur: ")]
)
def test_a_signal_needs_a_municipality_and_somebody_of_the_staff(
    office: Settings, change: dict[str, str], sentence: str
) -> None:
    with transaction() as session, pytest.raises(UserError, match=f"^{sentence}"):
        need_signal.check_signal(session, signal(**change))
