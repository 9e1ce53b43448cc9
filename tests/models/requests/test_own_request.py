"""What a member changes in their own request: by the rules of a new one, and told in its timeline."""

from typing import Any

import pytest
from sqlmodel import Session, select

from models.db.engine import transaction
from models.requests import own_request
from models.requests.near_neighbour import agree_for_request, neighbours_of
from models.requests.own_request import Asked
from models.settings import Settings
from models.tables.mail import Template
from models.tables.network import Nature
from models.tables.request import RequestState, SupportRequest
from models.tables.support import Item
from models.tables.transition import Actor
from models.views.timeline import request_timeline
from tests.acts import AKE, GOREL, MARIT, ORJAN, RENE, ask, at, by, mails, member, named, network_in, talk

pytestmark = pytest.mark.each_database
CAUSE = by(Actor.member, "2026-11-04")


def change(session: Session, request: SupportRequest, **differently: Any) -> bool:
    """Ask for the same, but for what is said here."""
    same: dict[str, Any] = {
        "place": request.place,
        "municipality": request.municipality or "",
        "nature": Nature(request.nature),
        "need": request.need,
        "wished": [Item(one) for one in request.wished],
        "without_support": request.without_support,
    }
    return own_request.change(session, request, Asked(**(same | differently)), CAUSE)


def told(session: Session, request: SupportRequest) -> set[str]:
    """What its timeline says of the change."""
    session.flush()
    lines = [one.sentence.removesuffix(" Ändrat på förfrågans sida.") for one in request_timeline(session, request)]
    return {one for one in lines if not one.startswith("Läge")}


def test_each_thing_that_is_changed_is_told_in_its_own_sentence_and_no_words_of_theirs(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, wished=["send_out"])
        assert change(session, request) and told(session, request) == set()
        change(session, request, place="Kallax hos Åke", need="Åke vill inget säga.", wished=[Item.speaker])
        assert told(session, request) == {
            "En annan plats i Luleå.",
            "Behovet i nya ord.",
            "Önskar: hjälp att hitta talare i stället för utskick av er inbjudan.",
        }
        change(session, request, nature=Nature.role, wished=[], without_support=True, municipality="Boden")
        assert told(session, request) >= {
            "Plats: Boden i stället för Luleå.",
            "Vad för dem samman: samma roll i stället för ort.",
            "Önskar: att börja utan stöd i stället för hjälp att hitta talare.",
        }
        assert "Åke" not in str(request_timeline(session, request))


def test_another_place_has_other_neighbours_and_nothing_agreed_with_them(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        request = ask(session, "2026-11-30", member_number=GOREL, co_organisers="")
        own_request.introduce_us(session, request, CAUSE)
        change(session, request, place="Kallax")
        [near] = neighbours_of(session, request)
        assert near.agreed_at is None
        assert agree_for_request(session, request, CAUSE.at) == 1
        change(session, request, need="Vi vill träffas oftare.")
        assert neighbours_of(session, request)[0].agreed_at, "other words are no other place"
        change(session, request, place="Malmö", municipality="Malmö")
        assert neighbours_of(session, request) == []


def test_another_region_has_other_staff_until_somebody_has_talked_with_them(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        before = request.assigned_to
        change(session, request, place="Boden", municipality="Boden")
        assert request.assigned_to == before, "the same region"
        change(session, request, place="Malmö", municipality="Malmö")
        assert request.assigned_to not in (None, before)
        assert mails(session, Template.staff_case)[-1].staff_id == request.assigned_to
        talk(session, request, decision="wait")
        taken = request.assigned_to
        change(session, request, place="Boden", municipality="Boden")
        assert request.assigned_to == taken


@pytest.mark.parametrize("nowhere", [{"place": "hela Sverige"}, {"place": ""}, {"municipality": "Lulea"}])
def test_where_no_network_can_be_it_does_not_go(office: Settings, nowhere: dict[str, str]) -> None:
    with transaction() as session:
        request = ask(session)
        before = request.model_dump()
        assert not change(session, request, **nowhere)
        assert request.model_dump() == before


def test_more_are_named_or_others_and_each_says_yes_for_themselves(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        own_request.name_others(session, request, [RENE, GOREL, AKE], CAUSE)
        assert [one.person_id for one in named(session, request)] == [
            member(session, number).id for number in (MARIT, RENE, GOREL)
        ]
        own_request.name_others(session, request, [ORJAN], CAUSE, anew=True)
        [one] = named(session, request)
        assert (one.person_id, one.yes_at, one.asked_at) == (member(session, ORJAN).id, None, None)
        assert not mails(session, Template.co_organiser), "they are asked after the talk"
        assert {"Nämnda medarrangörer: 3 i stället för 2.", "Nämnda medarrangörer: 1 i stället för 3."} <= told(
            session, request
        )


def test_while_it_waits_whoever_is_named_is_asked_at_once_and_nobody_twice(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="wait")
        assert request.state == RequestState.waiting and len(mails(session, Template.co_organiser)) == 2
        for _ in range(2):
            own_request.name_others(session, request, [MARIT, RENE, GOREL], CAUSE, anew=True)
        assert len(mails(session, Template.co_organiser)) == 3
        [no] = [one for one in named(session, request) if one.person_id == member(session, GOREL).id]
        no.no_at = at("2026-11-05")
        own_request.name_others(session, request, [GOREL], CAUSE, anew=True)
        assert len(mails(session, Template.co_organiser)) == 3 and no.no_at


def test_what_is_over_is_changed_no_more(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        own_request.take_back(session, request, CAUSE)
        assert not change(session, request, need="Nytt")
        assert not own_request.name_others(session, request, [GOREL], CAUSE)
        assert not own_request.introduce_us(session, request, CAUSE)
        assert session.exec(select(SupportRequest)).one().need == "Vi vill träffas."
