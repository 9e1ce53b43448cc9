"""How a network ends: closed with honour, merged, split; members decide and staff confirm (domain.md section 4)."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.errors import UserError
from models.meetings import booking
from models.office.absence import record_absence
from models.office.interventions import open_once
from models.office.policy import DEFAULTS
from models.office.staff import by_signature
from models.people.roles import roles_of
from models.settings import Settings
from models.support.ledger import hours_left
from models.tables.meeting import Meeting, MeetingForm
from models.tables.network import LinkKind, Network, NetworkLink, NetworkState
from models.tables.office import Intervention, InterventionKind
from models.tables.request import SupportRequest
from models.tables.support import GrantStatus, SupportGrant
from models.tables.transition import Actor, Transition
from tests.acts import (
    AKE,
    GOREL,
    MARIT,
    ORJAN,
    RENE,
    ask,
    at,
    change,
    grant_line,
    mails,
    network_in,
    network_of,
    organisers,
    say_yes,
    talk,
)

N = NetworkState
DAY = "2027-01-11"


def last_cause(session: Session, network: Network) -> str:
    rows = select(Transition).where(col(Transition.network_id) == network.id, col(Transition.to_state) == network.state)
    [row] = session.exec(rows).all()
    assert (row.actor, row.signature) == (Actor.staff, "asj")
    return row.cause


def links(session: Session) -> set[tuple[str, Any, Any]]:
    return {(link.kind, link.from_network, link.to_network) for link in session.exec(select(NetworkLink))}


def test_nobody_closes_a_network_that_is_active(office: Settings) -> None:
    with transaction() as session, pytest.raises(UserError, match=r"^Medlem: välj den arrangör som sa det"):
        change(session, network_in(session), "close", DAY)


def test_an_active_network_closes_when_an_organiser_decided_and_all_who_built_it_are_thanked(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        assert change(session, network, "close", DAY, member="m2")
        assert (network.state, network.check_in_due_on) == (N.closed, None)
        assert last_cause(session, network) == "test:members m2"
        assert {mail.person_id for mail in mails(session, "closed")} == {
            r.person_id for r in organisers(session, network)
        }
        assert json.loads(mails(session, "closed")[0].context) == {"meetings": 1}
        assert not change(session, network, "close", "2027-01-12", member="m2")
        assert len(mails(session, "closed")) == 3


@pytest.mark.parametrize("member", ["", "m9"])
def test_staff_alone_close_no_active_network(office: Settings, member: str) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match="Medlem: "):
            change(session, network, "close", DAY, member=member)
        assert network.state == N.starting


def test_a_member_who_has_not_said_yes_closes_nothing(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "new_organiser", DAY, member_number=GOREL)
        with pytest.raises(UserError, match="Medlem: har inte sagt ja"):
            change(session, network, "close", DAY, member="m4")


def test_at_the_close_unused_hours_go_back_and_calendars_and_the_list_are_cleared(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session, grants=[grant_line("send_out", from_on="2027-01-01", to_on="2027-03-31")])
        booked, _ = booking.book_meeting(
            session,
            network,
            roles_of(session, network.id)[0],
            booking.Booking(at("2027-02-03"), MeetingForm.in_person),
            at("2027-01-08"),
        )
        open_once(session, network, InterventionKind.wish, "x", at(DAY))
        asj = by_signature(session, "asj", "")
        assert hours_left(session, asj.id, "2027Q1") == DEFAULTS.quarter_hours - Decimal("1.5")
        change(session, network, "close", DAY, member="m1")
        assert hours_left(session, asj.id, "2027Q1") == DEFAULTS.quarter_hours
        assert session.exec(select(SupportGrant.status)).all() == [GrantStatus.ended]
        assert (booked.status, booked.sequence) == ("cancelled", 1)
        cancelled = [mail for mail in mails(session, "calendar-invitation") if '"cancel"' in mail.context]
        assert len(cancelled) == 3
        [wish] = session.exec(select(Intervention)).all()
        assert (wish.outcome, wish.ended_by) == ("close", asj.id)
        assert session.exec(select(Meeting.status).where(col(Meeting.attended) > 0)).all() == ["held"]


def test_the_database_itself_keeps_no_end_that_nobody_signed(office: Settings) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        network = network_in(session)
        end = Transition(network_id=network.id, to_state="closed", cause="x", actor=Actor.staff, at=at(DAY))
        session.add(end)


def two(session: Session) -> tuple[Network, Network]:
    return network_in(session), network_of(session, GOREL, f"{ORJAN}, {MARIT}")


def test_a_merge_leaves_the_other_alive_and_asks_organisers_there_who_are_not_in_it(office: Settings) -> None:
    with transaction() as session:
        network, other = two(session)
        assert change(session, network, "merge", DAY, other_networks=[2], agreed=["1:m2", "2:M1"])
        assert (network.state, other.state) == (N.merged, N.starting)
        assert last_cause(session, network) == "test 1:m2 2:m1"
        assert links(session) == {(LinkKind.merge, network.id, other.id)}
        asked = [role for role in organisers(session, other) if not role.is_confirmed]
        assert [role.code for role in asked] == ["m4", "m5"]  # Märit is there already
        letters = [mail for mail in mails(session, "co-organiser") if mail.network_id == other.id]
        assert {mail.person_id for mail in letters} >= {role.person_id for role in asked}
        assert mails(session, "closed") == []
        assert not change(session, network, "merge", DAY, other_networks=[2], agreed=["1:m2", "2:m1"])
        assert len([role for role in organisers(session, other) if not role.is_confirmed]) == 2
        assert (
            session.exec(select(SupportGrant.status).where(col(SupportGrant.network_id) == network.id)).one() == "ended"
        )


@pytest.mark.parametrize(
    ("agreed", "sentence"),
    [
        (["1:m1"], "ange en arrangör ur nätverk #2, till exempel 2:m1"),
        (["2:m1"], "ange en arrangör ur nätverk #1"),
        (["1:m1", "2:m9"], "m9 finns inte i nätverk #2"),
        (["1:m4", "2:m1"], "har inte sagt ja"),
    ],
)
def test_no_merge_without_an_organiser_of_every_party(office: Settings, agreed: list[str], sentence: str) -> None:
    with transaction() as session:
        network, _ = two(session)
        change(session, network, "new_organiser", DAY, member_number=GOREL)
        with pytest.raises(UserError, match=f"Vilka som kommit överens: .*{sentence}"):
            change(session, network, "merge", DAY, other_networks=[2], agreed=agreed)
        assert (network.state, links(session)) == (N.starting, set())


def test_a_network_merges_into_one_other_that_is_active(office: Settings) -> None:
    with transaction() as session:
        network, other = two(session)
        with pytest.raises(UserError, match="Andra nätverk: välj ett annat"):
            change(session, network, "merge", DAY, other_networks=[1], agreed=["1:m1"])
        with pytest.raises(UserError, match="Andra nätverk: ange det som lever"):
            change(session, network, "merge", DAY, other_networks=[2, 1], agreed=["1:m1", "2:m1"])
        with pytest.raises(UserError, match="Andra nätverk: det finns inget nätverk #9"):
            change(session, network, "merge", DAY, other_networks=[9], agreed=["1:m1", "9:m1"])
        change(session, other, "close", DAY, member="m1")
        with pytest.raises(UserError, match="#2 har läget «avslutat»"):
            change(session, network, "merge", DAY, other_networks=[2], agreed=["1:m1", "2:m1"])


def family(session: Session) -> tuple[Network, Network, Network]:
    """A network, and two others that its members asked for and started themselves."""
    children = [talk(session, ask(session, member_number=who, co_organisers="", need=who)) for who in (MARIT, RENE)]
    parent = network_in(session)
    assert children[0] and children[1]
    return parent, children[0], children[1]


def test_a_split_leaves_children_that_each_have_their_own_initiator(office: Settings) -> None:
    with transaction() as session:
        parent, *children = family(session)
        agreed = ["1:m1", "2:m1", "3:m1"]
        assert change(session, parent, "split", DAY, other_networks=[1, 2], agreed=agreed)
        assert (parent.state, {child.state for child in children}) == (N.split, {N.planned})
        assert last_cause(session, parent) == "test 3:m1 1:m1 2:m1"
        assert links(session) == {(LinkKind.split, parent.id, child.id) for child in children}
        assert not change(session, parent, "split", DAY, other_networks=[1, 2], agreed=agreed)
        assert mails(session, "closed") == []


@pytest.mark.parametrize(
    ("others", "agreed", "sentence"),
    [
        ([1], ["1:m1", "3:m1"], "minst två olika"),
        ([1, 1], ["1:m1", "3:m1"], "minst två olika"),
        ([1, 2, 3], ["1:m1", "2:m1", "3:m1"], "minst två olika"),
        ([1, 2], ["1:m1", "3:m1"], "ange en arrangör ur nätverk #2"),
        ([1, 2], ["1:m1", "2:m1"], "ange en arrangör ur nätverk #3"),
    ],
)
def test_a_split_that_not_all_agreed_to_is_refused(
    office: Settings, others: list[int], agreed: list[str], sentence: str
) -> None:
    with transaction() as session:
        parent, *_ = family(session)
        with pytest.raises(UserError, match=sentence):
            change(session, parent, "split", DAY, other_networks=others, agreed=agreed)
        assert parent.state == N.starting


@pytest.mark.parametrize("lack", ["request", "initiator", "alive", "own"])
def test_every_child_of_a_split_lives_and_has_its_own_request_and_initiator(office: Settings, lack: str) -> None:
    with transaction() as session:
        parent, first, second = family(session)
        initiator = next(role for role in organisers(session, second) if role.kind == "initiator")
        if lack == "request":
            [one] = session.exec(select(SupportRequest).where(col(SupportRequest.network_id) == second.id)).all()
            one.network_id = None
        elif lack == "initiator":
            initiator.until = date(2027, 1, 4)
        elif lack == "own":
            initiator.person_id = organisers(session, first)[0].person_id
        else:
            second.state = N.closed
        session.flush()
        with pytest.raises(UserError, match="Andra nätverk: #2 behöver en egen förfrågan och en egen initiativtagare"):
            change(session, parent, "split", DAY, other_networks=[1, 2], agreed=["1:m1", "2:m1", "3:m1"])


def test_an_ended_network_takes_no_change_but_the_one_it_had(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "close", DAY, member="m1")
        changes: dict[str, dict[str, Any]] = {
            "rest": {"member": "m1"},
            "wake": {"member": "m1"},
            "new_contact": {"new_contact": "m2"},
            "new_organiser": {"member_number": AKE},
            "extend": {"days": 30, "approver": "mla", "reason": "Sjukdom."},
        }
        for what, fields in changes.items():
            with pytest.raises(UserError, match="Ändring: går inte, för nätverk #1 har läget «avslutat»"):
                change(session, network, what, DAY, **fields)
        say_yes(session, network)
        assert network.state == N.closed


EXTENSION: dict[str, Any] = {"days": 60, "approver": "mla", "reason": "Två arrangörer blev sjuka."}


def test_the_support_is_extended_once_with_a_reason_and_a_second_approver(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        assert change(session, network, "extend", "2027-08-24", **EXTENSION)
        assert (str(network.support_ends_on), network.extended_days) == ("2027-10-24", 60)
        assert network.extension_approved_by == by_signature(session, "mla", "").id
        assert network.extension_reason == EXTENSION["reason"]


def test_second_extension_is_refused(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "extend", DAY, **EXTENSION | {"days": 10})
        with pytest.raises(UserError, match="Ändring: stödet har förlängts en gång"):
            change(session, network, "extend", DAY, **EXTENSION | {"days": 10})
        assert network.extended_days == 10


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"days": 0}, "Dagar: ange 1–90"),
        ({"days": 91}, "Dagar: ange 1–90"),
        ({"reason": " "}, "Skäl: skriv varför"),
        ({"approver": ""}, "Godkänd av: skriv"),
        ({"approver": "xyz"}, "Godkänd av: signaturen finns inte"),
        ({"approver": "asj"}, "Godkänd av: någon annan"),
        ({"approver": "dpo"}, "Godkänd av: dpo får inte skriva under"),
        ({"signature": "gol", "approver": "asj"}, "Godkänd av: någon annan"),  # asj is the network's negotiator
        ({"signature": "gol", "approver": "gol"}, "Godkänd av: någon annan"),
    ],
)
def test_an_extension_without_its_reason_or_a_second_pair_of_eyes_is_refused(
    office: Settings, fields: dict[str, Any], sentence: str
) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match=sentence):
            change(session, network, "extend", DAY, **EXTENSION | fields)
        assert str(network.support_ends_on) == "2027-08-25"


def test_there_is_no_more_time_after_the_limit_beyond_twelve_months_or_for_the_independent(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match="inget stöd som går att förlänga"):
            change(session, network, "extend", "2027-08-25", **EXTENSION)
        network.support_ends_on = date(2027, 9, 25)  # put off already: twelve months are absolute
        with pytest.raises(UserError, match=r"senast 2027-11-25, tolv månader efter uppstarten\. Ange högst 61"):
            change(session, network, "extend", DAY, **EXTENSION | {"days": 62})
        assert change(session, network, "extend", DAY, **EXTENSION | {"days": 61})
        network.extended_days, network.state, network.step = 0, N.independent, 4
        with pytest.raises(UserError, match="har läget «på egna ben»"):
            change(session, network, "extend", DAY, **EXTENSION)


def test_support_that_absence_put_off_can_be_extended_until_it_ends(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        record_absence(session, by_signature(session, "asj", ""), date(2027, 3, 1), date(2027, 3, 31), None)
        with pytest.raises(UserError, match="inget stöd som går att förlänga"):
            change(session, network, "extend", "2027-09-24", **EXTENSION)
        assert change(session, network, "extend", "2027-09-23", **EXTENSION)


def test_a_resting_network_can_be_extended_unless_it_stood_by_itself(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        network.state, network.step = N.resting, 4
        with pytest.raises(UserError, match="inget stöd som går att förlänga"):
            change(session, network, "extend", DAY, **EXTENSION)
        network.step = 2
        assert change(session, network, "extend", DAY, **EXTENSION)


@pytest.mark.parametrize("state", ["planned", "resting"])
def test_an_organisers_word_closes_a_planned_or_resting_network_at_once(office: Settings, state: str) -> None:
    with transaction() as session:
        network = talk(session, ask(session)) if state == "planned" else network_in(session)
        assert network
        if state == "resting":
            change(session, network, "rest", "2027-01-11", member="m1")
        with pytest.raises(UserError, match="tidigast"):
            change(session, network, "close", "2027-01-12")
        assert change(session, network, "close", "2027-01-12", member="m1")
        assert network.state == N.closed and len(mails(session, "closed")) >= 1
