"""How long each column that holds or points at a person is kept, and why: the whole of it (domain.md section 10).

A column that is not named here, nor among NOBODYS, fails a test: whoever adds one decides first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Kept:
    """How long, in words, and what it is needed for until then."""

    how_long: str
    why: str


WITH_PERSON = Kept(
    "until nothing ties them, a member until nothing points at them and they are not protected, or they are erased",
    "to reach who asked, was named or carries a network, and to know that they may",
)
WITH_REGISTER = Kept(
    "as long as the register that was last taken in has them, or until they are erased",
    "to know who may ask for or carry a network, and where they can be reached",
)
WITH_REQUEST = Kept(
    "came to nothing: 6 months, a non-member's or leaver's 30 days; granted: as its initiator's role",
    "to answer it, and to look at it once more",
)
WITH_ROLE = Kept(
    "3 months after the last role there or the network ended; 30 days for who left the union; then a nobody's",
    "to know who carries a network, and to answer for what was agreed",
)
WITH_MAIL = Kept("12 months, or as long as the request or role it is about", "to know who was told what")
UNTIL_SENT = Kept("until the mail is sent or settled, at most 12 months", "to send it, once")
TYPED = Kept("7 days from the day it was typed", "to make it a request once the member says that it was they")
TEXT = Kept("12 months", "to go on from what was said")
HELD = Kept("12 months after the meeting", "so that the organisers' calendars say where, and about what")
LOOKS = Kept("12 months", "so that who was looked at can see by whom, and why")
STAFF = Kept("as long as the office has the row", "who decided is a field of every decision")

KEPT: Mapping[str, Kept] = MappingProxyType({
    "person.member_hash": WITH_PERSON,
    "person.member_number": WITH_PERSON,
    "person.name": WITH_PERSON,
    "person.email": WITH_PERSON,
    "person.phone": WITH_PERSON,
    "register_entry.member_hash": WITH_REGISTER,
    "register_entry.sealed": WITH_REGISTER,
    "support_request.initiator_id": WITH_REQUEST,
    "support_request.place": WITH_REQUEST,
    "support_request.need": Kept("12 months, unless it is open; at the latest with the request", TEXT.why),
    "support_request.suits": Kept("12 months, unless it is open; at the latest with the request", TEXT.why),
    "support_request.talk_notes": Kept("12 months after the talk, unless the request is open", TEXT.why),
    "support_request.dedupe_key": WITH_REQUEST,
    "named_organiser.person_id": Kept(
        "as long as the request is open, 180 days without an answer; then as a role, or not at all",
        "to ask them once, and to count their yes",
    ),
    "role.person_id": WITH_ROLE,
    "meeting.convener_id": WITH_ROLE,
    "meeting.venue": HELD,
    "meeting.topic": HELD,
    "meeting.link": HELD,
    "meeting.note": HELD,
    "meeting.words": HELD,
    "meeting_duty.organiser_key": WITH_ROLE,
    "check_in.person_id": WITH_ROLE,
    "check_in_answer.person_id": WITH_ROLE,
    "outgoing_mail.idempotency_key": WITH_MAIL,
    "outgoing_mail.person_id": WITH_MAIL,
    "outgoing_mail.message_id": WITH_MAIL,
    "outgoing_mail.context": UNTIL_SENT,
    "outgoing_mail.body": UNTIL_SENT,
    "unconfirmed_request.member_hash": TYPED,
    "unconfirmed_request.content": TYPED,
    "unconfirmed_request.form": Kept("until its member confirms it, at most 7 days", TYPED.why),
    "rights_request.person_id": Kept("12 months after its deadline", "to show that it was answered in time"),
    "intake.form": Kept("until it is worked off, at most 30 days", "so that nothing that was typed is lost"),
    "intervention.agreement": TEXT,
    "contact_entry.note": Kept("12 months, at the latest with the request", TEXT.why),
    "change_entry.reason": Kept(
        "of a role that ended 3 months after; of a correction 12 months, at the latest with the request",
        "to answer for why it ended, or was put right",
    ),
    "support_grant.reason": Kept("12 months after its last day", TEXT.why),
    "network.extension_reason": Kept("12 months after the support ended", TEXT.why),
    "need_signal.words": TEXT,
    "look.person_id": LOOKS,
    "look.reason": LOOKS,
    "staff.signature": STAFF,
    "staff.name": STAFF,
    "staff.email": STAFF,
})  # fmt: skip

NOBODYS: frozenset[str] = frozenset({
    # names and codes of places, branches, networks and companies
    "branch.code", "branch.name", "region.code", "region.name", "municipality.code", "municipality.name",
    "network.slug", "network.name", "network.place", "partner.company", "need_signal.place",
    # what a network or its place was called, its figures, and codes inside it (m1, m2 …)
    "change_entry.before", "change_entry.after", "change_entry.asked_by", "role.code", "report_entry.told_by",
    "planned_duty.carrier",
    # our own codes, keys that tell nothing, and what staff sign with
    "support_request.wished", "near_neighbour.why", "health_snapshot.gates", "health_snapshot.model_version",
    "intervention.occasion", "capacity_entry.quarter", "transition.from_state", "transition.to_state",
    "transition.cause", "transition.signature", "outgoing_mail.template_version", "outgoing_mail.language",
    "outgoing_mail.reason", "outgoing_mail.claimed_by", "incoming_mail.key", "intake.flow", "intake.content",
    "intake.subject_id", "congress_report.model_version", "congress_report.sha256", "congress_report.frozen",
    "congress_report.manifests", "congress_report.data_sha256", "register_import.file_hash",
    # the address of a public page, drawn at random
    "meeting.invite_code",
    # pages of ours, and what a browser is known by: keyed hashes of what only it holds
    "look.page", "sign_in.page", "staff_session.key_hash", "staff_session.browser_hash",
    # runs of Prefect's, by id, and their machines
    "intake.flow_run_id", "need_signal.flow_run_id", "change_entry.flow_run_id", "report_entry.flow_run_id",
    "transition.flow_run_id", "flow_run_pulse.flow_run_id", "flow_run_pulse.flow", "flow_run_pulse.host",
    "flow_run_pulse.place", "flow_run_pulse.end_type", "flow_run_pulse.end_name", "flow_run_pulse.end_message",
})  # fmt: skip
"""Columns of text, keys and lists that hold nobody. A column that points at staff goes with its row: see STAFF."""
