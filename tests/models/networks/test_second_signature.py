"""Whoever gave the second signature says so themselves, or takes back what was signed for them (section 13)."""

from datetime import date
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.errors import UserError
from models.networks import second_signature
from models.office.staff import by_signature
from models.people.roles import confirmed_organisers
from models.settings import Settings
from models.stages.work_list import what_waits
from models.tables.change_entry import ChangeEntry
from models.tables.network import Network
from models.views.timeline import network_timeline
from tests.acts import at, change, network_in

WHY = {"approver": "gol", "reason": "De bytte lokal."}


def staff(session: Session, signature: str) -> UUID:
    return by_signature(session, signature, "").id


def extended(session: Session) -> Network:
    network = network_in(session)
    change(session, network, "extend", "2027-01-11", days=60, **WHY)
    return network


def entry(session: Session) -> UUID:
    return session.exec(select(ChangeEntry.id).where(col(ChangeEntry.approved_by).is_not(None))).one()


def sentences(session: Session, network: Network) -> str:
    return " ".join(one.sentence for one in network_timeline(session, network))


def test_an_extension_holds_at_once_and_waits_on_the_second_persons_own_word(office: Settings) -> None:
    with transaction() as session:
        network = extended(session)
        assert network.support_ends_on == date(2027, 10, 24)
        [waits] = [one for one in what_waits(session, at("2027-01-12")) if one.what == "second_signature"]
        assert (waits.owner, waits.due) == (staff(session, "gol"), date(2027, 1, 18))
        assert "Väntar på att gol bekräftar." in sentences(session, network)
        second_signature.confirm(session, entry(session), staff(session, "gol"), at("2027-01-12"))
        assert second_signature.waiting(session) == []
        assert "Väntar" not in sentences(session, network)
        assert network.support_ends_on == date(2027, 10, 24)


def test_a_no_takes_the_extension_back_and_leaves_room_for_another(office: Settings) -> None:
    with transaction() as session:
        network = extended(session)
        second_signature.refuse(session, entry(session), staff(session, "gol"), at("2027-01-12"))
        assert (network.support_ends_on, network.extended_days) == (date(2027, 8, 25), 0)
        assert "gol hade inte godkänt det: taget tillbaka 2027-01-12." in sentences(session, network)
        assert change(session, network, "extend", "2027-01-13", days=30, approver="mla", reason="De bytte lokal.")


def test_a_no_gives_a_role_that_was_ended_back(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "end_role", "2027-01-11", whose="m2", **WHY)
        assert [one.code for one in confirmed_organisers(session, network.id)] == ["m1", "m3"]
        second_signature.refuse(session, entry(session), staff(session, "gol"), at("2027-01-12"))
        assert [one.code for one in confirmed_organisers(session, network.id)] == ["m1", "m2", "m3"]


def test_nobody_else_says_so_for_them_and_nobody_twice(office: Settings) -> None:
    with transaction() as session:
        extended(session)
        for signature in ("asj", "mla"):
            with pytest.raises(UserError, match="väntar inte på din underskrift"):
                second_signature.confirm(session, entry(session), staff(session, signature), at("2027-01-12"))
        second_signature.confirm(session, entry(session), staff(session, "gol"), at("2027-01-12"))
        with pytest.raises(UserError, match="väntar inte på din underskrift"):
            second_signature.refuse(session, entry(session), staff(session, "gol"), at("2027-01-13"))


def test_what_has_ended_meanwhile_is_not_taken_back(office: Settings) -> None:
    with transaction() as session:
        network = extended(session)
        change(session, network, "close", "2027-01-12", member="m1")
        with pytest.raises(UserError):
            second_signature.refuse(session, entry(session), staff(session, "gol"), at("2027-01-13"))
