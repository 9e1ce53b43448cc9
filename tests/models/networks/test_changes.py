"""A living network changes its pace, size, name and place on its members' word, and its negotiator on the office's."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from models.db.engine import transaction
from models.errors import UserError
from models.forms.network_change import NetworkChangeForm
from models.health.assessment import assess
from models.office.absence import record_absence
from models.office.interventions import open_once
from models.office.staff import by_signature
from models.settings import Settings
from models.stages import network_change
from models.support.ledger import book_hours, hours_left, use_hours
from models.tables.change_entry import ChangeEntry
from models.tables.network import NetworkState
from models.tables.office import Intervention, InterventionKind, Staff
from models.tables.support import EntryKind, SupportGrant
from models.tables.transition import Actor
from models.views.invariants import broken
from tests.acts import (
    AKE,
    GOREL,
    ask,
    at,
    by,
    change,
    grant_line,
    mails,
    network_in,
    network_of,
    organisers,
    say_yes,
    talk,
)

DAY = "2027-01-11"
CHANGES: list[tuple[str, dict[str, Any], str, Any]] = [
    ("cadence", {"cadence_days": 90}, "cadence_days", 90),
    ("target_size", {"target_size": 12}, "target_size", 12),
    ("name", {"network_name": "Chefer i norr"}, "name", "Chefer i norr"),
    ("place", {"place": "Gammelstad", "municipality": "Luleå"}, "place", "Gammelstad"),
]


def log(session: Session) -> list[ChangeEntry]:
    return list(session.exec(select(ChangeEntry)))


@pytest.mark.parametrize(("what", "told", "column", "value"), CHANGES)
def test_a_network_changes_on_an_organisers_word_once_and_it_is_logged(
    office: Settings, what: str, told: dict[str, Any], column: str, value: Any
) -> None:
    with transaction() as session:
        network = network_in(session)
        before = getattr(network, column)
        assert change(session, network, what, DAY, member="m2", **told)
        assert getattr(network, column) == value
        assert not change(session, network, what, DAY, member="m2", **told), "it is so already"
        [entry] = log(session)
        asj = by_signature(session, "asj", "")
        assert (entry.what, entry.asked_by, entry.signed_by) == (what, "m2", asj.id)
        assert str(before) in entry.before and str(value) in entry.after


@pytest.mark.parametrize(("what", "told", "column", "_value"), CHANGES)
@pytest.mark.parametrize("member", ["", "m4"])
def test_nobody_but_its_organisers_decides_what_a_network_is(
    office: Settings, what: str, told: dict[str, Any], column: str, _value: Any, member: str
) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "new_organiser", DAY, member_number=GOREL)  # m4, who has not said yes
        before = getattr(network, column)
        with pytest.raises(UserError, match="Medlem"):
            change(session, network, what, DAY, member=member, **told)
        assert getattr(network, column) == before and log(session) == []


def test_regularity_is_measured_against_the_pace_that_a_network_chose_anew(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)  # every second month
        [(_, before)] = assess(session, [network], date(2027, 5, 3))
        change(session, network, "cadence", "2027-05-03", member="m1", cadence_days=180)
        [(_, after)] = assess(session, [network], date(2027, 5, 3))
        assert (before.components["R"] or 0) < (after.components["R"] or 0) == 1


@pytest.mark.parametrize(
    ("told", "sentence"),
    [({"place": "Hela landet"}, "Plats"), ({"place": "Byn"}, "Kommun"), ({"place": "A.se/x"}, "Ny plats")],
)
def test_a_network_moves_to_a_place_and_never_to_the_whole_country(
    office: Settings, told: dict[str, str], sentence: str
) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match=sentence):
            change(session, network, "place", DAY, member="m1", **told)
        assert network.place == "Luleå"


def test_a_network_that_has_ended_changes_no_more(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "close", DAY, member="m1")
        for what, told in (("negotiator", {"negotiator": "gol"}), ("cadence", {"member": "m1", "cadence_days": 90})):
            with pytest.raises(UserError, match="avslutat"):
                change(session, network, what, DAY, **told)


# --- who of the office ----------------------------------------------------------------------------


def test_another_negotiator_takes_over_the_network_and_what_is_open_about_it(office: Settings) -> None:
    with transaction() as session:
        network, other = network_in(session), network_of(session, GOREL)
        for one in (network, other):
            open_once(session, one, InterventionKind.wish, "x", at(DAY))
        gol, asj = by_signature(session, "gol", ""), by_signature(session, "asj", "")
        other.negotiator = asj.id
        assert change(session, network, "negotiator", DAY, negotiator="gol")
        session.expire_all()
        owners = {one.network_id: one.owner for one in session.exec(select(Intervention))}
        assert (network.negotiator, owners[network.id]) == (gol.id, gol.id)
        assert (other.negotiator, owners[other.id] == gol.id) == (asj.id, False)


def hand_over(session: Session, former: str, to: str) -> dict[str, int]:
    form = NetworkChangeForm.model_validate(
        {"signature": "gol", "change": "hand_over", "former": former, "negotiator": to}
    )
    form.check(date.fromisoformat(DAY))
    cause = replace(by(Actor.staff, DAY), signature="gol")
    network_change.check_change(session, form, cause)
    given = network_change.hand_over_all(session, form, cause)
    session.flush()
    session.expire_all()
    return given


def test_all_that_a_leaver_looked_after_goes_to_another_at_once(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        ended = network_of(session, GOREL, place="Luleå")
        request = ask(session, DAY, need="Något helt annat.", place="Boden", municipality="Boden", co_organisers="")
        open_once(session, network, InterventionKind.wish, "x", at(DAY))
        change(session, ended, "close", DAY, member="m1")
        asj, gol = by_signature(session, "asj", ""), by_signature(session, "gol", "")
        assert (network.negotiator, request.assigned_to) == (asj.id, asj.id)
        session.get_one(Staff, asj.id).active = False
        assert hand_over(session, "asj", "gol") == {"networks": 1, "requests": 1, "matters": 1}
        assert (network.negotiator, request.assigned_to) == (gol.id, gol.id)
        told = [(mail.staff_id, json.loads(mail.context)["came"]) for mail in mails(session, "staff-case")]
        assert told[-2:] == [(asj.id, "new"), (gol.id, "handed_over")]
        assert ended.negotiator == asj.id, "what has ended stays who it was"
        assert {one.owner for one in session.exec(select(Intervention)) if one.ended_at is None} == {gol.id}
        assert set(hand_over(session, "asj", "gol").values()) == {0}


@pytest.mark.parametrize(("former", "to"), [("gol", "gol"), ("xyz", "gol"), ("asj", "xyz")])
def test_a_handover_to_oneself_or_to_nobody_is_refused(office: Settings, former: str, to: str) -> None:
    with transaction() as session, pytest.raises(UserError):
        hand_over(session, former, to)


def test_whoever_approved_an_extension_may_take_the_network_over(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "extend", DAY, days=30, approver="gol", reason="De behöver det.")
        assert change(session, network, "negotiator", DAY, negotiator="gol")


# --- a role that ends for cause -------------------------------------------------------------------

ENDED = {"whose": "m1", "approver": "gol", "reason": "Säljer till de andra."}


def test_a_role_ends_for_a_reason_that_two_of_the_staff_sign_and_the_network_lives_on(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        assert change(session, network, "end_role", DAY, **ENDED)
        assert [role.code for role in organisers(session, network)] == ["m2", "m3"]
        [entry] = log(session)
        assert (entry.before, entry.reason) == ("m1", ENDED["reason"])
        assert entry.approved_by == by_signature(session, "gol", "").id
        assert network.state == NetworkState.starting
        kinds = {one.kind for one in session.exec(select(Intervention))}
        assert kinds == {InterventionKind.new_contact}, "its contact went: staff find another"


@pytest.mark.parametrize(
    ("told", "sentence"),
    [({"approver": "asj"}, "två personer"), ({"approver": ""}, "Godkänd av"), ({"reason": " "}, "Skäl"),
     ({"whose": "m9"}, "Vems roll"), ({"whose": ""}, "Vems roll")],
)  # fmt: skip
def test_no_role_ends_on_one_signature_or_without_a_reason(
    office: Settings, told: dict[str, str], sentence: str
) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match=sentence):
            change(session, network, "end_role", DAY, **(ENDED | told))
        assert len(organisers(session, network)) == 3 and log(session) == []


def test_where_the_last_organisers_role_ends_rest_is_proposed(office: Settings) -> None:
    with transaction() as session:
        network = network_of(session, GOREL, AKE)
        for whose in ("m2", "m1"):
            change(session, network, "end_role", DAY, **(ENDED | {"whose": whose}))
        kinds = {one.kind for one in session.exec(select(Intervention)) if one.ended_at is None}
        assert InterventionKind.propose_rest in kinds


def test_a_network_in_the_making_can_be_renamed_too(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        say_yes(session, network)
        assert change(session, network, "name", "2026-11-10", member="m1", network_name="Norr")


def test_what_a_leaver_was_still_to_give_the_other_gives_and_their_hours_with_it(office: Settings) -> None:
    with transaction() as session:
        network_in(session, grants=[grant_line("send_out", from_on="2027-02-01", to_on="2027-03-15")])
        asj, gol = by_signature(session, "asj", ""), by_signature(session, "gol", "")
        before = hours_left(session, asj.id, "2027Q1"), hours_left(session, gol.id, "2027Q1")
        hand_over(session, "asj", "gol")
        [grant] = session.exec(select(SupportGrant)).all()
        assert grant.staff_id == gol.id
        after = hours_left(session, asj.id, "2027Q1"), hours_left(session, gol.id, "2027Q1")
        assert (after[0] - before[0], before[1] - after[1]) == (grant.hours, grant.hours)
        use_hours(session, grant, date(2027, 2, 2), grant.hours, at("2027-02-02"))
        assert hours_left(session, asj.id, "2027Q1") == after[0] and broken(session) == []


def test_what_does_not_fit_the_others_hours_stays_where_it_is(office: Settings) -> None:
    with transaction() as session:
        network_in(session, grants=[grant_line("send_out", from_on="2027-02-01", to_on="2027-03-15")])
        gol, asj = by_signature(session, "gol", ""), by_signature(session, "asj", "")
        book_hours(session, gol, date(2027, 2, 1), hours_left(session, gol.id, "2027Q1"), EntryKind.used, at(DAY))
        left = hours_left(session, asj.id, "2027Q1")
        hand_over(session, "asj", "gol")
        [grant] = session.exec(select(SupportGrant)).all()
        assert (grant.staff_id, hours_left(session, asj.id, "2027Q1")) == (asj.id, left)
        assert broken(session) == []


def test_a_matter_that_somebody_stood_in_for_goes_to_the_new_negotiator_too(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        record_absence(session, by_signature(session, "asj", ""), date(2027, 1, 4), date(2027, 1, 8),
                       by_signature(session, "gol", ""))  # fmt: skip
        open_once(session, network, InterventionKind.wish, "x", at("2027-01-05"))
        [matter] = session.exec(select(Intervention)).all()
        assert matter.owner == by_signature(session, "gol", "").id
        change(session, network, "negotiator", DAY, negotiator="mla")
        session.expire_all()
        assert matter.owner == by_signature(session, "mla", "").id


def test_a_network_created_by_mistake_is_annulled_in_the_form_with_what_went_wrong(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        with pytest.raises(UserError, match=r"^Skäl: skriv vad som blev fel\."):
            change(session, network, "annul", "2026-11-10")
        assert change(session, network, "annul", "2026-11-10", reason="Dubbelt.")
        assert not change(session, network, "annul", "2026-11-10", reason="Dubbelt.")
        assert network.state == NetworkState.annulled


def test_the_wrong_person_in_a_role_is_put_right_in_the_form(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        told = {"whose": "m2", "member_number": GOREL, "reason": "Fel nummer."}
        for name, sentence in (("whose", "Vems roll"), ("member_number", "Medlemsnummer"), ("reason", "Skäl")):
            with pytest.raises(UserError, match=f"^{sentence}: "):
                change(session, network, "wrong_person", "2026-12-01", **(told | {name: ""}))
        assert change(session, network, "wrong_person", "2026-12-01", **told)
        assert log(session)[-1].what == "person"
