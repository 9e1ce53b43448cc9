"""Where the staff pages are: under the public address, by numbers and codes that name nobody."""

from uuid import UUID

import pytest

from models.db.engine import transaction
from models.office.staff_links import staff_link, staff_link_of
from models.settings import Settings
from tests.acts import ask, talk


@pytest.fixture(autouse=True)
def _public(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "public_url", "https://natverk.example.org")


def test_each_page_has_its_address() -> None:
    assert staff_link() == "https://natverk.example.org/staff"
    assert staff_link("region", "NORR") == "https://natverk.example.org/staff/region/NORR"
    assert staff_link("register") == "https://natverk.example.org/staff/register"
    whom = UUID(int=7)
    assert staff_link("person", whom) == f"https://natverk.example.org/staff/person/{whom}"


def test_a_code_out_of_a_file_cannot_lead_to_another_page() -> None:
    assert staff_link("region", "../å?") == "https://natverk.example.org/staff/region/..%2F%C3%A5%3F"


def test_a_request_and_the_network_that_comes_of_it_have_a_page_each_though_both_are_number_one(
    office: Settings,
) -> None:
    with transaction() as session:
        request = ask(session)
        network = talk(session, request)
        assert network
        assert staff_link_of(request) == "https://natverk.example.org/staff/request/1"
        assert staff_link_of(network) == "https://natverk.example.org/staff/network/1"
