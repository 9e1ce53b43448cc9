"""Which mail came back: told by the address it came back to, by its envelope id or by its Message-ID."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.mail.message_ids import mail_of_envelope, mail_returned_to, mails_named, return_path
from models.settings import Settings

ID = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
VERP = Settings(mail_return_path="studs+{id}@natverk.example.org")


@given(st.uuids())
def test_a_return_path_leads_back_to_its_mail(mail_id: UUID) -> None:
    assert mail_returned_to(return_path(mail_id, VERP), VERP) == mail_id
    assert mail_returned_to(return_path(mail_id, VERP).upper(), VERP) == mail_id
    assert mail_of_envelope(mail_id.hex) == mail_id
    assert mails_named(f"<x@y> <{mail_id}@natverk.example.org>") == (mail_id,)


def test_it_is_an_address_with_the_mails_id_in_it() -> None:
    assert return_path(ID, VERP) == "studs+6f9619ff8b864d01b42d00cf4fc964ff@natverk.example.org"


def test_without_a_pattern_mail_returns_to_its_sender_and_no_address_tells() -> None:
    plain = Settings(mail_from="Natverkslots <natverk@example.org>")
    assert return_path(ID, plain) == "natverk@example.org"
    assert mail_returned_to("natverk@example.org", plain) is None


@pytest.mark.parametrize(
    "address", ["", "natverk@example.org", "studs+@natverk.example.org", "studs+abc@natverk.example.org",
                f"studs+{ID.hex}@other.example.org", f"studs+{ID.hex}x@natverk.example.org"]
)  # fmt: skip
def test_an_address_of_another_form_is_of_no_mail(address: str) -> None:
    assert mail_returned_to(address, VERP) is None


def test_references_name_each_of_our_mails_once_and_in_order() -> None:
    first, second = uuid4(), uuid4()
    text = f"<{first}@a.example> <CAF+x@mail.gmail.com>\r\n <{second}@a.example> <{first}@a.example> <{first}>"
    assert mails_named(text) == (first, second)


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    assert mails_named(text) == () and mail_returned_to(text, VERP) is None
    mail_of_envelope(text)
