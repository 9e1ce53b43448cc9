"""The office's hours as real flow runs."""

from datetime import date

import pytest
from sqlmodel import col, select

from flows.capacity import capacity
from models.db.engine import reading, transaction
from models.errors import UserError
from models.forms.capacity import CapacityForm
from models.office.staff import by_signature
from models.settings import Settings
from models.support.ledger import hours_left
from models.tables.office import Absence
from models.tables.support import Item, SupportTime
from tests.acts import GOREL, ask, grant_line, talk


async def test_a_new_quarter_gives_hours_back_and_offers_them_to_the_queue(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session), grants=[grant_line("sounding_board", to_on="2026-12-31")])
        talk(session, ask(session, member_number=GOREL), decision="wait")
    assert await capacity(as_of="2027-01-01") == {"changed": 2, "offered": 1}
    assert await capacity(as_of="2027-01-01") == {"changed": 0, "offered": 0}


async def test_hours_an_absence_and_a_budget_are_told_through_one_form(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session), grants=[grant_line("send_out", to_on="2026-12-31")])
    used = CapacityForm(action="hours", signature="asj", network_number=1, item=Item.send_out, hours=1.5)
    assert [(await capacity(form=used, as_of="2026-11-20"))["changed"] for _ in range(2)] == [1, 0]
    away = CapacityForm(action="absence", signature="asj", from_on="2026-12-01", to_on="2026-12-04", substitute="gol")
    await capacity(form=away, as_of="2026-11-20")
    budget = CapacityForm(action="budget", signature="asj", quarter="2026Q4", hours=30)
    await capacity(form=budget, as_of="2026-11-20")
    with pytest.raises(UserError, match="nätverk #1 har läget «planerat»"):
        await capacity(form=CapacityForm(action="talk_hour", signature="asj", network_number=1), as_of="2026-11-20")
    with pytest.raises(UserError, match="Borta till och med: skriv datumet"):
        await capacity(form=away.model_copy(update={"to_on": ""}), as_of="2026-11-20")
    with reading() as session:
        assert len(session.exec(select(SupportTime)).all()) == 1
        assert session.exec(select(col(Absence.to_on))).all() == [date(2026, 12, 4)]
        assert hours_left(session, by_signature(session, "asj", "").id, "2026Q4") == 30 - 1 - 1.5
