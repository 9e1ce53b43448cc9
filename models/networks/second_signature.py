"""What two of the staff sign: the second says so themselves, signed in (domain.md section 13).

The form takes the second signature on the first one's word, and the change holds at once, so that nobody is held up by
a colleague's day off. It waits on the second until they have confirmed it; their no takes it back.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.errors import UserError
from models.i18n import localized
from models.networks.lookup import require_state
from models.support.ladder import ON_THE_WAY
from models.tables.change_entry import ChangedField, ChangeEntry
from models.tables.network import TERMINAL, Network, NetworkState, Role, RoleKind

IN_WORKING_DAYS = 5
"""Within how many working days the second says so."""
LIVING = tuple(state for state in NetworkState if state not in TERMINAL)


def waiting(session: Session, staff_id: UUID | None = None) -> list[tuple[ChangeEntry, Network]]:
    """Every change that waits on its second signature, or on that of one of the staff; the oldest first."""
    rows = (
        select(ChangeEntry, Network)
        .join(Network, col(Network.id) == ChangeEntry.network_id)
        .where(col(ChangeEntry.approved_by).is_not(None))
        .where(col(ChangeEntry.confirmed_at).is_(None), col(ChangeEntry.refused_at).is_(None))
    )
    if staff_id:
        rows = rows.where(col(ChangeEntry.approved_by) == staff_id)
    return list(session.exec(rows.order_by(col(ChangeEntry.at))).all())


def confirm(session: Session, entry_id: UUID, staff_id: UUID, at: datetime) -> None:
    """The second person stands by it. Raises UserError when it does not wait on them."""
    entry, _ = _of(session, entry_id, staff_id)
    entry.confirmed_at = at
    session.add(entry)
    session.flush()


def refuse(session: Session, entry_id: UUID, staff_id: UUID, at: datetime) -> None:
    """The second person never approved it: it is taken back. Raises UserError when it does not wait on them, or the
    network has gone on so far that it cannot be.
    """
    entry, network = _of(session, entry_id, staff_id)
    if entry.what == ChangedField.extension:
        require_state(network, (*ON_THE_WAY, NetworkState.resting))
        _shorten(network)
        session.add(network)
    else:
        require_state(network, LIVING)
        _take_up_again(session, network, entry)
    entry.refused_at = at
    session.add(entry)
    session.flush()


def _shorten(network: Network) -> None:
    """The support ends when it would have, without the extension."""
    if network.support_ends_on:
        network.support_ends_on -= timedelta(days=network.extended_days)
    network.extended_days, network.extension_reason, network.extension_approved_by = 0, None, None


def _take_up_again(session: Session, network: Network, entry: ChangeEntry) -> None:
    """Whose role was ended carries again what they did; who became contact since stays that."""
    ended = select(Role).where(
        col(Role.network_id) == network.id,
        col(Role.code) == entry.before,
        col(Role.until) == local(entry.at).date(),
        col(Role.kind) != RoleKind.contact,
    )
    for role in session.exec(ended).all():
        role.until = None
        session.add(role)


def _of(session: Session, entry_id: UUID, staff_id: UUID) -> tuple[ChangeEntry, Network]:
    for entry, network in waiting(session, staff_id):
        if entry.id == entry_id:
            return entry, network
    raise UserError(
        localized(
            "Det väntar inte på din underskrift: den är redan given, eller någon annans.",
            "It does not wait on your signature: it is given already, or somebody else's.",
        )
    )
