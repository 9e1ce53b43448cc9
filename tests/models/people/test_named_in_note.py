"""A note says m2 and never a name; what is no name of anybody's here stands."""

import unicodedata

import pytest
from sqlmodel import Session

from models.db.engine import transaction
from models.errors import UserError
from models.forms.catch_up import CatchUpForm
from models.people.named_in_note import check_company
from models.settings import Settings
from models.stages.catch_up import check_catch_up
from models.tables.network import Network
from models.tables.transition import Actor
from tests.acts import AKE, ask, by, change, grant_line, leave_union, network_in, talk

DAY = "2027-01-11"
INSTEAD = "Skäl eller anteckning: skriv m2 i stället för namnet."


def note(session: Session, network: Network, text: str) -> bool:
    return change(session, network, "contact", DAY, other_channel="phone", reason=text)


@pytest.mark.parametrize(
    "text",
    [
        "Märit ringer igen.",
        "Pratade med märit Sjöö.",
        "Det var Sjöös idé.",
        "MÄRIT vill vänta.",
        unicodedata.normalize("NFD", "Hälsning från Märit"),
    ],
)
def test_whoever_carries_the_network_is_named_by_code_in_its_notes(office: Settings, text: str) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError) as told:
            note(session, network, text)
        assert str(told.value) == INSTEAD  # and the name is not repeated


@pytest.mark.parametrize(
    "text", ["m2 ringer igen.", "Anna på kansliet tar det.", "de ses i märit", "I Luleå igen.", ""]
)
def test_a_note_that_names_nobody_of_the_network_stands(office: Settings, text: str) -> None:
    with transaction() as session:
        assert note(session, network_in(session), text)


def test_whoever_left_the_network_is_not_named_either(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        leave_union(session, AKE, day=DAY)
        with pytest.raises(UserError, match=r"^Skäl eller anteckning: skriv m1 i stället"):
            note(session, network, "Åke har flyttat.")


def test_the_place_may_be_written_also_where_somebody_is_called_so(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        network.place = "Sjöö"
        assert note(session, network, "De ses på Sjöö nästa gång.")


def test_notes_of_the_needs_talk_and_reasons_of_support_name_neither_initiator_nor_co_organiser(
    office: Settings,
) -> None:
    with transaction() as session:
        request = ask(session)
        with pytest.raises(UserError, match=r"^Anteckning från samtalet: skriv initiativtagaren i stället"):
            talk(session, request, notes="Åke vill börja i maj.")
        with pytest.raises(UserError, match=r"^Stöd Utskick av er inbjudan: skäl: skriv medarrangören i stället"):
            talk(session, request, grants=[grant_line(reason="René behöver hjälp.")])
        assert talk(session, request, notes="Initiativtagaren vill börja i maj.")


def test_what_was_agreed_in_a_talk_names_nobody(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        form = CatchUpForm.model_validate(
            {"network_number": network.number, "signature": "asj", "talked_on": DAY, "outcome": "adapt"}
            | {"member": "m1", "agreement": "Märit provar lunch."}
        )
        with pytest.raises(UserError, match=r"^Vad ni bestämde: skriv m2 i stället för namnet\.$"):
            check_catch_up(session, form, by(Actor.staff, DAY))


@pytest.mark.parametrize("company", ["Märit Sjöö", "märit sjöö", "Sjöö", "Märit Sjöö, VD"])
def test_nobody_of_the_network_is_written_as_a_company(office: Settings, company: str) -> None:
    with transaction() as session:
        with pytest.raises(UserError, match=r"^Företag: skriv företaget, ingen person\.") as told:
            check_company(session, network_in(session), company, "Företag")
        assert "Sjöö" not in str(told.value)


@pytest.mark.parametrize("company", ["LKAB", "Sjöö Bygg AB", "Märits kafé", "Luleå", "12 & 3", ""])
def test_a_company_called_after_somebody_is_a_company(office: Settings, company: str) -> None:
    with transaction() as session:
        check_company(session, network_in(session), company, "Företag")
