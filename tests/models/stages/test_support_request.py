"""A request comes in: the rules judge it, it is answered once, and somebody is to call."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from models.db.engine import transaction
from models.errors import UserError
from models.networks.lifecycle import advance
from models.office.staff import by_signature
from models.people.roles import roles_of
from models.reference.places import is_whole_country
from models.settings import Settings
from models.stages import support_request
from models.tables.network import NetworkState
from models.tables.office import Absence, Staff, StaffRole
from models.tables.person import Membership, Person
from models.tables.request import RefusalReason, RequestState, SupportRequest
from models.tables.transition import Actor, Transition
from tests.acts import (
    AKE,
    EMPLOYEE,
    MARIT,
    RENE,
    ask,
    by,
    change,
    emptied,
    mails,
    member,
    network_in,
    no_register,
    organisers,
    request_form,
    talk,
)


def test_a_members_request_gets_a_receipt_at_once_and_dates_for_talk_and_answer(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, day="2026-11-02")
        assert request.state == RequestState.received
        assert (str(request.talk_due), str(request.answer_due)) == ("2026-11-09", "2026-11-23")
        [receipt] = mails(session, "receipt")
        assert receipt.not_before == request.received_at


def test_a_receipt_goes_at_once_even_on_midsummer_eve(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, day="2027-06-25")
        assert mails(session, "receipt")[0].not_before == request.received_at


def test_the_same_form_twice_is_the_same_request_with_one_receipt(office: Settings) -> None:
    with transaction() as session:
        first = ask(session)
        again = ask(session, day="2026-11-03", need="  Vi vill   träffas. ")
        assert first.id == again.id
        assert len(mails(session, "receipt")) == 1


def test_coming_back_is_a_new_request_that_names_its_predecessor(office: Settings) -> None:
    with transaction() as session:
        first = ask(session)
        network = talk(session, first)
        assert network
        network.state = NetworkState.closed
        back = ask(session, day="2027-11-02", predecessor=network.number)
        assert (back.id != first.id, back.state, back.predecessor) == (True, RequestState.received, network.id)
        assert len(mails(session, "receipt")) == 2


def test_what_was_declined_may_be_asked_again_another_day_and_is_judged_anew(office: Settings) -> None:
    with transaction() as session:
        person = member(session, AKE)
        assert person
        person.membership = Membership.left
        no = ask(session)
        assert ask(session).id == no.id, "the same day it is a double click"
        person.membership = Membership.active
        again = ask(session, day="2027-01-12")
        assert (no.state, again.state) == (RequestState.declined, RequestState.received)
        assert ask(session, day="2027-01-13").id == again.id


def test_a_refusal_by_rule_is_logged_as_the_rules(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, place="Hela Sverige", municipality="")
        log = session.exec(select(Transition).where(col(Transition.request_id) == request.id)).all()
        assert (log[-1].to_state, log[-1].actor) == (RequestState.declined, "rule")


def test_a_co_organiser_named_twice_is_one_co_organiser(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, co_organisers=f"{MARIT}, {MARIT}, {RENE}")
        network = talk(session, request)
        assert network and len(organisers(session, network)) == 3


def test_a_co_organiser_who_is_no_member_is_given_no_role(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, co_organisers=f"{MARIT}, {RENE}")
        marit = member(session, MARIT)
        assert marit
        marit.membership = Membership.left
        network = talk(session, request)
        assert network
        assert marit.id not in {role.person_id for role in roles_of(session, network.id)}


def test_who_is_new_and_written_down_by_staff_is_written_to_in_swedish(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, member_number="990101-99", name="Ny", email="ny@example.org")
        assert session.get_one(Person, request.initiator_id).language == "sv"


def test_another_need_from_the_same_member_is_another_request(office: Settings) -> None:
    with transaction() as session:
        assert ask(session).id != ask(session, need="Något annat.").id


def test_an_employee_who_is_also_a_member_is_refused_as_initiator(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, member_number=EMPLOYEE)
        assert (request.state, request.reason) == (RequestState.declined, RefusalReason.employee)
        assert len(mails(session, "declined")) == 1
        assert not mails(session, "receipt")


def test_who_is_on_the_staff_by_their_address_is_refused_as_initiator_and_as_co_organiser(office: Settings) -> None:
    with transaction() as session:
        marit = member(session, MARIT)
        assert marit
        by_signature(session, "gol", "").email = (marit.email or "").upper()
        request = ask(session, member_number=MARIT, co_organisers="")
        assert (request.state, request.reason) == (RequestState.declined, RefusalReason.employee)
        with pytest.raises(UserError, match="nummer 1 i listan är anställd"):
            ask(session, co_organisers=MARIT)


@pytest.mark.parametrize("place", [
        "Hela Sverige", "hela landet", "Sverige.", "NATIONELLT", "hela Sverige!", "nationell", "Riket.", "alla län",
        "Hela landet, digitalt", "Digitalt i hela landet", "Rikstäckande nätverk", "Nationellt nätverk", "Hela Norden",
        "Luleå, hela landet", "Hela Sverige via Teams",
        "I hela landet", "Över hela riket", "(rikstäckande)", "samtliga kommuner", "All of Sweden", "the whole country",
    ],
)  # fmt: skip
def test_a_nationwide_network_is_refused(office: Settings, place: str) -> None:
    with transaction() as session:
        request = ask(session, place=place, municipality="")
        assert (request.state, request.reason) == (RequestState.declined, RefusalReason.whole_country)


@pytest.mark.parametrize(
    "place", ["Luleå", "Sveg", "Riksten", "Landskrona", "Hela centrum", "Län", "Nationalparken", "Riksgränsen"]
)
def test_a_place_whose_name_looks_like_the_country_is_a_place(place: str) -> None:
    assert not is_whole_country(place)


@pytest.mark.parametrize(("place", "municipality"), [("", "Luleå"), ("", ""), ("  ", "")])
def test_a_request_without_a_place_is_refused(office: Settings, place: str, municipality: str) -> None:
    with transaction() as session:
        request = ask(session, place=place, municipality=municipality)
        assert (request.state, request.reason) == (RequestState.declined, RefusalReason.no_place)


@pytest.mark.parametrize(("place", "code"), [("Kiruna", "2584"), ("kiruna", "2584"), ("Lulea\u030a", "2580")])
def test_a_place_that_is_a_municipalitys_very_name_says_which_one(office: Settings, place: str, code: str) -> None:
    with transaction() as session:
        request = ask(session, place=place, municipality="")
        assert (request.state, request.municipality) == (RequestState.received, code)


@pytest.mark.parametrize("place", ["Kirruna", "Norra Kiruna", "Kallax"])
def test_a_place_that_names_none_is_told_to_staff_before_anything_is_mailed(office: Settings, place: str) -> None:
    with transaction() as session:
        with pytest.raises(UserError, match="Kommun: välj den"):
            ask(session, place=place, municipality="")
        assert not session.exec(select(SupportRequest)).all() and not mails(session, "declined")


def test_a_non_member_gets_a_kind_answer(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, member_number="999", name="Någon", email="nagon@example.org")
        assert (request.state, request.reason) == (RequestState.declined, RefusalReason.not_a_member)
        assert len(mails(session, "declined")) == 1


def test_a_former_member_is_not_a_member_but_a_passive_representative_may_ask(office: Settings) -> None:
    with transaction() as session:
        person = member(session, AKE)
        assert person
        person.membership = Membership.left
        assert ask(session).reason == RefusalReason.not_a_member
        person.is_representative = True
        assert ask(session, need="Som företrädare.").state == RequestState.received


def test_while_the_register_is_down_a_request_is_incomplete_and_never_granted(office: Settings) -> None:
    with transaction() as session:
        no_register(session)
        request = ask(session, co_organisers="")
        assert request.state == RequestState.incomplete
        assert len(mails(session, "more-information")) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"member_number": "  "}, "Medlemsnummer"),
        ({"need": ""}, "Behovet"),
        ({"need": "x" * 501}, "Behovet"),
    ],
)
def test_a_field_that_is_wrong_gets_a_sentence_that_names_it(change: dict[str, str], field: str) -> None:
    with pytest.raises(UserError, match=f"^{field}: .+\\.$"):
        request_form(**change).check(date(2026, 11, 2))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"municipality": "Narnia"}, "Kommun: "),
        ({"member_number": "12345"}, "Medlemsnummer: "),
        ({"co_organisers": f"{AKE}, 4711"}, "nummer 2 i listan"),
        ({"member_number": "999", "email": "inte en adress"}, "E-post: "),
    ],
)
def test_what_the_database_does_not_know_is_said_without_repeating_it(
    office: Settings, change: dict[str, str], sentence: str
) -> None:
    with transaction() as session:
        with pytest.raises(UserError, match=sentence) as refused:
            support_request.check_request(session, request_form(**change))
        assert not any(value in str(refused.value) for value in change.values())
        assert session.exec(select(SupportRequest)).first() is None


@pytest.mark.parametrize("words", ["Luleå", "luleå", "LULEÅ kommun", "2580", "Lulea\u030a"])
def test_a_municipality_is_known_by_name_or_code_in_any_spelling_of_its_letters(office: Settings, words: str) -> None:
    with transaction() as session:
        assert ask(session, municipality=words).municipality == "2580"


def test_letters_with_rings_and_dots_are_kept_as_one_letter_each(office: Settings) -> None:
    with transaction() as session:
        assert ask(session, place="Lulea\u030a").place == "Luleå"


def test_a_request_goes_to_the_regions_negotiator_with_the_fewest_open_ones(office: Settings) -> None:
    with transaction() as session:
        session.add(Staff(signature="nyk", name="Ny", email="ny@example.org", role=StaffRole.negotiator, region="25"))
        session.flush()
        signatures = [
            session.get_one(Staff, ask(session, need=f"Behov {number}.").assigned_to).signature for number in range(4)
        ]
        assert sorted(signatures) == ["asj", "asj", "nyk", "nyk"]


def test_a_region_without_a_negotiator_leaves_the_request_with_the_office(office: Settings) -> None:
    with transaction() as session:
        request = ask(session, place="Malmö", municipality="Malmö")
        assert session.get_one(Staff, request.assigned_to).signature == "mla"


def away(session: Session, signature: str, substitute: str = "") -> None:
    """Away all through November 2026."""
    staff = {one.signature: one.id for one in session.exec(select(Staff))}
    session.add(
        Absence(
            staff_id=staff[signature],
            from_on=date(2026, 11, 1),
            to_on=date(2026, 11, 30),
            substitute_id=staff.get(substitute),
        )
    )
    session.flush()


def signature_of(session: Session, request: SupportRequest) -> str:
    return session.get_one(Staff, request.assigned_to).signature


def test_an_absent_negotiators_stand_in_takes_the_request(office: Settings) -> None:
    with transaction() as session:
        away(session, "asj", "gol")
        assert signature_of(session, ask(session)) == "gol"
        assert signature_of(session, ask(session, day="2026-12-01", need="Efteråt.")) == "asj"


def test_of_two_negotiators_the_one_who_is_there_takes_it_however_many_they_have(office: Settings) -> None:
    with transaction() as session:
        session.add(Staff(signature="nyk", name="Ny", email="ny@example.org", role=StaffRole.negotiator, region="25"))
        away(session, "asj", "gol")
        assert [signature_of(session, ask(session, need=f"Behov {number}.")) for number in range(3)] == ["nyk"] * 3


@pytest.mark.parametrize("office_is_there", [True, False])
def test_when_nobody_of_the_region_is_there_the_office_takes_it(office: Settings, office_is_there: bool) -> None:
    with transaction() as session:
        away(session, "asj")
        if not office_is_there:
            away(session, "mla")
        assert signature_of(session, ask(session)) == "mla"


def retry(session: Session, day: str = "2026-11-09") -> int:
    settled = support_request.retry_incomplete(session, by(Actor.rule, day))
    session.flush()
    return settled


def test_a_request_that_came_while_the_register_was_down_is_retried_and_received_once_it_is_up(
    office: Settings,
) -> None:
    with transaction() as session:
        no_register(session)
        request = ask(session)
        assert retry(session) == 0
        session.get_one(Person, request.initiator_id).membership = Membership.active
        assert retry(session) == 1
        assert (request.state, signature_of(session, request)) == (RequestState.received, "asj")
        assert (str(request.talk_due), str(request.answer_due)) == ("2026-11-16", "2026-11-30")
        assert (len(mails(session, "receipt")), len(mails(session, "talk-invitation"))) == (1, 1)
        assert retry(session, "2026-11-10") == 0
        assert len(mails(session, "receipt")) == 1


def test_a_request_whose_initiator_proves_not_to_be_a_member_is_declined_with_its_mail(office: Settings) -> None:
    with transaction() as session:
        no_register(session)
        request = ask(session)
        session.get_one(Person, request.initiator_id).membership = Membership.none
        assert retry(session) == 1
        assert (request.state, request.reason) == (RequestState.declined, RefusalReason.not_a_member)
        assert (len(mails(session, "declined")), len(mails(session, "receipt"))) == (1, 0)
        assert request.assigned_to is None


def test_whoever_comes_back_names_the_network_they_come_from(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match="Tidigare nätverk #: #1 är igång"):
            ask(session, need="Igen.", predecessor=network.number)
        with pytest.raises(UserError, match="Tidigare nätverk #: det finns inget"):
            ask(session, need="Igen.", predecessor=99)
        advance(session, network, NetworkState.closed, by(Actor.staff, "2027-01-11"))
        assert ask(session, need="Igen.", predecessor=network.number).predecessor == network.id
        assert ask(session, need="Nytt.").predecessor is None


def test_a_co_organiser_who_is_an_employee_is_refused_by_their_place_in_the_list(office: Settings) -> None:
    with transaction() as session:
        with pytest.raises(UserError, match="nummer 2 i listan är anställd") as refused:
            support_request.check_request(session, request_form(co_organisers=f"{MARIT}, {EMPLOYEE}"))
        assert EMPLOYEE not in str(refused.value)


def test_a_kept_form_can_be_emptied_of_all_that_is_personal() -> None:
    form = request_form(name="Åke Öhman", email="ake@example.org")
    left = emptied(form).model_dump_json()
    for personal in (AKE, "träffas", "Öhman", "ake@", "80010"):
        assert personal not in left
    assert "2580" not in left and "Luleå" in left


def test_a_person_is_stored_encrypted_and_found_by_member_number(office: Settings) -> None:
    with transaction() as session:
        row = session.connection().exec_driver_sql("SELECT member_hash, member_number, name, email FROM person").all()
        assert not any(text in str(row) for text in (AKE, "Öhman", "ake.ohman"))
        found = member(session, AKE.replace("-", " "))
        assert found and found.name == "Åke Öhman"
        assert session.exec(select(Person).where(col(Person.member_hash) == AKE)).first() is None


def test_who_asks_again_in_the_same_words_after_a_close_makes_a_new_request(office: Settings) -> None:
    with transaction() as session:
        first = ask(session)
        network = talk(session, first)
        assert network and ask(session, day="2026-11-20").id == first.id, "it lives"
        change(session, network, "close", "2026-12-01", member="m1")
        again = ask(session, day="2026-12-02")
        assert again.id != first.id and again.state == RequestState.received
        assert ask(session, day="2026-12-03").id == again.id
