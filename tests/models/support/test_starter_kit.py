"""The starter kit goes to whoever asked for the network, with the grant that it is (domain.md sections 5 and 9)."""

import json

from sqlmodel import col, select

from models.db.engine import transaction
from models.people.roles import roles_of
from models.settings import Settings
from models.tables.mail import OutgoingMail, Template
from models.tables.network import NetworkState, Role
from models.views.still_holds import overtaken_reason
from tests.acts import ask, at, grant_line, mails, talk


def test_the_kit_goes_with_its_grant_on_the_same_day_as_the_decision(office: Settings) -> None:
    with transaction() as session:
        network = talk(session, ask(session), grants=[grant_line("starter_kit"), grant_line("send_out")])
        assert network
        [kit], [decision] = mails(session, "starter-kit"), mails(session, "granted")
        assert (kit.person_id, kit.network_id) == (roles_of(session, network.id)[0].person_id, network.id)
        assert kit.not_before == decision.not_before
        assert json.loads(kit.context) == {}
        assert overtaken_reason(session, kit, at("2026-11-09")) is None
        network.state = NetworkState.closed
        session.flush()
        assert overtaken_reason(session, kit, at("2026-11-09")) == "overtaken"


def test_without_that_grant_no_kit_goes(office: Settings) -> None:
    with transaction() as session:
        assert talk(session, ask(session))
        assert mails(session, Template.starter_kit) == []


def test_who_has_said_yes_keeps_their_links_while_they_are_asked_to_be_contact(office: Settings) -> None:
    """A role that only awaits its yes opens nothing: no mail may bind its links to it."""
    from tasks.smtp.prefetched import Prefetched
    from tests.acts import change, first_meeting_booked

    with transaction() as session:
        network = first_meeting_booked(session)
        change(session, network, "new_contact", "2026-11-10", new_contact="m2")
        [mail] = mails(session, "new-contact")
        contact = select(Role).where(col(Role.person_id) == mail.person_id, col(Role.kind) == "contact")
        role = session.exec(contact).one()
        assert Prefetched(session, [mail]).role(mail) == role
        role.confirmed_at = None
        session.flush()
        bound = Prefetched(session, [session.get_one(OutgoingMail, mail.id)]).role(mail)
        assert bound and bound.is_confirmed and bound.person_id == mail.person_id
