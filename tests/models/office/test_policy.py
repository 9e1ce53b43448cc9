"""The numbers that an office may change: used where they are said to be, and refused in one sentence."""

from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from models.db.engine import transaction
from models.errors import SettingsError, UserError
from models.office.policy import ABOUT, DEFAULTS, PREFIX, OfficePolicy, applied, from_variables, office_policy
from models.office.staff import by_signature
from models.requests.waiting_list import make_offers
from models.settings import Settings
from models.stages import check_in, health_check
from models.stages.health_check import open_talks
from models.support.ledger import hours_left
from models.tables.office import Intervention
from tests.acts import ALONE, ask, at, grant_line, mails, meet, network_in, talk


def test_what_the_office_has_not_written_down_is_the_domains() -> None:
    assert from_variables({}) == DEFAULTS == office_policy()
    assert from_variables({"lots_something_else": "x", "else": 1}) == DEFAULTS
    assert set(ABOUT) == set(OfficePolicy.model_fields)


@pytest.mark.parametrize(("value", "expected"), [(30, "30"), ("30", "30"), (" 30,5 ", "30.5"), (30.5, "30.5")])
def test_a_number_may_be_written_as_people_do(value: Any, expected: str) -> None:
    assert from_variables({"lots_quarter_hours": value}).quarter_hours == Decimal(expected)


@pytest.mark.parametrize(
    "value", ["many", "", None, True, [24], {"hours": 24}, 0, -1, 501, "NaN", "Infinity", "24.125"]
)
def test_what_is_no_such_number_is_refused_in_a_sentence_that_names_the_variable(value: Any) -> None:
    with pytest.raises(SettingsError) as refused:
        from_variables({"lots_quarter_hours": value})
    assert str(refused.value) == (
        "Variabeln lots_quarter_hours går inte att använda: skriv ett tal från 1 till 500 under Variables."
    )


@pytest.mark.parametrize("name", [name for name in OfficePolicy.model_fields if name.endswith("days")])
def test_days_are_whole(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^Variabeln {PREFIX}{name} .* skriv ett heltal från 1 till 60"):
        from_variables({PREFIX + name: "2.5"})


def test_numbers_hold_for_the_work_inside_and_no_longer() -> None:
    with applied(from_variables({"lots_offer_working_days": 3})), pytest.raises(ZeroDivisionError):
        assert office_policy().offer_working_days == 3
        _ = 1 / 0
    assert office_policy() == DEFAULTS


def test_a_quarter_has_the_hours_that_the_office_gives_it(office: Settings) -> None:
    with transaction() as session, applied(OfficePolicy(quarter_hours=Decimal(1))):
        asj = by_signature(session, "asj", "")
        assert hours_left(session, asj.id, "2027Q3") == 1
        request = ask(session)
        assert talk(session, request, grants=[grant_line("sounding_board")]) is None
        assert request.state == "waiting"


def test_a_network_gets_the_hours_that_the_office_allows_in_its_first_year(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        with (
            applied(OfficePolicy(network_hours=Decimal(1))),
            pytest.raises(UserError, match=r"mer än 1 första året|högst 1 tim"),
        ):
            talk(session, request, grants=[grant_line("send_out")])


def test_a_new_request_is_answered_within_the_offices_own_days(office: Settings) -> None:
    with transaction() as session, applied(OfficePolicy(talk_working_days=1, answer_working_days=2)):
        request = ask(session, "2026-11-02")
        assert [str(request.talk_due), str(request.answer_due)] == ["2026-11-03", "2026-11-04"]


def test_a_worrying_network_is_talked_with_within_the_offices_own_days(office: Settings) -> None:
    with transaction() as session, applied(OfficePolicy(health_talk_working_days=3)):
        network = network_in(session)
        for day in ("2027-01-13", "2027-02-10", "2027-03-03", "2027-03-24"):
            meet(session, network, day, carriers=ALONE)
        health_check.take_snapshots(session, at("2027-04-01").date())
        open_talks(session, at("2027-04-01"))
        session.flush()
        [talk_] = session.exec(select(Intervention)).all()
        [mail] = mails(session, "talk-offer")
        assert str(talk_.due_on) == "2027-04-06" and "2027-04-06" in mail.context


def test_an_offer_stands_for_the_offices_own_days(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        with applied(OfficePolicy(quarter_hours=Decimal(1))):
            talk(session, request, grants=[grant_line("sounding_board")])
        with applied(OfficePolicy(offer_working_days=2)):
            assert make_offers(session, at("2027-01-11")) == 1
        assert str(request.offer_until) == "2027-01-13"


def test_a_reminder_goes_after_the_offices_own_days(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        check_in.send_due(session, at("2026-12-01"))
        session.flush()
        assert check_in.remind(session, at("2026-12-04")) == 0
        with applied(OfficePolicy(reminder_active_days=3)):
            assert check_in.remind(session, at("2026-12-04")) == 1
