"""What happened to a network or request: each thing in its own sentence, the newest first, and nobody named."""

from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from models.db.engine import transaction
from models.i18n import Language
from models.networks.annulment import annul
from models.networks.meeting_corrections import move_to_day, never_held
from models.privacy.wrong_person import INITIATOR, right_asker
from models.settings import Settings, settings
from models.support.corrections import correct_grant
from models.tables.change_entry import ChangedField
from models.tables.meeting import Meeting
from models.tables.person import Person
from models.tables.request import SupportRequest
from models.tables.support import SupportGrant
from models.views.timeline import SENTENCES, network_timeline, request_timeline
from tests.acts import GOREL, ask, change, network_in, put_right, talk


def test_a_networks_life_is_told_newest_first_with_what_was_put_right(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        grant = session.exec(select(SupportGrant)).one()
        correct_grant(session, grant, put_right(session, "2026-11-26"), hours=Decimal(2))
        meeting = session.exec(select(Meeting)).one()
        move_to_day(session, network, meeting, date(2026, 11, 24), put_right(session, "2026-11-27"))
        change(session, network, "cadence", "2026-11-30", member="m1", cadence_days=30)
        told = [(one.kind, one.sentence, one.signature, one.reason) for one in network_timeline(session, network)]
        assert told == [
            ("change", "Ny takt: varje månad i stället för varannan månad. m1 bad om det.", "asj", None),
            ("correction", "Uppstarten var 2026-11-24, inte 2026-11-25.", "asj", "Vi skrev fel."),
            ("correction", "Träffen hölls 2026-11-24, inte 2026-11-25.", "asj", "Vi skrev fel."),
            (
                "correction",
                "Stöd rättat: Utskick av er inbjudan, 2 timmar, 2026-11-05–2027-07-31 i stället för "
                "Utskick av er inbjudan, 1,5 timmar, 2026-11-05–2027-07-31.",
                "asj",
                "Vi skrev fel.",
            ),
            ("meeting", "m1 berättade om träffen 2026-11-24: 9 kom.", None, None),
            ("state", "Läge: startar, från planerat.", None, None),
            ("state", "Läge: planerat.", "asj", None),
            ("grant", "Beviljat: Utskick av er inbjudan, 1,5 timmar, 2026-11-05–2027-07-31.", "asj", "Behövs."),
        ]


def test_a_requests_way_is_told_until_its_network_was_annulled_and_after(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        right_asker(session, request, INITIATOR, GOREL, put_right(session, "2026-11-04"))
        network = talk(session, request)
        assert network
        annul(session, network, put_right(session))
        assert [one.sentence for one in request_timeline(session, request)] == [
            "Nätverket skapades av misstag och makulerades.",
            "Läge: i samtal, från beviljad.",
            "Läge: beviljad, från i samtal.",
            "Läge: i samtal, från mottagen.",
            "Initiativtagaren var en annan medlem.",
            "Läge: mottagen.",
        ]


def everything(session: Session) -> str:
    network = network_in(session)
    never_held(session, network, session.exec(select(Meeting)).one(), put_right(session, "2026-11-27"))
    annul(session, network, put_right(session, "2026-11-30"))
    request = session.exec(select(SupportRequest)).one()
    return " ".join(str(one) for one in network_timeline(session, network) + request_timeline(session, request))


@pytest.mark.parametrize("language", Language)
def test_it_names_nobody_in_either_language(
    office: Settings, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTS_LANGUAGE", language)
    settings.cache_clear()
    with transaction() as session:
        told = everything(session)
        named = [word for one in session.exec(select(Person)) for word in (one.name or "").split()]
        assert named
        assert not [word for word in named if word in told]
        assert ("annulled" in told) == (language == Language.en)


def test_everything_that_is_changed_has_its_own_sentence() -> None:
    assert set(SENTENCES) == set(ChangedField)
