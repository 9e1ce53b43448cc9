"""The talk and its decision: item by item, within the hours there are, and never a network without an initiator."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from sqlmodel import select, text

from models.db.engine import transaction
from models.errors import CapacityExceeded, TransitionRefused, UserError
from models.forms.needs_talk import NeedsTalkForm
from models.networks import creation
from models.office.menu import SUGGESTED, suggest
from models.office.policy import DEFAULTS
from models.office.staff import by_signature
from models.settings import Settings
from models.stages import needs_talk
from models.support.ledger import book_hours, hours_left, release, split
from models.tables.change_entry import ChangeEntry
from models.tables.network import LinkKind, Network, NetworkLink, NetworkState
from models.tables.person import Membership, Person
from models.tables.request import RequestState
from models.tables.support import EntryKind, Item, SupportGrant
from models.tables.transition import Actor
from models.views.form_options import all_lists
from models.views.my_data import stored_about
from tests.acts import AKE, GOREL, MARIT, RENE, ask, at, by, grant_line, mails, member, no_register, organisers, talk


def test_a_grant_creates_the_network_with_its_initiator_and_asks_the_others(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        network = talk(session, request, network_name="Chefer i Luleå")
        assert network and request.state == RequestState.granted
        assert (network.state, network.step, network.place) == (NetworkState.planned, 0, "Luleå")
        assert (network.cadence_days, network.target_size, network.open_to_all) == (60, 8, True)
        assert [(role.code, role.is_confirmed) for role in organisers(session, network)] == [
            ("m1", True),
            ("m2", False),
            ("m3", False),
        ]
        assert len(mails(session, "granted")) == 1
        assert creation.ask_co_organisers(session, network, by(Actor.staff, "2026-11-05").at) == 2
        assert creation.ask_co_organisers(session, network, by(Actor.staff, "2026-11-06").at) == 0


def test_hours_are_reserved_at_the_grant_and_the_talk_is_booked(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session), grants=[grant_line("send_out"), grant_line("negotiator_at_meeting")])
        asj = by_signature(session, "asj", "")
        year = sum(hours_left(session, asj.id, quarter) for quarter in ("2026Q4", "2027Q1", "2027Q2", "2027Q3"))
        assert year == 4 * DEFAULTS.quarter_hours - Decimal("8.5")


def test_what_does_not_fit_the_hours_waits_and_leaves_no_network_behind(office: Settings) -> None:
    with transaction() as session:
        asj = by_signature(session, "asj", "")
        book_hours(session, asj, date(2026, 11, 5), Decimal(22), EntryKind.used, by(Actor.staff, "2026-11-01").at)
        request = ask(session)
        assert talk(session, request, grants=[grant_line("negotiator_at_meeting")]) is None
        assert request.state == RequestState.waiting
        assert hours_left(session, asj.id, "2026Q4") == 1  # the talk was held all the same
        assert session.exec(select(Network)).all() == []
        assert session.exec(select(SupportGrant)).all() == []
        assert (len(mails(session, "waiting")), len(mails(session, "granted"))) == (1, 0)


def test_starter_kit_and_digital_room_cost_no_hours_and_are_always_there(office: Settings) -> None:
    with transaction() as session:
        asj = by_signature(session, "asj", "")
        book_hours(session, asj, date(2026, 11, 5), Decimal(23), EntryKind.used, by(Actor.staff, "2026-11-01").at)
        assert talk(session, ask(session), grants=[grant_line("starter_kit"), grant_line("digital_room")])
        assert hours_left(session, asj.id, "2026Q4") == 0


def test_the_ledger_never_goes_below_zero(office: Settings) -> None:
    with transaction() as session:
        asj = by_signature(session, "asj", "")
        at = by(Actor.staff, "2026-11-01").at
        book_hours(session, asj, date(2026, 11, 5), Decimal(24), EntryKind.used, at)
        with pytest.raises(CapacityExceeded, match="0 timmar kvar 2026Q4"):
            book_hours(session, asj, date(2026, 12, 31), Decimal("0.5"), EntryKind.reserved, at)
        book_hours(session, asj, date(2027, 1, 1), Decimal("0.5"), EntryKind.reserved, at)


def test_unused_hours_go_back_to_the_quarter_they_came_from_once(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session), grants=[grant_line("negotiator_at_meeting", to_on="2026-12-31")])
        asj, grant = by_signature(session, "asj", ""), session.exec(select(SupportGrant)).one()
        for _ in range(2):
            release(session, grant, by(Actor.rule, "2026-12-31").at)
            session.flush()
        assert hours_left(session, asj.id, "2026Q4") == DEFAULTS.quarter_hours - 1


def test_a_grant_over_a_quarters_end_is_split_by_days_and_adds_up() -> None:
    assert split(date(2026, 12, 1), date(2027, 1, 31), Decimal(6)) == [
        (date(2026, 12, 1), Decimal("3.00")),
        (date(2027, 1, 1), Decimal("3.00")),
    ]
    for last in (date(2026, 11, 5), date(2027, 1, 1), date(2027, 11, 5)):
        shares = split(date(2026, 11, 5), last, Decimal("1.5"))
        assert sum(hours for _, hours in shares) == Decimal("1.5")
        assert all(hours >= 0 for _, hours in shares)


def test_a_grant_that_one_of_its_quarters_cannot_hold_waits(office: Settings) -> None:
    with transaction() as session:
        asj = by_signature(session, "asj", "")
        book_hours(session, asj, date(2027, 1, 4), Decimal(24), EntryKind.used, by(Actor.staff, "2026-11-01").at)
        request = ask(session)
        line = grant_line("sounding_board", from_on="2026-12-01", to_on="2027-01-31")
        assert talk(session, request, grants=[line]) is None
        assert (request.state, hours_left(session, asj.id, "2026Q4")) == (
            RequestState.waiting,
            DEFAULTS.quarter_hours - 1,
        )


def test_of_grants_for_the_last_hours_at_the_same_moment_exactly_one_succeeds(office: Settings) -> None:
    at = by(Actor.staff, "2026-11-01").at
    with transaction() as session:
        staff = by_signature(session, "asj", "")
        book_hours(session, staff, date(2026, 11, 5), Decimal(18), EntryKind.used, at)
    together = Barrier(8)

    def take() -> bool:
        together.wait()
        try:
            with transaction() as session:
                book_hours(session, staff, date(2026, 11, 5), Decimal(6), EntryKind.reserved, at)
        except CapacityExceeded:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: take(), range(8))) == 1
    with transaction() as session:
        assert hours_left(session, staff.id, "2026Q4") == 0


def test_deciding_twice_decides_once(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request)
        form = NeedsTalkForm(request_number=request.number, signature="asj", talked_on=date(2026, 11, 5))
        needs_talk.decide(session, request, form, by(Actor.staff, "2026-11-06"))
        assert len(session.exec(select(Network)).all()) == 1


def test_a_decision_on_what_does_not_await_one_is_refused_in_words(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request)
        with pytest.raises(UserError, match=r"Beslut: det går inte när förfrågan är beviljad\. Välj Rätta: öppna"):
            talk(session, request)


def test_an_initiator_who_left_the_union_before_the_decision_gets_no_network(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        session.get_one(Person, request.initiator_id).membership = Membership.left
        session.flush()
        with pytest.raises(TransitionRefused):
            talk(session, request)
        assert session.exec(select(Network)).all() == []


def test_declining_needs_a_reason_and_tells_it(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        with pytest.raises(UserError, match="Skäl: "):
            talk(session, request, decision="decline")
        talk(session, request, decision="decline", reason="outside_purpose")
        assert request.state == RequestState.declined
        assert len(mails(session, "declined")) == 1


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([grant_line("negotiator_at_meeting")] * 3, "högst 2 gånger"),
        ([grant_line("negotiator_at_meeting")] * 2 + [grant_line("sounding_board")] * 3, "mer än 20"),
        ([grant_line("send_out", to_on="2027-11-06")], "senast till 2027-11-05"),
        ([grant_line("send_out", to_on="2026-11-01")], "ligger före"),
        ([grant_line("grant_money", sek=3001)], "högst 3000 kronor"),
        ([grant_line("send_out", sek=1)], "högst 0 kronor"),
        ([grant_line("send_out", reason=" ")], "skriv ett skäl"),
        ([grant_line("send_out", hours=-1)], "negativa"),
        ([grant_line("send_out", signature="xx")], "signaturen finns inte"),
    ],
)
def test_a_grant_that_breaks_the_menu_is_refused_in_words(office: Settings, lines: list[object], sentence: str) -> None:
    with transaction() as session, pytest.raises(UserError, match=sentence):
        talk(session, ask(session), grants=lines)


def test_the_nature_of_the_network_suggests_items() -> None:
    assert suggest("town", False) == (Item.starter_kit, Item.send_out, Item.negotiator_at_meeting)  # type: ignore[arg-type]
    assert all(items for items in SUGGESTED.values())


def test_a_co_organiser_who_is_the_initiator_is_not_asked(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session, member_number=MARIT, co_organisers=MARIT))
        assert network and len(organisers(session, network)) == 1


def test_the_talk_is_booked_once_whatever_is_decided(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        for _ in range(2):
            talk(session, request, decision="wait")
        assert hours_left(session, by_signature(session, "asj", "").id, "2026Q4") == DEFAULTS.quarter_hours - 1


@pytest.mark.parametrize("state", ["received", "incomplete", "talking", "waiting"])
def test_the_initiator_can_withdraw_whatever_is_open_and_no_talk_is_booked_for_it(office: Settings, state: str) -> None:
    with transaction() as session:
        request = ask(session)
        request.state = RequestState(state)
        session.flush()
        talk(session, request, decision="withdraw")
        assert (request.state, request.talk_at) == (RequestState.withdrawn, None)
        assert hours_left(session, by_signature(session, "asj", "").id, "2026Q4") == DEFAULTS.quarter_hours


@pytest.mark.parametrize(("reason", "goes"), [("not_a_member", True), ("no_place", True), ("outside_purpose", False)])
def test_an_incomplete_request_ends_for_what_the_rules_decline_and_for_nothing_that_takes_a_talk(
    office: Settings, reason: str, goes: bool
) -> None:
    with transaction() as session:
        no_register(session)
        request = ask(session)
        assert request.state == RequestState.incomplete
        if goes:
            talk(session, request, decision="decline", reason=reason)
            assert (request.state, request.talk_at) == (RequestState.declined, None)
        else:
            with pytest.raises(UserError, match="Skäl: inget samtal"):
                talk(session, request, decision="decline", reason=reason)


def test_an_incomplete_request_is_never_granted(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        request.state = RequestState.incomplete
        session.flush()
        with pytest.raises(UserError, match="Beslut: det går inte när förfrågan är ofullständig"):
            talk(session, request)
        form = NeedsTalkForm(request_number=request.number, signature="asj", talked_on=date(2026, 11, 5))
        needs_talk.record_talk(session, form, by(Actor.staff, "2026-11-05"))
        needs_talk.decide(session, request, form, by(Actor.staff, "2026-11-05"))
        assert (request.state, session.exec(select(Network)).all()) == (RequestState.incomplete, [])


def test_a_network_that_comes_back_is_linked_to_the_one_before(office: Settings) -> None:
    with transaction() as session:
        before = talk(session, ask(session))
        assert before
        request = ask(session, member_number=MARIT, need="Vi börjar om.")
        request.predecessor = before.id
        session.flush()
        after = talk(session, request)
        link = session.exec(select(NetworkLink)).one()
        assert after and (link.kind, link.from_network, link.to_network) == (LinkKind.successor, before.id, after.id)


def test_an_employee_named_as_co_organiser_is_never_given_a_role(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, co_organisers=f"{GOREL}, {MARIT}, {RENE}")
        gorel = member(session, GOREL)
        assert gorel
        gorel.is_employee = True  # since they were named
        network = talk(session, request)
        assert network and [role.code for role in organisers(session, network)] == ["m1", "m2", "m3"]
        assert gorel.id not in {role.person_id for role in organisers(session, network)}


# --- what was said --------------------------------------------------------------------------------


def test_the_notes_of_each_talk_are_kept_sealed_the_later_below_the_earlier(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, "2026-11-05", decision="wait", notes=" De har en lokal. ")
        talk(session, request, "2026-11-20", notes="Två till är med.")
        assert request.talk_notes == "2026-11-05: De har en lokal.\n2026-11-20: Två till är med."
        session.flush()
        [stored] = session.execute(text("SELECT talk_notes FROM support_request")).scalars()
        assert stored and not any(word in stored for word in ("lokal", "till", "2026"))


def test_without_notes_none_are_kept(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="wait", notes="  ")
        assert request.talk_notes is None


def test_the_initiator_finds_the_notes_among_what_is_stored_about_them_and_the_others_do_not(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session), notes="De har en lokal.")
        persons = [member(session, number) for number in (AKE, MARIT)]
        asked, named = (stored_about(session, one) for one in persons if one)
        assert [one["talk_notes"] for one in asked["requests"]] == ["2026-11-05: De har en lokal."]
        assert "lokal" not in str(named)


def test_who_withdraws_has_had_no_talk_to_note(office: Settings) -> None:
    with (
        transaction() as session,
        pytest.raises(UserError, match="«Anteckning från samtalet»: hör inte till valet «De"),
    ):
        talk(session, ask(session), decision="withdraw", notes="De har en lokal.")


# --- corrections ----------------------------------------------------------------------------------


def test_a_decision_is_opened_again_in_the_form_with_what_went_wrong(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request)
        with pytest.raises(UserError, match=r"^Anteckning från samtalet: skriv vad som blev fel\."):
            talk(session, request, "2026-11-09", decision="reopen")
        talk(session, request, "2026-11-09", decision="reopen", notes="Fel nätverk.")
        assert (request.state, request.talk_notes) == ("talking", None)
        assert session.exec(select(Network.state)).one() == "annulled"
        assert session.exec(select(ChangeEntry.reason)).one() == "Fel nätverk."


def test_what_cannot_be_opened_is_refused_before_anything_is_kept(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        talk(session, request, decision="decline", reason="outside_purpose")
        with pytest.raises(UserError, match=r"^Förfrågan: beslutet om #1 kunde öppnas till och med"):
            talk(session, request, "2026-12-01", decision="reopen", notes="Fel.")


def test_the_wrong_person_of_a_request_is_put_right_in_the_form(office: Settings) -> None:
    with transaction() as session:
        request = ask(session)
        lacking = {"Vem som är fel: välj": {"member_number": GOREL}, "Rätt medlemsnummer: fyll": {"who_is_wrong": "0"}}
        for sentence, given in lacking.items():
            with pytest.raises(UserError, match=sentence):
                talk(session, request, "2026-11-04", decision="wrong_person", notes="Fel nummer.", **given)
        right = {"who_is_wrong": "Initiativtagaren", "member_number": GOREL, "notes": "Fel nummer."}
        talk(session, request, "2026-11-04", decision="wrong_person", **right)
        asker = session.get_one(Person, request.initiator_id)
        assert (asker.member_number, request.state, request.talk_at) == (GOREL, "received", None)


def test_what_was_decided_lately_can_be_chosen_to_be_opened_again(office: Settings) -> None:
    with transaction() as session:
        talk(session, ask(session))
        assert len(all_lists(session, at("2026-11-26"))["requests"].labels) == 1
        assert not all_lists(session, at("2026-11-27"))["requests"].labels
