"""Links to pages that a test's world holds no mail to yet."""

from sqlmodel import select

from models.db.engine import transaction
from models.people import link_renewal
from models.people.roles import roles_of
from models.people.signed_link import Purpose, make_link
from models.tables.mail import Template
from models.tables.network import RoleKind
from models.tables.request import SupportRequest
from tests.acts import AKE, MARIT, ORJAN, ask, talk, type_on_the_web
from tests.deployments.conftest import World


def alone_page(world: World) -> str:
    """The page of a network that one organiser carries alone."""
    with transaction() as session:
        network = talk(session, ask(session, co_organisers=""))
        assert network
        [role] = [one for one in roles_of(session, network.id) if one.kind == RoleKind.initiator]
        return make_link(Purpose.our_network, str(role.id)).removeprefix(world.public_url)


def over_code(world: World) -> str:
    """What stands in the address of an invitation to a meeting that has been."""
    return str(min(world.meetings(), key=lambda one: one.starts_at).invite_code)


def my_data_path(world: World) -> str:
    """The link that m1 got by mail, once they asked for it."""
    with transaction() as session:
        link_renewal.send_my_data(session, "number m1", world.now)
    mail = next(one for one in world.mails() if one.template == Template.fresh_link)
    return make_link(Purpose.my_data, str(mail.id)).removeprefix(world.public_url)


def confirm_path(world: World, number: str = AKE) -> str:
    """The link of somebody whose number was typed on the web, with one co-organiser whom nobody knows."""
    with transaction() as session:
        typed = type_on_the_web(session, world.now, member_number=number, co_organisers=f"{MARIT}, 990101-99")
        return make_link(Purpose.confirm, str(typed.id)).removeprefix(world.public_url)


def my_request_path(world: World) -> str:
    """The link of somebody who has asked by phone."""
    with transaction() as session:
        request = session.exec(select(SupportRequest)).first()
        request = request or ask(
            session, str(world.now.date()), member_number=ORJAN, place="Boden", municipality="Boden"
        )
        address = make_link(Purpose.my_request, str(request.id), str(request.initiator_id))
        return address.removeprefix(world.public_url)
