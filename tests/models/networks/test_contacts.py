"""Whom the office writes to, who helps carry, and what happens when one of them leaves (domain.md section 12)."""

from datetime import date

import pytest
from sqlmodel import Session, select

from models.db.engine import transaction
from models.errors import UserError
from models.mail.suppression import suppression_reason
from models.networks import contacts
from models.office.staff import by_signature
from models.people.roles import confirmed_organisers, confirmed_organisers_of, contact_of, contacts_of, roles_of
from models.privacy.retention import forget
from models.settings import Settings
from models.tables.check_in import CheckIn
from models.tables.network import Network, NetworkState, Role
from models.tables.office import Intervention, InterventionKind
from models.tables.person import EmailStatus, Membership, Person
from tests.acts import (
    AKE,
    EMPLOYEE,
    GOREL,
    MARIT,
    ORJAN,
    RENE,
    all_sent,
    at,
    change,
    leave_union,
    mails,
    meet,
    member,
    morning,
    network_in,
    network_of,
    organisers,
)

DAY = "2027-01-11"


def person(session: Session, number: str) -> Person:
    found = member(session, number)
    assert found
    return found


def leave(session: Session, *numbers: str, day: str = DAY) -> int:
    return leave_union(session, *numbers, day=day)


def opened(session: Session) -> list[tuple[str, date]]:
    return [(one.kind, one.due_on) for one in session.exec(select(Intervention))]


def contact_codes(session: Session, network: Network) -> list[str]:
    return [role.code for role in roles_of(session, network.id) if role.kind == "contact"]


def test_contacts_of_many_networks_are_those_of_each(office: Settings) -> None:
    with transaction() as session:
        networks = [network_in(session), network_of(session, GOREL, ORJAN), network_of(session, ORJAN, place="Boden")]
        leave(session, GOREL)  # the second has no contact role left: its first organiser stands in
        for role in organisers(session, networks[2]):
            role.until = date(2027, 1, 1)
        session.flush()
        ids = [network.id for network in networks]
        each = {one: contact_of(session, one) for one in ids}
        assert contacts_of(session, ids) == {one: role for one, role in each.items() if role}
        assert [each[one].code for one in ids if each[one]] == ["m1", "m2", "m1"]  # type: ignore[union-attr]
        organising = {one: confirmed_organisers(session, one) for one in ids}
        assert confirmed_organisers_of(session, ids) == {one: roles for one, roles in organising.items() if roles}
        assert contacts_of(session, []) == {}


def test_an_organiser_becomes_contact_and_the_former_one_stays_organiser(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        assert change(session, network, "new_contact", DAY, new_contact="m2")
        assert contact_codes(session, network) == ["m2"]
        assert [role.code for role in organisers(session, network)] == ["m1", "m2", "m3"]
        [mail] = mails(session, "new-contact")
        assert mail.person_id == person(session, MARIT).id
        assert not change(session, network, "new_contact", "2027-01-12", new_contact="m2")
        assert len(mails(session, "new-contact")) == 1


def test_who_was_contact_before_can_be_so_again(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "new_contact", DAY, new_contact="m2")
        assert change(session, network, "new_contact", "2027-02-01", new_contact="m1")
        assert contact_codes(session, network) == ["m1"]


def test_only_an_organiser_who_said_yes_can_be_contact(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "new_organiser", DAY, member_number=GOREL)
        with pytest.raises(UserError, match="Ny kontakt: har inte sagt ja"):
            change(session, network, "new_contact", DAY, new_contact="m4")
        with pytest.raises(UserError, match="Ny kontakt: m9 finns inte"):
            change(session, network, "new_contact", DAY, new_contact="m9")
        with pytest.raises(UserError, match="Medlem: m9 finns inte"):
            change(session, network, "new_contact", DAY, new_contact="m2", member="m9")


def test_a_new_organiser_gets_the_next_code_and_one_mail_and_says_yes_themselves(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        before = len(mails(session, "co-organiser"))
        assert change(session, network, "new_organiser", DAY, member_number=GOREL)
        assert not change(session, network, "new_organiser", "2027-01-12", member_number=GOREL)
        [new] = [role for role in organisers(session, network) if not role.is_confirmed]
        assert (new.code, new.person_id) == ("m4", person(session, GOREL).id)
        assert len(mails(session, "co-organiser")) == before + 1


@pytest.mark.parametrize("number", ["999999-99", EMPLOYEE])
def test_who_is_no_member_or_works_at_the_office_is_not_asked_to_organise(office: Settings, number: str) -> None:
    with transaction() as session:
        network = network_in(session)
        with pytest.raises(UserError, match="Medlemsnummer: ingen aktiv medlem") as refused:
            change(session, network, "new_organiser", DAY, member_number=number)
        assert number not in str(refused.value)


def test_who_is_on_the_staff_by_their_address_is_not_asked_to_organise(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        by_signature(session, "gol", "").email = (person(session, GOREL).email or "").upper()
        with pytest.raises(UserError, match="Medlemsnummer: ingen aktiv medlem"):
            change(session, network, "new_organiser", DAY, member_number=GOREL)


def test_a_protected_person_may_organise_and_is_never_mailed(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        protected = person(session, GOREL)
        protected.protected_at = at(DAY)
        assert change(session, network, "new_organiser", DAY, member_number=GOREL)
        assert suppression_reason(protected) == "protected"


def test_who_left_and_comes_back_is_asked_anew(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "new_organiser", DAY, member_number=GOREL)
        leave(session, GOREL, day="2027-01-12")
        person(session, GOREL).membership = Membership.active
        assert change(session, network, "new_organiser", "2027-02-01", member_number=GOREL)
        [role] = [role for role in organisers(session, network) if not role.is_confirmed]
        assert role.code == "m4"
        assert len([mail for mail in mails(session, "co-organiser") if mail.person_id == role.person_id]) == 2


def test_founder_leaves_the_union_the_role_ends_and_the_network_lives_on(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        assert leave(session, AKE) == 2  # initiator and contact
        assert [role.code for role in organisers(session, network)] == ["m2", "m3"]
        assert network.state == NetworkState.starting
        assert opened(session) == [(InterventionKind.new_contact, date(2027, 2, 10))]
        founder = select(Role).where(Role.person_id == person(session, AKE).id, Role.kind == "initiator")
        assert session.exec(founder).one().until == date(2027, 1, 11)  # I1: it was started by one, and that stays told
        contact = contact_of(session, network.id)
        assert contact and contact.code == "m2"
        assert (morning(session, "2027-01-12"), len(opened(session))) == (0, 1)


def test_an_organiser_who_leaves_takes_no_contact_along(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        assert (leave(session, MARIT), opened(session)) == (1, [])
        assert contact_codes(session, network) == ["m1"]


def test_a_representative_need_not_be_a_member(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        person(session, RENE).membership = Membership.none
        assert [morning(session, day) for day in (DAY, "2027-03-01")] == [0, 0]


@pytest.mark.parametrize("membership", [Membership.passive, Membership.unknown])
def test_who_is_passive_or_unknown_has_not_left(office: Settings, membership: Membership) -> None:
    with transaction() as session:
        network_in(session)
        person(session, AKE).membership = membership
        assert [morning(session, day) for day in (DAY, "2027-03-01")] == [0, 0]


def test_who_left_carries_on_for_fourteen_days_in_case_the_register_was_wrong(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        person(session, MARIT).membership = Membership.left
        assert [morning(session, day) for day in (DAY, "2027-01-24")] == [0, 0]
        meet(session, network, "2027-01-20", reported_by="m2")
        assert [morning(session, day) for day in ("2027-01-25", "2027-01-26")] == [1, 0]


def test_who_is_a_member_again_within_the_fourteen_days_has_lost_nothing(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        person(session, MARIT).membership = Membership.left
        morning(session, DAY)
        person(session, MARIT).membership = Membership.active
        morning(session, "2027-01-20")
        person(session, MARIT).membership = Membership.left
        assert [morning(session, day) for day in ("2027-01-21", "2027-02-03", "2027-02-04")] == [0, 0, 1]


@pytest.mark.parametrize("by_address", [False, True])
def test_a_founder_who_comes_to_work_at_the_office_parts_with_the_network_too(
    office: Settings, by_address: bool
) -> None:
    with transaction() as session:
        network = network_in(session)
        if by_address:
            by_signature(session, "gol", "").email = (person(session, AKE).email or "").upper()
        else:
            person(session, AKE).is_employee = True
        assert [morning(session, day) for day in (DAY, "2027-01-25")] == [0, 2]
        assert [role.code for role in organisers(session, network)] == ["m2", "m3"]


def test_who_was_asked_to_organise_and_never_answered_is_asked_no_more_after_the_link_ran_out(
    office: Settings,
) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "new_organiser", DAY, member_number=GOREL)
        assert [morning(session, day) for day in ("2027-07-09", "2027-07-10")] == [0, 1]
        assert "m4" not in {role.code for role in organisers(session, network)}


def test_when_nobody_is_left_rest_is_proposed_and_staff_can_carry_it_out(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        leave(session, AKE, MARIT, RENE)
        assert [kind for kind, _ in opened(session)] == [InterventionKind.propose_rest]
        assert network.state == NetworkState.starting
        assert change(session, network, "rest", DAY)


def test_sole_contact_erased_another_organiser_is_asked_else_rest(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        person(session, AKE).erased_at = at(DAY)
        session.flush()
        contacts.end_roles_of_leavers(session, at(DAY))
        assert [kind for kind, _ in opened(session)] == [InterventionKind.new_contact]
        for number in (MARIT, RENE):
            person(session, number).erased_at = at(DAY)
        session.flush()
        contacts.end_roles_of_leavers(session, at("2027-01-12"))
        assert [kind for kind, _ in opened(session)][1:] == [InterventionKind.propose_rest]


def test_a_check_in_that_waits_for_whoever_left_goes_to_another_organiser(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        asked = CheckIn(network_id=network.id, person_id=person(session, AKE).id, sent_on=date(2027, 1, 5))
        session.add(asked)
        leave(session, AKE)
        [mail] = mails(session, "second-organiser")
        assert mail.person_id == person(session, MARIT).id
        assert asked.second_asked_on is None  # nobody's silence counts yet


def test_a_network_that_has_ended_needs_no_new_contact(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "close", DAY, member="m1")
        assert (leave(session, AKE), opened(session)) == (2, [])


def test_after_30_days_without_a_new_contact_rest_is_proposed_once(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        leave(session, AKE)
        days = ["2027-02-10", "2027-02-11", "2027-02-12"]
        assert [contacts.propose_rest_without_contact(session, at(day)) for day in days] == [0, 1, 0]


def test_a_new_contact_settles_the_search_for_one(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        leave(session, AKE)
        change(session, network, "new_contact", "2027-02-01", new_contact="m3")
        [search] = session.exec(select(Intervention)).all()
        assert search.outcome == "settled"
        assert contacts.propose_rest_without_contact(session, at("2027-03-01")) == 0


def test_a_planned_network_whose_initiator_leaves_is_for_staff_to_find_a_contact_for(office: Settings) -> None:
    with transaction() as session:
        network = network_of(session, GOREL)
        assert network.state == NetworkState.planned
        leave(session, GOREL)
        assert [kind for kind, _ in opened(session)] == [InterventionKind.new_contact]


def test_mail_to_a_contact_that_bounced_goes_to_the_next_organiser(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        first, second, *_ = organisers(session, network)
        session.get_one(Person, first.person_id).email_status = EmailStatus.bounced
        session.flush()
        contact = contact_of(session, network.id)
        assert contact and contact.person_id == second.person_id
        for role in organisers(session, network):
            session.get_one(Person, role.person_id).email_status = EmailStatus.bounced
        session.flush()
        contact = contact_of(session, network.id)
        assert contact and contact.person_id == first.person_id, "what does not go is on staff's list"


def test_who_worked_at_the_office_and_does_no_more_may_carry_a_network_again(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        staff = by_signature(session, "gol", "")
        staff.email = person(session, MARIT).email or ""
        morning(session, DAY)
        assert person(session, MARIT).ineligible_since and not person(session, MARIT).is_employee
        staff.active = False
        session.add(staff)
        assert [morning(session, day) for day in ("2027-01-12", "2027-01-26")] == [0, 0]
        assert person(session, MARIT).ineligible_since is None


def test_who_is_asked_anew_long_after_gets_one_mail(office: Settings) -> None:
    with transaction() as session:
        network = network_in(session)
        change(session, network, "new_organiser", DAY, member_number=GOREL)
        change(session, network, "end_role", "2027-02-01", whose="m4", approver="gol", reason="Fel nummer.")
        all_sent(session)
        forget(session, at("2028-01-20"))
        session.expire_all()
        before = len(mails(session, "co-organiser"))
        change(session, network, "new_organiser", "2028-02-01", member_number=GOREL)
        assert len(mails(session, "co-organiser")) == before + 1
