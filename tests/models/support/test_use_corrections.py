"""Hours that were written down as used and were not so many, or none at all, are put right; the ledger follows."""

from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import Session, func, select

from models.db.engine import transaction
from models.errors import CapacityExceeded, UserError
from models.office.staff import by_signature
from models.settings import Settings
from models.support.ledger import book_hours, hours_left, pass_on_grants, reserved, use_hours
from models.support.quarter_end import release_ended
from models.support.use_corrections import correct_use, used_grant
from models.tables.network import Network
from models.tables.support import CapacityEntry, EntryKind, GrantStatus, Item, SupportGrant, SupportTime
from models.views.invariants import broken
from models.views.timeline import network_timeline
from tests.acts import ask, at, grant_line, put_right, talk

DAY = date(2026, 11, 12)
WHOLE, AFTER_TALK = Decimal(24), Decimal(23)


def used(session: Session, hours: int = 5) -> tuple[Network, SupportGrant]:
    """A network that was granted three hours of a sounding board and was given more, as somebody wrote."""
    network = talk(session, ask(session), grants=[grant_line("sounding_board", to_on="2026-12-31")])
    assert network
    grant = session.exec(select(SupportGrant)).one()
    use_hours(session, grant, DAY, Decimal(hours), at(DAY), by_signature(session, "asj", ""))
    return network, grant


def left(session: Session, signature: str = "asj", in_quarter: str = "2026Q4") -> Decimal:
    return hours_left(session, by_signature(session, signature, "").id, in_quarter)


def times(session: Session) -> list[Decimal]:
    return [one.hours for one in session.exec(select(SupportTime))]


@pytest.mark.parametrize(
    ("right", "status", "held"),
    [(3, GrantStatus.used, 0), (2, GrantStatus.granted, 1), (0, GrantStatus.granted, 3), (6, GrantStatus.used, 0)],
)
def test_the_right_hours_are_taken_and_what_is_left_of_the_grant_is_held_again(
    office: Settings, right: int, status: GrantStatus, held: int
) -> None:
    with transaction() as session:
        _, grant = used(session)
        lines = session.exec(select(func.count()).select_from(CapacityEntry)).one()
        changed = [correct_use(session, grant, DAY, Decimal(right), put_right(session)) for _ in range(2)]
        assert changed == [True, False]
        assert (grant.status, sum(hours for *_, hours in reserved(session, grant.id))) == (status, held)
        assert left(session) == AFTER_TALK - right - held
        assert times(session) == ([Decimal(right)] if right else [])
        assert session.exec(select(func.count()).select_from(CapacityEntry)).one() > lines, "no line is taken away"
        assert broken(session) == []


def test_the_timeline_tells_what_was_used_and_what_was_put_right(office: Settings) -> None:
    with transaction() as session:
        network, grant = used(session)
        [told] = [one for one in network_timeline(session, network) if one.sentence.startswith("Använt")]
        assert (told.sentence, told.signature) == ("Använt: Bollplank 2026-11-12, 5 timmar.", "asj")
        correct_use(session, grant, DAY, Decimal("1.5"), put_right(session))
        newest = network_timeline(session, network)[0]
        assert (newest.kind, newest.signature, newest.reason) == ("correction", "asj", "Vi skrev fel.")
        assert newest.sentence == (
            "Använda timmar rättade: Bollplank 2026-11-12, 1,5 timmar i stället för Bollplank 2026-11-12, 5 timmar."
        )


def test_hours_go_back_to_whoever_gave_them_also_when_the_grant_is_anothers_now(office: Settings) -> None:
    with transaction() as session:
        network, grant = used(session, hours=2)
        asj, mla = (by_signature(session, one, "") for one in ("asj", "mla"))
        assert pass_on_grants(session, network.id, asj.id, mla, at("2026-11-13")) == 1
        assert correct_use(session, grant, DAY, Decimal(1), put_right(session))
        assert (left(session), left(session, "mla")) == (AFTER_TALK - 1, WHOLE - 2)
        assert broken(session) == []


def test_a_quarter_that_is_over_gets_its_hours_back_and_the_grant_stays_over(office: Settings) -> None:
    with transaction() as session:
        _, grant = used(session)
        release_ended(session, date(2027, 1, 4), at("2027-01-04"))
        assert correct_use(session, grant, DAY, Decimal(0), put_right(session, "2027-01-05"))
        assert (grant.status, left(session), reserved(session, grant.id)) == (GrantStatus.ended, AFTER_TALK, [])
        assert broken(session) == []


@pytest.mark.parametrize(
    ("right", "refused", "sentence"),
    [
        (21, UserError, "Timmar: nätverk #1 får högst 20 timmar första året"),
        (20, CapacityExceeded, "asj har"),
    ],
)
def test_more_than_there_is_stays_refused(
    office: Settings, right: int, refused: type[Exception], sentence: str
) -> None:
    with transaction() as session:
        _, grant = used(session)
        if refused is CapacityExceeded:
            book_hours(session, by_signature(session, "asj", ""), DAY, Decimal(15), EntryKind.used, at(DAY))
        with pytest.raises(refused, match=f"^{sentence}"):
            correct_use(session, grant, DAY, Decimal(right), put_right(session))


def test_a_day_or_support_without_hours_used_is_told_by_its_field(office: Settings) -> None:
    with transaction() as session:
        network, grant = used(session)
        assert used_grant(session, network, Item.sounding_board, DAY, 1).id == grant.id
        with pytest.raises(UserError, match=r"^Dag: Bollplank användes 2026-11-12\. Välj"):
            used_grant(session, network, Item.sounding_board, date(2026, 11, 13), 1)
        with pytest.raises(UserError, match=r"^Stöd: inga timmar av Hjälp att hitta talare är använda i nätverk #1"):
            used_grant(session, network, Item.speaker, DAY, 1)
