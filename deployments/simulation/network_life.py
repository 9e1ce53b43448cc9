"""One made-up life, week by week: it meets, shares the work or does not, answers or falls silent, by the rules."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid5

from deployments.simulation.grant_life import live
from deployments.simulation.office import MadeUpOffice, Row, new_id
from deployments.simulation.temperament import DAY, Temperament, local_moment, meeting_day, transition
from deployments.simulation.told import NEW_PACE, attempts, correct, new_pace, partner, telling
from models.check_ins.schedule import first_due, next_due
from models.dates.active_days import active_days_between
from models.dates.local_time import add_months
from models.dates.send_window import next_check_in_day
from models.dates.working_days import add_working_days
from models.health.batch import DUTIES
from models.health.engagement import Health
from models.networks.lifecycle import ALLOWED
from models.office.policy import DEFAULTS
from models.people.roles import organiser_key
from models.support.ladder import (
    OFFICE_DUTIES,
    ON_THE_WAY,
    Standing,
    has_ended,
    next_state,
    next_up,
    nine_months_after,
    over_helps,
    support_end,
)
from models.tables.check_in import ANSWERS
from models.tables.health import Level
from models.tables.meeting import is_led_by_member, new_invite_code
from models.tables.network import ACTIVE, STEP_OF, TERMINAL, Network, NetworkState
from models.tables.office import InterventionKind
from models.tables.transition import Actor, Cause

WEEK = timedelta(days=7)
SETTLED = 3  # meetings after which a network may change its pace
EVENING, MORNING, NOON = time(17, 30), time(8), time(12)


class NetworkLife:
    """A network from its creation to `last`, the last day of which anything is told."""

    def __init__(
        self, random: Random, office: MadeUpOffice, network: Network, roles: list[Row], temper: Temperament, last: date
    ):
        self.random, self.office, self.network, self.temper, self.last = random, office, network, temper, last
        self.roles, self.people = roles, list(dict.fromkeys(role["person_id"] for role in roles))
        self.signature = ""
        self.grants: list[Row] = []
        self.meetings: list[Row] = []
        self.duties: list[list[UUID | None]] = []
        self.duty_rows: list[Row] = []
        self.check_ins: list[Row] = []
        self.transitions: list[Row] = []
        self.interventions: list[Row] = []
        self.times: list[Row] = []
        self.tellings: list[Row] = []
        self.partners: list[Row] = []
        self.attempts: list[Row] = []
        self.changes: list[Row] = []
        self.next_meeting: date | None = None
        self.last_sign = date.min
        self.support_over: datetime | None = None
        self.silent_from = self.turn_on = date.max
        self.awake_on = self.closed_on = date.max

    # --- what happens -----------------------------------------------------------------------------

    def advance(self, target: NetworkState, why: str, actor: Actor, at: datetime) -> None:
        """Move through the lifecycle's own table, and log it."""
        current = NetworkState(self.network.state)
        assert actor in ALLOWED[current][target]
        self.log(current, target, why, actor, at)
        self.network.state, self.network.step = target, STEP_OF.get(target, self.network.step)

    def log(self, current: str | None, target: str, why: str, actor: Actor, at: datetime) -> None:
        """A line of the log of transitions."""
        signature = self.signature if actor == Actor.staff else None
        cause = Cause(why, actor, at, signature)
        self.transitions.append(transition(self.random, current, target, cause, network=self.network.id))

    def begin(self, first_meeting: date) -> None:
        """Live from the first meeting on, a week at a time."""
        self.next_meeting = first_meeting
        length = (self.last - first_meeting).days
        if self.temper.name == "falls silent":
            self.silent_from = first_meeting + timedelta(days=self.random.randint(60, 300))
        if self.temper.name in ("rests", "closes"):
            self.turn_on = first_meeting + timedelta(days=self.random.randint(90, max(100, min(420, length))))
        if self.temper.name == "rests":
            if self.random.random() < 0.4:
                self.awake_on = meeting_day(self.turn_on + timedelta(days=self.random.randint(60, 200)))
            else:
                self.closed_on = add_months(self.turn_on, 12) + timedelta(days=self.random.randint(10, 60))
        monday = first_meeting - timedelta(days=first_meeting.weekday())
        while monday <= self.last and self.network.state not in TERMINAL:
            self._week(monday)
            monday += WEEK

    def _week(self, monday: date) -> None:
        if self.network.state in ON_THE_WAY:
            self._climb(monday)
        tuesday = monday + DAY
        if self.network.state in ACTIVE and tuesday <= self.last:
            self._ask(tuesday)
        if self.next_meeting and monday <= self.next_meeting < monday + WEEK and self.next_meeting < self.last:
            self._meet(self.next_meeting)
        friday = monday + 4 * DAY
        if friday <= self.last:
            self._turn(friday)

    def _climb(self, monday: date) -> None:
        network, at = self.network, local_moment(monday, MORNING)
        ahead = self.next_meeting is not None and self.next_meeting > monday
        health = replace(self._health(monday), booked=ahead)
        answered = bool(self.check_ins) and _answered_before(self.check_ins[-1], at)
        standing = Standing(health, answered)
        target, at_limit = next_state(network, standing, monday), has_ended(network, (), monday)
        while target:
            self.advance(target, "phase-out", Actor.rule, at)
            target = next_up(network) if at_limit and target != NetworkState.independent else None
        if network.state == NetworkState.independent:
            self.support_over = at
            if not standing.meets_criteria:
                self.open(InterventionKind.handover_talk, str(network.id), at)

    def _health(self, monday: date) -> Health:
        """What the ladder asks of a network's health: who carried its last four meetings of the year."""
        since = monday - timedelta(days=365)
        held = [place for place, one in enumerate(self.meetings) if one["status"] == "held" and one["day"] > since]
        carriers = [who for place in held[-4:] for who in self.duties[place]]
        members = [who for who in carriers if who]
        squares = sum(members.count(who) ** 2 for who in set(members))
        share = len(members) / max(len(carriers), 1)
        n_eff = len(members) ** 2 / max(squares, 1)
        return Health({"O": share}, None, Level.not_assessed, [], n_eff, None, 1 - share, 0, None, len(held), 0, False)

    def _turn(self, friday: date) -> None:
        """A rest, a waking or an end that was to come by now."""
        state, at = self.network.state, local_moment(friday, NOON)
        if state in ACTIVE and friday >= self.turn_on:
            self.turn_on = date.max
            self._cancel_booked()
            if self.temper.name == "closes":
                self._close(at)
            else:
                self.advance(NetworkState.resting, "network-change:asked m1", Actor.member, at)
                self.network.check_in_due_on = None
                self.next_meeting = self.awake_on if self.awake_on < date.max else None
        elif state == NetworkState.resting and friday >= self.closed_on:
            if self.network.negotiator:
                self.attempts += attempts(self.random, self.network.id, self.network.negotiator, friday)
            self._close(at)

    def _close(self, at: datetime) -> None:
        self.advance(NetworkState.closed, "network-change:rested-long", Actor.staff, at)
        self.network.check_in_due_on = None
        self.support_over = self.support_over or at
        for role in self.roles:
            role["until"] = at.date()

    def _cancel_booked(self) -> None:
        if self.meetings and self.meetings[-1]["status"] == "planned":
            self.meetings[-1] |= {"status": "cancelled", "reported_at": self.meetings[-1]["booked_at"]}
        self.next_meeting = None

    # --- meetings ---------------------------------------------------------------------------------

    def book(self, day: date, booked_at: datetime) -> None:
        """A member books a meeting."""
        starts_at = local_moment(day, EVENING)
        convener = self.people[0]
        row: Row = {"id": new_id(self.random), "network_id": self.network.id, "starts_at": starts_at}
        row |= {"status": "planned", "form": "in_person", "convener_id": convener, "attended": None}
        row |= {"non_members": None, "branches": None, "companies": None, "over_helped": False}
        row |= {"led_by_member": False, "duties_by_office": 0, "duties_by_members": 0}
        row |= {"invite_code": new_invite_code(Random(row["id"].int).choice)}
        row |= {"booked_at": booked_at, "reported_at": None, "sequence": 0, "day": day}
        self.meetings.append(row)
        self.duties.append([])

    def _meet(self, day: date) -> None:
        told = local_moment(day, time(20)) + timedelta(hours=self.random.choice((1, 2, 14, 24)))
        if not (self.meetings and self.meetings[-1]["status"] == "planned" and self.meetings[-1]["day"] == day):
            self.book(day, told)
        self.next_meeting = None
        if told.date() > self.last:
            return
        if self.network.kickoff_on and self.random.random() > self.temper.keeps_meeting:
            self.meetings[-1] |= {"status": "cancelled", "reported_at": told}
        else:
            self._hold(self.meetings[-1], told)
        self._tell(self.meetings[-1], told)
        self.last_sign = told.date()
        self._plan_next(day, told)

    def _tell(self, meeting: Row, told: datetime) -> None:
        """Every telling is kept; with a held meeting may come a company, a correction, or a new pace."""
        self.tellings.append(telling(self.random, meeting, told))
        if meeting["status"] != "held":
            return
        if company := partner(self.random, self.network.id, self.partners):
            self.partners.append(company)
        if again := correct(self.random, meeting, self.last):
            self.tellings.append(again)
        if self.network.negotiator and len(self.meetings) > SETTLED and self.random.random() < NEW_PACE:
            before, after = self.network.cadence_days, self.random.choice((30, 60, 90))
            if after != before:
                self.network.cadence_days = after
                self.changes.append(
                    new_pace(self.random, self.network.id, before, after, self.network.negotiator, told)
                )

    def _hold(self, meeting: Row, told: datetime) -> None:
        low, high = self.temper.attended
        attended = self.random.randint(low, high)
        if self.network.kickoff_on is None:
            attended = max(3, attended)
        meeting |= {"status": "held", "attended": attended, "reported_at": told}
        meeting |= {"non_members": self.random.choice((0, 0, 1, 2)) if attended > 2 else 0}
        meeting |= {"branches": min(attended, self.random.randint(1, 4))}
        meeting |= {"companies": min(attended, self.random.randint(2, 7))}
        self._share(meeting, told)
        if self.network.state == NetworkState.planned:
            self._kick_off(meeting["day"], told)
        elif self.network.state == NetworkState.resting:
            self._wake(told)

    def _share(self, meeting: Row, told: datetime) -> None:
        """Who carried what: members in turn, and what of it the office did."""
        carriers: list[UUID | None] = [
            self.people[place % max(self.temper.helpers, 1) % len(self.people)] for place in range(5)
        ]
        if not self.temper.helpers or (self.network.step < 4 and self.random.random() < 0.1):
            most = OFFICE_DUTIES[self.network.step]
            over = self.temper.helpers == 0 and self.random.random() < 0.08
            for place in self.random.sample(range(1, 5), min(most + over, 4)):
                carriers[place] = None
        self.duties[-1] = carriers
        for duty, who in zip(DUTIES, carriers, strict=True):
            row: Row = {"id": new_id(self.random), "meeting_id": meeting["id"], "duty": duty, "by_office": who is None}
            self.duty_rows.append(row | {"organiser_key": self._key(who) if who else None})
        helped = [duty for duty, who in zip(DUTIES, carriers, strict=True) if who is None]
        meeting["led_by_member"] = is_led_by_member(DUTIES, set(DUTIES).difference(helped))
        meeting |= {"duties_by_office": len(helped), "duties_by_members": len(DUTIES) - len(helped)}
        meeting["over_helped"] = over_helps(self.network.step, helped)
        if meeting["over_helped"]:
            self.open(InterventionKind.over_helping, str(meeting["id"]), told)

    def _key(self, person: UUID) -> str:
        keys: dict[UUID, str] = self.__dict__.setdefault("keys", {})
        if person not in keys:
            keys[person] = organiser_key(self.network.id, person)
        return keys[person]

    def _kick_off(self, day: date, told: datetime) -> None:
        network = self.network
        network.kickoff_on, network.check_in_due_on = day, first_due(day)
        if network.without_support:
            self.advance(NetworkState.independent, "meeting-report", Actor.member, told)
        else:
            network.support_ends_on = nine_months_after(day)
            self.advance(NetworkState.starting, "meeting-report", Actor.member, told)

    def _wake(self, told: datetime) -> None:
        """As the rules wake it: one that is independent for the first time has its support ended, and a talk."""
        network = self.network
        never_independent, end = network.step < STEP_OF[NetworkState.independent], support_end(network)
        to_trial = never_independent and end is not None and end > told.date()
        self.advance(NetworkState.trial if to_trial else NetworkState.independent, "meeting-report", Actor.member, told)
        network.check_in_due_on = first_due(told.date())
        if not to_trial:
            self.support_over = self.support_over or told
            answered = bool(self.check_ins) and _answered_before(self.check_ins[-1], told)
            if never_independent and not Standing(self._health(told.date()), answered).meets_criteria:
                self.open(InterventionKind.handover_talk, str(network.id), told)

    def _plan_next(self, day: date, told: datetime) -> None:
        rests = self.network.state == NetworkState.planned and self.network.kickoff_on is None
        after = meeting_day(day + timedelta(days=int(self.network.cadence_days * self.random.uniform(0.75, 1.0))))
        if rests or after >= min(self.silent_from, self.turn_on):
            return
        self.next_meeting = after
        if self.random.random() < (0.9 if self.temper.helpers else 0.5):
            self.book(after, told)

    # --- check-ins --------------------------------------------------------------------------------

    def _ask(self, tuesday: date) -> None:
        """Tuesday's round: send what is due, remind once, ask another, and look after what was answered."""
        if self.check_ins:
            self._chase(self.check_ins[-1], tuesday)
        due = self.network.check_in_due_on
        if due is None or due > tuesday or next_check_in_day(due) > tuesday:
            return
        self.network.check_in_due_on = next_due(tuesday, self.network.step)
        row: Row = {"id": new_id(self.random), "network_id": self.network.id, "person_id": self.people[0]}
        row |= {"sent_on": tuesday, "q1_met": None, "q3_sharing": None, "q4": None, "q5_wish": None}
        row |= {"answered_at": None, "reminders": 0, "reminded_on": None, "second_asked_on": None, "settled_at": None}
        self.check_ins.append(row)
        answers = 0.05 if tuesday >= self.silent_from else self.temper.answers
        answered_on = tuesday + timedelta(days=self.random.randint(0, 6))
        if self.random.random() < answers and answered_on <= self.last:
            self._answer(row, answered_on)

    def answers(self) -> list[Row]:
        """Each answered check-in's answers, as its person's own."""
        return [_own_answer(one) for one in self.check_ins if one["answered_at"]]

    def _answer(self, row: Row, day: date) -> None:
        settled = local_moment(day + timedelta(days=(1 - day.weekday()) % 7 or 7), MORNING)
        wish = self.random.choice(self.temper.wishes)
        row |= {"answered_at": local_moment(day, NOON), "q4": self.random.randint(*self.temper.q4), "q5_wish": wish}
        row |= {"q1_met": bool(self.meetings), "q3_sharing": str(max(1, self.temper.helpers))}
        if settled.date() <= self.last:
            row["settled_at"] = settled
            if wish != "nothing":
                leaving = wish in ("pause", "close")
                kind = InterventionKind.pause_or_close if leaving else InterventionKind.wish
                self.open(kind, f"{row['id']}:{wish}", settled)

    def _chase(self, row: Row, tuesday: date) -> None:
        heard = row["answered_at"] or self.last_sign >= row["sent_on"]
        asked = row["second_asked_on"] or row["reminded_on"] or row["sent_on"]
        if heard or active_days_between(asked, tuesday) < DEFAULTS.reminder_active_days:
            return
        if not row["reminders"]:
            row |= {"reminders": 1, "reminded_on": tuesday}
        elif not row["second_asked_on"]:
            row["second_asked_on"] = tuesday
        else:
            self.open(InterventionKind.unreachable, str(row["id"]), local_moment(tuesday, MORNING))

    # --- what staff do ----------------------------------------------------------------------------

    def open(self, kind: InterventionKind, occasion: str, at: datetime) -> None:
        """Put something on the negotiator's list, once per occasion."""
        if any((one["kind"], one["occasion"]) == (kind, occasion) for one in self.interventions):
            return
        due = add_working_days(at.date(), DEFAULTS.health_talk_working_days)
        row: Row = {"id": new_id(self.random), "network_id": self.network.id, "kind": kind, "occasion": occasion}
        row |= {"opened_at": at, "owner": self.network.negotiator, "due_on": due}
        self.interventions.append(row | {"outcome": None, "ended_at": None, "ended_by": None})

    def settle(self) -> None:
        """What of the support was used, what went back when it was over, and what of the list is done."""
        for grant in self.grants:
            used_on = grant["from_on"] + timedelta(days=self.random.randint(5, 150))
            before = self.support_over.date() if self.support_over else self.last
            is_used = grant["hours"] and used_on < min(before, grant["to_on"]) and self.random.random() < 0.7
            if live(self.office, grant, used_on if is_used else None, self.support_over, self.last):
                row: Row = {"id": new_id(self.random), "grant_id": grant["id"]}
                self.times.append(row | {"on": used_on, "hours": grant["hours"]})
        for one in self.interventions:
            done = local_moment(one["due_on"], NOON)
            if done.date() < self.last - timedelta(days=20) and self.random.random() < 0.85:
                one |= {"outcome": "settled", "ended_at": done, "ended_by": self.network.negotiator}


def _own_answer(check_in: Row) -> Row:
    """The answers of whom the check-in was sent to: nobody else answers here."""
    same = ("network_id", "person_id", "answered_at", "settled_at", *ANSWERS)
    key = uuid5(check_in["id"], "answer")
    told = {name: check_in.get(name) for name in same}
    return {"id": key, "check_in_id": check_in["id"], "given_at": check_in["answered_at"], **told}


def _answered_before(check_in: Row, at: datetime) -> bool:
    return check_in["answered_at"] is not None and bool(check_in["answered_at"] < at)
