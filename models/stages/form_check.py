"""What can be told of a form before its run is made: what it lacks, and what the first step would refuse (section 8).

Nothing is decided here: it is the form's own rules and each stage's own check that are asked, on a form that may be
half filled in. What a stage tries out is undone, and nothing is committed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from pydantic import ValidationError
from sqlmodel import Session

from models.dates.local_time import local
from models.db.queries import tried
from models.errors import CapacityExceeded, TransitionRefused, UserError
from models.forms.capacity import SEEN_BY, CapacityForm
from models.forms.catch_up import CatchUpForm
from models.forms.check_in import CheckInForm
from models.forms.health_check import HealthCheckForm
from models.forms.kickoff import KickoffForm
from models.forms.kit.base import YOUR_SIGNATURE, Form
from models.forms.kit.placed import Placed, placed, unreadable
from models.forms.network_change import NetworkChangeForm
from models.forms.outbox import OutboxForm
from models.forms.registry import FORMS
from models.i18n import localized
from models.mail.in_doubt import settle_in_doubt
from models.networks.lookup import network_by_number
from models.office.staff import by_signature
from models.stages import (
    capacity,
    catch_up,
    check_in,
    congress_report,
    data_protection,
    kickoff,
    meeting_report,
    need_signal,
    needs_talk,
    network_change,
    support_request,
)
from models.tables.transition import Actor, Cause

REFUSALS = (UserError, TransitionRefused, CapacityExceeded)
NETWORK = ("Nätverk", "Network")
Check = Callable[[Session, Form, datetime], None]


def told_of(session: Session, flow: str, given: object, at: datetime) -> list[Placed]:
    """What is wrong with the form of `flow` as it was filled in, in words or codes, each with its place on the form.

    One sentence a field: what the form itself says goes before what the database says, and whether something must be
    filled in is for the form to say.
    """
    kind = FORMS[flow]
    try:
        form = kind.model_validate(given)
    except ValidationError as error:
        return unreadable(kind, error, given)
    found = placed(form, form.all_problems(local(at).date()))
    told = dict(reversed(found))
    for path, sentence in placed(form, _refusal(session, flow, form, at, is_whole=not found)):
        if not found or getattr(form, str(path[0]), None):
            told.setdefault(path, sentence)
    return list(told.items())


def _refusal(session: Session, flow: str, form: Form, at: datetime, *, is_whole: bool) -> list[str]:
    """The sentence with which the first step would refuse the form, if it would.

    One that is not whole may be what no stage ever sees: that is no sentence, and no fault.
    """
    if form.is_sweep:
        return []
    try:
        CHECKS[flow](session, form, at)
    except REFUSALS as error:
        return [str(error)]
    except (LookupError, ValueError):
        if is_whole:
            raise
    return []


def _check_kickoff(session: Session, form: Form, at: datetime) -> None:
    assert isinstance(form, KickoffForm)
    network_by_number(session, form.network_number, localized(*NETWORK))
    with tried(session):
        kickoff.confirm_told(session, form, at)
        kickoff.book_told(session, form, at)


def _check_answer(session: Session, form: Form, at: datetime) -> None:
    assert isinstance(form, CheckInForm)
    with tried(session):
        check_in.take_told_answer(session, form, Cause("check-in", Actor.member, at))


def _check_page(session: Session, form: Form, _at: datetime) -> None:
    assert isinstance(form, HealthCheckForm)
    network_by_number(session, form.network_number, localized(*NETWORK))


def _check_mails(session: Session, form: Form, at: datetime) -> None:
    assert isinstance(form, OutboxForm)
    by_signature(session, form.signature, localized(*YOUR_SIGNATURE))
    if form.action in ("sent", "resend"):
        with tried(session):
            settle_in_doubt(session, form.mails, form.action, at)


def _check_hours(session: Session, form: Form, at: datetime) -> None:
    """Who and what is named is there; of a form that is whole, also whether the hours suffice."""
    assert isinstance(form, CapacityForm)
    by_signature(session, form.signer, localized(*YOUR_SIGNATURE))
    named = (
        (form.signature, capacity.WHOM),
        (form.substitute, ("Ersättare", "Substitute")),
        (form.receipt_seen_by, SEEN_BY),
    )
    for signature, field in named:
        if signature:
            by_signature(session, signature, localized(*field))
    if form.network_number:
        network = network_by_number(session, form.network_number, localized(*NETWORK))
        if form.action == "hours":
            capacity.grant_for(session, network, form.item, form.used_on(local(at).date()), form.exact_hours)
    if not form.all_problems(local(at).date()):
        with tried(session):
            capacity.enter(session, form, at)


def _check_talk_with_network(session: Session, form: Form, at: datetime) -> None:
    assert isinstance(form, CatchUpForm)
    catch_up.check_catch_up(session, form, Cause("catch-up", Actor.staff, at, form.signature.strip().lower()))


def _check_change(session: Session, form: Form, at: datetime) -> None:
    assert isinstance(form, NetworkChangeForm)
    cause = Cause("network-change", Actor.staff, at, form.signature.strip().lower())
    network_change.check_change(session, form, cause)


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "support-request": lambda session, form, _at: support_request.check_request(session, form),
        "needs-talk": lambda session, form, _at: needs_talk.check_talk(session, form),
        "need-signal": lambda session, form, _at: need_signal.check_signal(session, form),
        "kickoff": _check_kickoff,
        "meeting-report": lambda session, form, _at: meeting_report.check_report(session, form),
        "check-in": _check_answer,
        "catch-up": _check_talk_with_network,
        "network-change": _check_change,
        "capacity": _check_hours,
        "health-check": _check_page,
        "congress-report": lambda session, form, _at: congress_report.check_report(session, form),
        "outbox": _check_mails,
        "data-protection": lambda session, form, _at: data_protection.check_answer(session, form),
    }
)
"""What the first step of each stage asks the database about its form."""
