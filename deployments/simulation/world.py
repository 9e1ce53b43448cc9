"""`lots simulate`: an empty database filled with a made-up, repeatable history of networks, by the real rules.

Lives are made in memory and written in bulk, in one transaction: all or nothing. Nobody is mailed.
"""

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from random import Random

from slugify import slugify
from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, select

from deployments.simulation.grant_life import shares_of
from deployments.simulation.network_life import NOON, NetworkLife
from deployments.simulation.office import MadeUpOffice, Row, new_id
from deployments.simulation.people import person, register_of, request
from deployments.simulation.snapshots import add_health
from deployments.simulation.temperament import TEMPERS, Temperament, local_moment, meeting_day, transition
from models.dates.local_time import add_months
from models.dates.working_days import add_working_days
from models.db.engine import transaction
from models.db.trial import mark_trial
from models.errors import UserError
from models.i18n import localized
from models.office.menu import MENU, suggest
from models.tables.change_entry import ChangeEntry
from models.tables.check_in import CheckIn, CheckInAnswer
from models.tables.contact_entry import ContactEntry
from models.tables.health import HealthSnapshot
from models.tables.meeting import Meeting, MeetingDuty, Partner, ReportEntry
from models.tables.network import ACTIVE, Network, NetworkState, Origin, Role, RoleKind
from models.tables.office import Intervention, Staff
from models.tables.person import Membership, Person
from models.tables.place import Municipality
from models.tables.register import RegisterEntry, RegisterImport
from models.tables.request import NamedOrganiser, SupportRequest
from models.tables.support import CapacityEntry, Item, SupportGrant, SupportTime
from models.tables.transition import Actor, Cause, Transition

DAYS_TO_BEGIN = 21
OTHER_REQUESTS = 0.15
DECISION = time(14)
ORDER: tuple[type[SQLModel], ...] = (
    Staff, RegisterImport, RegisterEntry, Person, Network, Role, SupportRequest, NamedOrganiser, SupportGrant,
    SupportTime, CapacityEntry, Meeting,
    MeetingDuty, ReportEntry, Partner, CheckIn, CheckInAnswer, HealthSnapshot, Intervention, Transition, ContactEntry,
    ChangeEntry,
)  # fmt: skip


def simulate(networks: int, months: int, until: date, seed: int) -> dict[str, object]:
    """Make up `months` of history up to `until` and write it: counts of what was written.

    Raises UserError when the database holds a register, a person, a request or a network already.
    """
    with transaction() as session:
        for table in (RegisterImport, Person, SupportRequest, Network):
            if session.exec(select(table).limit(1)).first():
                raise UserError(
                    localized(
                        "databasen är inte tom: simulate fyller bara en tom. Peka LOTS_DATABASE_URL på en ny.",
                        "the database is not empty: simulate fills an empty one only. Give LOTS_DATABASE_URL another.",
                    )
                )
        mark_trial(session)
        world = MadeUpWorld(session, Random(f"{networks} {months} {until} {seed}"), months, until)
        for number in range(1, networks + 1):
            world.add_network(number)
        world.add_other_requests(int(networks * OTHER_REQUESTS))
        return world.write(session)


class MadeUpWorld:
    """Everything made up so far, as rows to be written."""

    def __init__(self, session: Session, random: Random, months: int, until: date) -> None:
        self.random, self.until = random, until
        self.first, self.last = add_months(until, -months), until - timedelta(days=1)
        self.places = session.exec(select(Municipality).order_by(col(Municipality.code))).all()
        staff = list(session.exec(select(Staff).order_by(col(Staff.signature))))
        self.office = MadeUpOffice(random, sorted({place.region for place in self.places}), staff)
        self.rows: dict[type[SQLModel], list[Row]] = defaultdict(list)
        self.lives: list[NetworkLife] = []

    def add_network(self, number: int) -> None:
        """A member asks, talks with the office, is granted support, and the network lives its life."""
        random = self.random
        days = max((self.last - self.first).days - DAYS_TO_BEGIN, 1)
        received = local_moment(self.first + timedelta(days=random.randrange(days)), time(random.randint(8, 20)))
        talked_on = min(add_working_days(received.date(), random.randint(1, 8)), self.last)
        members = [self._person() for _ in range(random.choices((2, 3, 4, 5), (2, 5, 3, 1))[0])]
        where = random.choice(self.places)
        asked = self._request(members[0], where, received)
        self._name(asked, members[1:])
        asked["without_support"] = random.random() < 0.08
        network = self._network(number, asked, members[0], talked_on)
        grants = [] if asked["without_support"] else self._grants(network, talked_on)
        needs = [(talked_on, MENU[Item.talk].hours)]
        needs += [share for grant in grants for share in shares_of(grant)]
        negotiator = self.office.negotiator(where.region, needs)
        network.negotiator = negotiator["id"]
        self._decide(asked, network, negotiator, talked_on, grants)
        life = NetworkLife(
            random, self.office, network, self._roles(network, members, talked_on), _temper(random), self.last
        )
        life.signature, life.grants = negotiator["signature"], grants
        life.log(None, NetworkState.planned, "needs-talk", Actor.staff, local_moment(talked_on, DECISION))
        self._live(life, talked_on)

    def _live(self, life: NetworkLife, talked_on: date) -> None:
        if life.temper.name != "never starts":
            first = meeting_day(talked_on + timedelta(days=self.random.randint(21, 70)))
            life.book(first, local_moment(talked_on + timedelta(days=self.random.randint(1, 3)), NOON))
            if life.meetings[-1]["booked_at"].date() > self.last:
                life.meetings.clear()
                life.duties.clear()
            life.begin(first)
        life.settle()
        if life.network.state in ACTIVE:
            life.network.check_in_due_on = self.until + timedelta(days=1 + self.random.randrange(7))
        self.lives.append(life)

    def add_other_requests(self, how_many: int) -> None:
        """Requests that became no network: refused by rule, in the queue, still to be talked about, withdrawn."""
        number = len(self.rows[SupportRequest])
        for _ in range(how_many):
            number += 1
            kind = self.random.choice(("not_a_member", "employee", "whole_country", "waiting", "talking", "received"))
            employee, member = kind == "employee", kind != "not_a_member"
            asker = self._person(is_employee=employee, membership=Membership.active if member else Membership.none)
            recent = kind in ("waiting", "talking", "received")
            span = min((self.last - self.first).days, 100 if recent else 10_000)
            received = local_moment(self.last - timedelta(days=self.random.randrange(max(span, 1))), NOON)
            asked = self._request(asker, self.random.choice(self.places), received)
            self._leave(asked, kind, received)

    def _leave(self, asked: Row, kind: str, received: datetime) -> None:
        later = min(add_working_days(received.date(), self.random.randint(1, 5)), self.last)
        if kind in ("not_a_member", "employee", "whole_country"):
            asked["reason"] = kind
            asked["place"] = "Hela Sverige" if kind == "whole_country" else asked["place"]
            self._step(asked, "declined", Actor.member, received)
            return
        region = next(place.region for place in self.places if place.code == asked["municipality"])
        staff = self.office.negotiators[region][0] if self.office.negotiators[region] else None
        asked["assigned_to"] = staff and staff["id"]
        if kind == "received" or staff is None or later <= received.date():
            return
        at = local_moment(later, DECISION)
        asked["talk_at"] = local_moment(later, NOON)
        self._step(asked, "talking", Actor.staff, at, staff["signature"])
        if kind == "waiting":
            asked["waiting_since"] = asked["queue_from"] = at
            self._step(asked, "waiting", Actor.staff, at + timedelta(minutes=1), staff["signature"])

    # --- rows -------------------------------------------------------------------------------------

    def _person(self, **changes: object) -> Row:
        row = person(self.random, len(self.rows[Person]), **changes)
        self.rows[Person].append(row)
        return row

    def _request(self, asker: Row, where: Municipality, received: datetime) -> Row:
        row = request(self.random, len(self.rows[SupportRequest]) + 1, asker, where, received)
        self.rows[SupportRequest].append(row)
        self.rows[Transition].append(
            transition(
                self.random, None, "received", Cause("support-request", Actor.member, received), request=row["id"]
            )
        )
        return row

    def _name(self, asked: Row, helpers: list[Row]) -> None:
        for place, member in enumerate(helpers, start=1):
            row: Row = {"id": new_id(self.random), "request_id": asked["id"], "person_id": member["id"], "place": place}
            self.rows[NamedOrganiser].append(row)

    def _step(self, asked: Row, target: str, actor: Actor, at: datetime, signature: str | None = None) -> None:
        self.rows[Transition].append(
            transition(
                self.random, asked["state"], target, Cause("needs-talk", actor, at, signature), request=asked["id"]
            )
        )
        asked["state"] = target

    def _network(self, number: int, asked: Row, initiator: Row, talked_on: date) -> Network:
        return Network(
            id=new_id(self.random),
            number=number,
            slug=slugify(f"{asked['place']} {asked['nature']} {number}"),
            name=f"Nätverket {asked['place']}",
            place=asked["place"],
            municipality=asked["municipality"],
            nature=asked["nature"],
            cadence_days=self.random.choices((30, 60, 90), (3, 5, 2))[0],
            target_size=self.random.choice((6, 8, 8, 10)),
            origin=Origin.representative if initiator["is_representative"] else Origin.member,
            without_support=asked["without_support"],
            created_at=local_moment(talked_on, DECISION),
        )

    def _grants(self, network: Network, talked_on: date) -> list[Row]:
        items = [item for item in suggest(network.nature, False) if self.random.random() < 0.7] or [Item.starter_kit]
        grants: list[Row] = []
        for item in items:
            row: Row = {"id": new_id(self.random), "network_id": network.id, "item": item, "hours": MENU[item].hours}
            row |= {"granted_at": local_moment(talked_on, DECISION), "granted_by": None}
            row |= {"sek": 0, "staff_id": None, "from_on": talked_on, "to_on": add_months(talked_on, 9), "occasion": 1}
            grants.append(row | {"reason": "Behövs för att komma igång.", "status": "granted"})
        self.rows[SupportGrant] += grants
        return grants

    def _decide(self, asked: Row, network: Network, staff: Row, talked_on: date, grants: list[Row]) -> None:
        at = local_moment(talked_on, DECISION)
        asked |= {"talk_at": local_moment(talked_on, NOON), "assigned_to": staff["id"], "network_id": network.id}
        self._step(asked, "talking", Actor.staff, local_moment(talked_on, time(12, 30)), staff["signature"])
        self._step(asked, "granted", Actor.staff, at, staff["signature"])
        self.office.book_talk(staff, talked_on, MENU[Item.talk].hours, at)
        for grant in grants:
            grant["staff_id"] = grant["granted_by"] = staff["id"]
            for begins, hours in shares_of(grant):
                self.office.reserve(grant, begins, hours, at)

    def _roles(self, network: Network, members: list[Row], talked_on: date) -> list[Row]:
        at = local_moment(talked_on, DECISION)
        roles = [self._role(network, members[0], kind, 1, None, at) for kind in (RoleKind.initiator, RoleKind.contact)]
        for place, member in enumerate(members[1:], start=2):
            said_yes = at + timedelta(days=self.random.randint(1, 14))
            unsure = place > 2 and self.random.random() < 0.1
            confirmed = None if unsure or said_yes.date() > self.last else said_yes
            roles.append(self._role(network, member, RoleKind.organiser, place, at, confirmed))
        self.rows[Role] += roles
        return roles

    def _role(self, network: Network, member: Row, kind: RoleKind, place: int, asked: object, confirmed: object) -> Row:
        row: Row = {"id": new_id(self.random), "network_id": network.id, "person_id": member["id"], "kind": kind}
        return row | {"code": f"m{place}", "asked_at": asked, "confirmed_at": confirmed, "until": None}

    def write(self, session: Session) -> dict[str, object]:
        """Write everything, parents first. Returns counts."""
        rows = self.rows
        add_health(self.random, self.lives, self.first, self.until, rows)
        rows[Staff], rows[CapacityEntry] = self.office.made_up, self.office.ledger()
        rows[RegisterImport], rows[RegisterEntry] = register_of(rows[Person], local_moment(self.last, NOON))
        for life in self.lives:
            network = life.network
            rows[Network].append({column.key: getattr(network, column.key) for column in Network.__table__.columns})  # type: ignore[attr-defined]
            rows[Meeting] += [{name: one[name] for name in one if name != "day"} for one in life.meetings]
            rows[MeetingDuty] += life.duty_rows
            rows[CheckIn] += life.check_ins
            rows[CheckInAnswer] += life.answers()
            rows[Intervention] += life.interventions
            rows[Transition] += life.transitions
            rows[SupportTime] += life.times
            rows[ReportEntry] += life.tellings
            rows[Partner] += life.partners
            rows[ContactEntry] += life.attempts
            rows[ChangeEntry] += life.changes
        for table in ORDER:
            if rows[table]:
                session.connection().execute(insert(table), rows[table])
        states = Counter(str(life.network.state) for life in self.lives)
        names = (Person, Role, SupportRequest, SupportGrant, Meeting, CheckIn, HealthSnapshot, Intervention)
        counts = {f"{table.__tablename__}s": len(rows[table]) for table in names}
        return {"networks": dict(sorted(states.items())), "staff_made_up": len(rows[Staff])} | counts


def _temper(random: Random) -> Temperament:
    return random.choices(TEMPERS, [temper.weight for temper in TEMPERS])[0]
