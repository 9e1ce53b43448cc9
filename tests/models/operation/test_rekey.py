"""A new key of the office: everything personal is sealed again, and the old key opens nothing more."""

import base64
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, Text, select, type_coerce, update
from sqlmodel import SQLModel, col

from models.db import crypto
from models.db.column_types import EncryptedText
from models.db.engine import reading, transaction
from models.errors import SettingsError
from models.operation.rekey import rekey
from models.people.person import known_by_number
from models.settings import Settings, settings
from models.tables.mail import OutgoingMail
from models.tables.person import Person
from models.views.my_data import stored_about
from tests.acts import AKE, ask, network_in

pytestmark = pytest.mark.each_database
OLD, NEW = "a key for tests only", "the new key of the office"


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    yield
    settings.cache_clear()


def use(monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    monkeypatch.setenv("LOTS_DATA_KEY", keys)
    settings.cache_clear()


def everything() -> dict[str, list[object]]:
    """All that is sealed, as it is stored, by table and column."""
    found: dict[str, list[object]] = {}
    with reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, (EncryptedText, LargeBinary)):
                    stored = column if isinstance(column.type, LargeBinary) else type_coerce(column, Text)
                    found[f"{table.name}.{column.name}"] = [
                        one for (one,) in session.execute(select(stored).where(column.is_not(None))) if one
                    ]
    return found


def as_an_earlier_version_sealed_it(plain: str) -> str:
    key = base64.urlsafe_b64encode(crypto._derived(OLD, "columns"))
    return Fernet(key).encrypt(plain.encode()).decode()


def test_with_a_new_key_everything_is_read_and_after_rekey_the_old_one_opens_nothing(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        network_in(session)
        ask(session, place="Kiruna")
        mail = session.exec(select(OutgoingMail)).scalars().first()  # type: ignore[call-overload]
        mail.body = crypto.seal(b"the bytes of a mail")
        session.add(mail)
        person = known_by_number(session, AKE)
        assert person
        told, name = stored_about(session, person), person.name
        key, mail_id = person.id, mail.id
        old_way = type_coerce(as_an_earlier_version_sealed_it(str(name)), Text)
        session.execute(update(Person).where(col(Person.id) == key).values(name=old_way))
    before = everything()
    assert before["register_entry.sealed"] and before["outgoing_mail.body"] and before["support_request.need"]

    use(monkeypatch, f"{NEW},{OLD}")
    changed = rekey()
    assert changed["person"] and changed["register_entry"] and changed["outgoing_mail"] and changed["support_request"]
    assert not any(rekey().values()), "done again it changes nothing"

    use(monkeypatch, NEW)
    with reading() as session:
        person = session.get_one(Person, key)
        assert person.name == name and stored_about(session, person) == told
        kept = session.get_one(OutgoingMail, mail_id).body
        assert kept and crypto.unseal(kept) == b"the bytes of a mail"
    use(monkeypatch, OLD)
    for name_of, values in everything().items():
        for value in values:
            assert isinstance(value, (str, bytes))
            with pytest.raises(SettingsError, match="does not open"):
                crypto.unseal(value) if isinstance(value, bytes) else crypto.decrypt(value.encode())
            assert value not in before[name_of]


def test_without_the_old_key_nothing_is_changed_and_the_setting_is_named(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        ask(session)
    before = everything()
    use(monkeypatch, NEW)
    with pytest.raises(SettingsError, match="LOTS_DATA_KEY"):
        rekey()
    assert everything() == before
