"""How long a link in a mail opens its page (contract: web)."""

import time
from datetime import timedelta

import pytest

from models.errors import UserError
from models.people.signed_link import Purpose, make_link, read_link
from models.settings import Settings

DAYS = {
    Purpose.check_in: 180,
    Purpose.meeting: 180,
    Purpose.organiser: 180,
    Purpose.stop: 180,
    Purpose.network: 3 * 365,
    Purpose.our_network: 180,
    Purpose.pass_on: 30,
    Purpose.my_data: 7,
    Purpose.confirm: 7,
    Purpose.my_request: 180,
}


@pytest.mark.parametrize(("purpose", "days"), DAYS.items())
def test_a_link_opens_its_page_for_so_many_days_and_no_longer(
    office: Settings, monkeypatch: pytest.MonkeyPatch, purpose: Purpose, days: int
) -> None:
    token = make_link(purpose, "12").rpartition("/")[2]
    sent = time.time()
    monkeypatch.setattr("time.time", lambda: sent + timedelta(days=days, hours=-1).total_seconds())
    assert read_link(purpose, token) == ["12"]
    monkeypatch.setattr("time.time", lambda: sent + timedelta(days=days, hours=1).total_seconds())
    with pytest.raises(UserError, match="gäller inte längre"):
        read_link(purpose, token)
    assert read_link(purpose, token, also_expired=True) == ["12"]


def test_every_purpose_has_its_days() -> None:
    assert set(DAYS) == set(Purpose) - {Purpose.sign_in}  # minutes: tests/deployments/web/staff/test_sign_in.py
