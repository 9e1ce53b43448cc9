"""What happened to a network or a request, a sentence each, the newest first (domain.md section 13).

Nobody is named: members appear by their codes (m1, m2 …), staff by their signatures. What was put right says from what
to what, so that who reads it need not know how it was before.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.dates.local_time import local, midnight
from models.i18n import in_hours, localized
from models.tables.change_entry import ASKER, WITHOUT_SUPPORT, ChangedField, ChangeEntry
from models.tables.meeting import Meeting, MeetingStatus, ReportEntry
from models.tables.network import Network
from models.tables.office import Staff
from models.tables.request import SupportRequest
from models.tables.support import CapacityEntry, SupportGrant, SupportTime
from models.tables.transition import Transition
from models.vocabulary import CADENCE, ITEM, NATURE, NETWORK_STATE, REQUEST_STATE, Words, word

CORRECTED = tuple(ChangedField)[tuple(ChangedField).index(ChangedField.grant) :]


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened: when, in a sentence, who of the staff signed it, and why, in their own words.

    `kind`: what it is about, for a mark beside it: state, change, correction, grant or meeting.
    """

    at: datetime
    kind: str
    sentence: str
    signature: str | None = None
    reason: str | None = None


def network_timeline(session: Session, network: Network) -> list[TimelineEntry]:
    """All that happened in a network, the newest first."""
    signatures = _signatures(session)
    return _newest_first(
        *_grants(session, network, signatures),
        *_uses(session, network, signatures),
        *_steps(session, NETWORK_STATE, col(Transition.network_id) == network.id),
        *_changes(session, signatures, col(ChangeEntry.network_id) == network.id),
        *_meetings(session, network),
    )


def request_timeline(session: Session, request: SupportRequest) -> list[TimelineEntry]:
    """All that happened to a request until it was decided and after, the newest first."""
    return _newest_first(
        *_steps(session, REQUEST_STATE, col(Transition.request_id) == request.id),
        *_changes(session, _signatures(session), col(ChangeEntry.request_id) == request.id),
    )


def _newest_first(*entries: TimelineEntry) -> list[TimelineEntry]:
    """What happened at one moment keeps its order: the decision before what followed from it."""
    return sorted(entries, key=lambda one: one.at)[::-1]


def _signatures(session: Session) -> dict[UUID | None, str]:
    found: dict[UUID | None, str] = {None: ""}
    found.update(session.exec(select(Staff.id, Staff.signature)).all())
    return found


def _steps(session: Session, words: Words, which: ColumnElement[bool]) -> Iterator[TimelineEntry]:
    for one in session.exec(select(Transition).where(which).order_by(col(Transition.at))):
        now, before = word(words, one.to_state), word(words, one.from_state) if one.from_state else ""
        sentence = localized(
            f"Läge: {now}, från {before}." if before else f"Läge: {now}.",
            f"State: {now}, from {before}." if before else f"State: {now}.",
        )
        yield TimelineEntry(one.at, "state", sentence, one.signature)


def _grants(session: Session, network: Network, signatures: Mapping[UUID | None, str]) -> Iterator[TimelineEntry]:
    """As each was granted: what was corrected since is told where it was."""
    first = _first_wording(session, network)
    granted = select(SupportGrant).where(col(SupportGrant.network_id) == network.id)
    for one in session.exec(granted.order_by(col(SupportGrant.item), col(SupportGrant.occasion))):
        now = f"{one.item} {one.hours} {one.from_on} {one.to_on}"
        told = _grant(first.get(now, now))
        sentence = localized(f"Beviljat: {told}.", f"Granted: {told}.")
        yield TimelineEntry(
            one.granted_at, "grant", sentence, signatures.get(one.granted_by) or None, one.reason or None
        )


def _uses(session: Session, network: Network, signatures: Mapping[UUID | None, str]) -> Iterator[TimelineEntry]:
    """What was used of the grants, when it was told, as it stands now; what is put right is told where it was."""
    used = select(SupportTime, SupportGrant.item).join(SupportGrant, col(SupportGrant.id) == SupportTime.grant_id)
    of_network = used.where(col(SupportGrant.network_id) == network.id)
    times = session.exec(of_network.order_by(col(SupportTime.on), col(SupportTime.id))).all()
    lines = select(CapacityEntry.grant_id, CapacityEntry.at, CapacityEntry.signed_by).where(
        col(CapacityEntry.grant_id).in_({one.grant_id for one, _ in times}), col(CapacityEntry.signed_by).is_not(None)
    )
    signed = {(grant_id, at): signed_by for grant_id, at, signed_by in session.exec(lines)}
    for one, item in times:
        told = _use(f"{item} {one.hours} {one.on}")
        signature = signatures.get(signed.get((one.grant_id, one.told_at))) if one.told_at else None
        sentence = localized(f"Använt: {told}.", f"Used: {told}.")
        yield TimelineEntry(one.told_at or midnight(one.on), "grant", sentence, signature or None)


def _first_wording(session: Session, network: Network) -> dict[str, str]:
    """Of each grant as it is now: how it was when it was granted."""
    entries = select(ChangeEntry).where(
        col(ChangeEntry.network_id) == network.id, col(ChangeEntry.what) == ChangedField.grant
    )
    first = dict[str, str]()
    for one in session.exec(entries.order_by(col(ChangeEntry.at))):
        first[one.after] = first.pop(one.before, one.before)
    return first


def _meetings(session: Session, network: Network) -> Iterator[TimelineEntry]:
    told = (
        select(ReportEntry, Meeting.starts_at)
        .join(Meeting, col(Meeting.id) == ReportEntry.meeting_id)
        .where(col(Meeting.network_id) == network.id)
        .order_by(col(ReportEntry.at))
    )
    for one, starts_at in session.exec(told):
        on = local(starts_at).date()
        if one.status == MeetingStatus.held:
            sentence = localized(
                f"{one.told_by} berättade om träffen {on}: {one.attended} kom.",
                f"{one.told_by} told of the meeting on {on}: {one.attended} came.",
            )
        else:
            sentence = localized(
                f"{one.told_by} berättade att träffen {on} ställdes in.",
                f"{one.told_by} told that the meeting on {on} was cancelled.",
            )
        yield TimelineEntry(one.at, "meeting", sentence)


# --- what was changed and put right ---------------------------------------------------------------


def _changes(
    session: Session, signatures: Mapping[UUID | None, str], which: ColumnElement[bool]
) -> Iterator[TimelineEntry]:
    for one in session.exec(select(ChangeEntry).where(which).order_by(col(ChangeEntry.at))):
        kind = "correction" if one.what in CORRECTED else "change"
        sentence = sentence_of(one)
        if one.asked_by == ASKER:
            sentence += localized(" Ändrat på förfrågans sida.", " Changed on the request's page.")
        elif one.asked_by and not one.signed_by:
            sentence += localized(
                f" {one.asked_by} gjorde det på nätverkets sida.", f" {one.asked_by} did so on the network's page."
            )
        elif one.asked_by:
            sentence += localized(f" {one.asked_by} bad om det.", f" {one.asked_by} asked for it.")
        sentence += _second(one, signatures)
        signature = "+".join(filter(None, (signatures.get(one.signed_by), signatures.get(one.approved_by))))
        yield TimelineEntry(one.at, kind, sentence, signature or None, one.reason)


def sentence_of(one: ChangeEntry) -> str:
    """What was changed, from what to what, in a sentence."""
    return SENTENCES[ChangedField(one.what)](one.before, one.after)


def _second(one: ChangeEntry, signatures: Mapping[UUID | None, str]) -> str:
    """What whoever gave the second signature has said of it themselves."""
    who = signatures.get(one.approved_by, "")
    if not who or one.confirmed_at:
        return ""
    if one.refused_at:
        on = local(one.refused_at).date()
        return localized(
            f" {who} hade inte godkänt det: taget tillbaka {on}.", f" {who} had not approved it: taken back {on}."
        )
    return localized(f" Väntar på att {who} bekräftar.", f" Waits for {who} to confirm it.")


def _grant(codes: str) -> str:
    item, hours, from_on, to_on = codes.split(" ")
    return f"{word(ITEM, item)}, {in_hours(Decimal(hours))}, {from_on}–{to_on}"


def _use(codes: str) -> str:
    item, hours, on = codes.split(" ")
    return f"{word(ITEM, item)} {on}, {in_hours(Decimal(hours))}"


def _payment(codes: str) -> str:
    if not codes:
        return localized("inte utbetalt", "not paid")
    on, sek, seen_by = codes.split(" ")
    return localized(f"{sek} kronor {on}, kvittot sett av {seen_by}", f"SEK {sek} on {on}, receipt seen by {seen_by}")


def _instead(swedish: str, english: str, tell: Callable[[str], str] = str) -> Callable[[str, str], str]:
    """A sentence "name: this instead of that"."""

    def sentence(before: str, after: str) -> str:
        now, then = tell(after), tell(before)
        if not then:
            return localized(f"{swedish}: {now}.", f"{english}: {now}.")
        return localized(f"{swedish}: {now} i stället för {then}.", f"{english}: {now} instead of {then}.")

    return sentence


def _kickoff(before: str, after: str) -> str:
    if after:
        return localized(f"Uppstarten var {after}, inte {before}.", f"The kickoff was on {after}, not {before}.")
    return localized(f"Uppstarten {before} var ingen.", f"The kickoff on {before} was none.")


def _partner(before: str, after: str) -> str:
    if after:
        return localized(f"Företaget «{before}» heter «{after}».", f"The company “{before}” is called “{after}”.")
    return localized(f"Företaget «{before}» var inte med.", f"The company “{before}” did not take part.")


def _person(who: str, _after: str) -> str:
    if who.isdecimal():
        return localized(f"Medarrangör {who} var en annan medlem.", f"Co-organiser {who} was another member.")
    if who == "initiator":
        return localized("Initiativtagaren var en annan medlem.", "The initiator was another member.")
    return localized(f"{who} var en annan medlem.", f"{who} was another member.")


def _asked_place(before: str, after: str) -> str:
    """By municipality: the rest may hold anything that somebody typed."""
    if after == before:
        return localized(f"En annan plats i {after}.", f"Another place in {after}.")
    return localized(f"Plats: {after} i stället för {before}.", f"Place: {after} instead of {before}.")


def _wished(codes: str) -> str:
    if codes == WITHOUT_SUPPORT:
        return localized("att börja utan stöd", "to begin without support")
    return ", ".join(word(ITEM, one).lower() for one in codes.split()) or localized("inget särskilt", "nothing special")


def _cadence(days: str) -> str:
    return word(CADENCE, days).lower()


SENTENCES: Mapping[ChangedField, Callable[[str, str], str]] = MappingProxyType({
    ChangedField.cadence: _instead("Ny takt", "New pace", _cadence),
    ChangedField.target_size: _instead("Så många vill de bli", "So many they want to be"),
    ChangedField.name: _instead("Nytt namn", "New name"),
    ChangedField.place: _instead("Ny plats", "New place"),
    ChangedField.negotiator: _instead("Ny förhandlare", "New negotiator"),
    ChangedField.role: lambda code, _after: localized(
        f"{code}:s roll avslutades av ett skäl.", f"{code}'s role was ended for a reason."),
    ChangedField.extension: _instead("Stödet förlängt, slutar", "The support extended, ends"),
    ChangedField.asked: lambda _before, _after: localized(
        "En medlem fick frågan om att bli arrangör.", "A member was asked to be an organiser."),
    ChangedField.contact: _instead("Ny kontakt", "New contact"),
    ChangedField.left: lambda code, _after: localized(
        f"{code} är inte arrangör längre.", f"{code} is no organiser any more."),
    ChangedField.need: lambda _before, _after: localized("Behovet i nya ord.", "The need in new words."),
    ChangedField.wished: _instead("Önskar", "Wishes for", _wished),
    ChangedField.nature: _instead("Vad för dem samman", "What unites them", lambda code: word(NATURE, code).lower()),
    ChangedField.asked_place: _asked_place,
    ChangedField.named: _instead("Nämnda medarrangörer", "Co-organisers named"),
    ChangedField.grant: _instead("Stöd rättat", "Support corrected", _grant),
    ChangedField.used: _instead("Använda timmar rättade", "Hours used corrected", _use),
    ChangedField.payment: _instead("Bidrag rättat", "Money corrected", _payment),
    ChangedField.meeting_day: lambda before, after: localized(
        f"Träffen hölls {after}, inte {before}.", f"The meeting was held on {after}, not {before}."),
    ChangedField.meeting_doubled: lambda double, kept: localized(
        f"Träffen {double} var samma som den {kept}.", f"The meeting on {double} was the same as that on {kept}."),
    ChangedField.meeting_never_held: lambda on, _after: localized(
        f"Träffen {on} blev aldrig av.", f"The meeting on {on} was never held."),
    ChangedField.kickoff: _kickoff,
    ChangedField.partner: _partner,
    ChangedField.annulled: lambda _before, _after: localized(
        "Nätverket skapades av misstag och makulerades.", "The network was created by mistake and annulled."),
    ChangedField.reopened: lambda before, _after: localized(
        f"Beslutet ({word(REQUEST_STATE, before)}) öppnades igen.",
        f"The decision ({word(REQUEST_STATE, before)}) was opened again."),
    ChangedField.person: _person,
})  # fmt: skip
"""What was changed or put right, in a sentence made of how it was and how it is."""
