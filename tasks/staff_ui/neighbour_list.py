"""What lies near a request, as staff see it on its run: which request or network, and why. No person is in it."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from models.i18n import localized
from models.office.labels import label_of
from models.tables.network import Network
from models.tables.request import NearNeighbour, SupportRequest
from models.vocabulary import LIKENESS, word

SHOWN = 20


def neighbour_list(session: Session, request: SupportRequest, found: Sequence[NearNeighbour]) -> str:
    """The nearest as a Markdown list; empty when there are none."""
    nearest = found[:SHOWN]
    ids = {side for pair in nearest for side in (pair.request_id, pair.other_id)} - {request.id}
    requests = session.exec(select(SupportRequest).where(col(SupportRequest.id).in_(ids)))
    networks = session.exec(select(Network).where(col(Network.id).in_(ids)))
    labels = {one.id: f"{label_of(session, one)} ({localized('förfrågan', 'request')})" for one in requests}
    labels |= {one.id: f"{label_of(session, one)} ({localized('nätverk', 'network')})" for one in networks}
    others = [(pair, next(side for side in (pair.request_id, pair.other_id) if side in labels)) for pair in nearest]
    return "\n".join(f"- {labels[other]}: {likeness_of(pair)}" for pair, other in others)


def likeness_of(pair: NearNeighbour) -> str:
    """Why the two are near: "Samma kommun, samma art och liknande ord (82 av 100)"."""
    *others, last = [word(LIKENESS, code) for code in pair.why]
    listed = localized(" och ", " and ").join([*([", ".join(others)] if others else []), last])
    return f"{listed[0].upper()}{listed[1:]} ({pair.score} {localized('av', 'of')} 100)"
