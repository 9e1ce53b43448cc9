"""Section 7 of domain.md once more: slowly, day by day, in plain Python with fractions. Only tests use it.

Written from the text and not from models/health/engagement.py, so that the two can be compared.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

DAY = timedelta(days=1)
INFINITE = Fraction(10**9)
WEIGHTS = (30, 15, 20, 15, 10, 10)
DUTIES = ("invitation", "host", "programme", "lead", "follow_up")


@dataclass
class Meeting:
    on: date
    status: str = "held"
    attended: int = 8
    branches: int | None = 3
    companies: int | None = 5
    duties: dict[str, str | None] = field(default_factory=dict)


@dataclass
class CheckIn:
    sent_on: date
    answered_on: date | None = None
    q4: int | None = None


@dataclass
class Network:
    kickoff_on: date
    cadence_days: int = 60
    target_size: int = 8
    step: int = 4
    meetings: list[Meeting] = field(default_factory=list)
    check_ins: list[CheckIn] = field(default_factory=list)


@dataclass
class Verdict:
    components: dict[str, Fraction | None]
    score: Fraction | None
    level: str
    gates: list[str]


@cache
def is_active(day: date) -> bool:
    if 26 <= day.isocalendar()[1] <= 32:
        return False
    return not ((day.month == 12 and day.day >= 18) or (day.month == 1 and day.day <= 7))


@cache
def between(a: date, b: date) -> int:
    """Active days d with a < d <= b."""
    return sum(1 for i in range((b - a).days) if is_active(a + (i + 1) * DAY))


def clip(x: Fraction) -> Fraction:
    return max(Fraction(0), min(Fraction(1), x))


def median(values: list[int]) -> Fraction:
    values = sorted(values)
    half = len(values) // 2
    if len(values) % 2:
        return Fraction(values[half])
    return Fraction(values[half - 1] + values[half], 2)


def judge(network: Network, as_of: date) -> Verdict:
    t = network.cadence_days
    held = [m for m in network.meetings if m.status == "held" and m.on <= as_of]
    held.sort(key=lambda m: m.on)
    first_day = as_of - 364 * DAY
    window = [m for m in held if m.on >= first_day]
    led = [m for m in held if is_led_by_member(m)]

    r = rhythm(network, led, first_day, as_of)
    a, ratio = attendance(network, window)

    o, b, n_eff = work(window)
    d = diversity(window[-4:])
    f, latest, missed = answers(network, as_of)

    components = {"R": r, "A": a, "O": o, "B": b, "D": d, "F": f}
    known = [(weight, value) for weight, value in zip(WEIGHTS, components.values(), strict=True) if value is not None]
    score = 100 * sum((w * value for w, value in known), Fraction(0)) / sum(w for w, _ in known)
    if len(window) < 2 and between(network.kickoff_on, as_of) < 90:
        return Verdict(components, None, "not_assessed", [])

    gap = between(led[-1].on if led else network.kickoff_on, as_of)
    caps: dict[str, str] = {}
    if gap > 2 * t:
        caps["G1"] = "yellow"
    if gap > 3 * t:
        caps["G1"] = "red"
    if len(window) >= 3 and o is not None and o > 0 and n_eff < Fraction(5, 4):
        caps["G2"] = "yellow"
    if network.step >= 2 and len(window) >= 3 and o is not None and o < Fraction(1, 2):
        caps["G3"] = "yellow" if o >= Fraction(1, 5) else "red"
    if ratio is not None and ratio <= Fraction(7, 10):
        caps["G4"] = "yellow"
    if latest is not None and latest <= 2:
        caps["G5"] = "yellow"
    if missed >= 2:
        caps["G6"] = "red" if missed == 3 and gap > t else "yellow"

    level = "green" if score >= 70 else "yellow" if score >= 45 else "red"
    order = ["red", "yellow", "green"]
    level = order[min(order.index(x) for x in [level, *caps.values()])]
    return Verdict(components, score, level, sorted(caps))


def work(window: list[Meeting]) -> tuple[Fraction | None, Fraction | None, Fraction]:
    """O, B, and how many organisers it lies on."""
    codes = [m.duties.get(duty) for m in window[-4:] for duty in DUTIES]
    recorded = [who for who in codes if who is not None]
    members = [who for who in recorded if who != "office"]
    o: Fraction | None = Fraction(0)
    if window:
        o = Fraction(len(members), len(recorded)) if recorded else None
    counts = sorted(members.count(who) for who in set(members))
    if counts:
        counts[-1] += len(recorded) - len(members)  # the office's are counted to the busiest
    shares = [Fraction(count, len(recorded)) for count in counts]
    n_eff = 1 / sum((p * p for p in shares), Fraction(0)) if shares else Fraction(0)
    b = None if o is None else clip((n_eff - 1) / 2) * o
    return o, b, n_eff


def is_led_by_member(meeting: Meeting) -> bool:
    leading = [meeting.duties.get("invitation"), meeting.duties.get("lead")]
    return any(who not in (None, "office") for who in leading) or leading == [None, None]


def rhythm(network: Network, led: list[Meeting], first_day: date, as_of: date) -> Fraction:
    day = max(first_day, network.kickoff_on)
    active = covered = 0
    while day <= as_of:
        if is_active(day):
            active += 1
            covered += any(m.on <= day and between(m.on, day) < network.cadence_days for m in led)
        day += DAY
    return Fraction(covered, active) if active else Fraction(1)


def attendance(network: Network, window: list[Meeting]) -> tuple[Fraction, Fraction | None]:
    if not window:
        return Fraction(0), None
    level = min(Fraction(1), median([m.attended for m in window[-3:]]) / network.target_size)
    last = [m.attended for m in window[-6:]]
    k = min(3, len(last) // 2)
    if k < 2:
        return level, None
    now, before = sum(last[-k:]), sum(last[-2 * k : -k])
    ratio = Fraction(now, before) if before else (INFINITE if now else Fraction(1))
    trend = clip((ratio - Fraction(1, 2)) / Fraction(1, 2))
    return (level + trend) / 2, ratio


def diversity(last: list[Meeting]) -> Fraction | None:
    """Unknown numbers are left out; a side of which nothing is known counts as the other does."""
    if not last:
        return Fraction(0)
    branches = [m.branches for m in last if m.branches is not None]
    companies = [m.companies for m in last if m.companies is not None]
    sides = [min(Fraction(1), median(branches) / 3)] if branches else []
    sides += [min(Fraction(1), median(companies) / 5)] if companies else []
    return sum(sides, Fraction(0)) / len(sides) if sides else None


def answers(network: Network, as_of: date) -> tuple[Fraction, int | None, int]:
    sent = sorted((c for c in network.check_ins if c.sent_on <= as_of), key=lambda c: c.sent_on)
    latest: int | None = None
    missed = 0
    answered = [c for c in sent if c.answered_on is not None and c.answered_on <= as_of]
    counting = [c for c in sent if c in answered or (as_of - c.sent_on).days >= 14]
    for check_in in counting[-3:]:
        if check_in in answered:
            latest = check_in.q4
            missed = 0
        else:
            missed += 1
    wish = Fraction(latest - 1, 4) if latest is not None else Fraction(1, 2)
    return wish * (Fraction(1), Fraction(3, 4), Fraction(1, 2), Fraction(0))[missed], latest, missed
