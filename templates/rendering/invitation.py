"""The invitation that organisers send on, in the network's own words, and its page's address (domain.md section 13)."""

from urllib.parse import quote, urlencode

from models.meetings.invitation import Invitation
from models.settings import settings
from models.tables.meeting import MeetingForm
from templates.rendering.filters import moment
from templates.rendering.web import words


def meet_address(invitation: Invitation, language: str) -> str:
    """The address of the meeting's invitation page, for readers of that language."""
    page = f"{settings().public_url}/meet/{invitation.code}"
    return page if language == "sv" else f"{page}?lang={language}"


def invitation_text(invitation: Invitation, language: str) -> str:
    """What they meet about, when and where, and where there is more."""
    t, topic = words(language), invitation.details.topic
    lines = [
        t("network.share.hello"),
        own_words(invitation, language),
        t("network.share.topic", topic=topic) if topic else "",
        t("network.share.when", moment=moment(invitation.meeting.starts_at, language))
        + "\n"
        + t("network.share.where", where=where_they_meet(invitation, language)),
        t("network.share.more") + "\n" + meet_address(invitation, language),
    ]
    return "\n\n".join(filter(None, lines))


def own_words(invitation: Invitation, language: str) -> str:
    """The network's own words, or ours until it has some."""
    return invitation.words or words(language)("network.share.usual", place=invitation.network.place)


def where_they_meet(invitation: Invitation, language: str) -> str:
    """The room and the town, as far as it is shown; of a digital meeting, that it is one."""
    t, place = words(language), invitation.network.place
    form, venue = invitation.meeting.form, invitation.details.venue
    if form == MeetingForm.digital:
        return t("network.share.digital")
    where = f"{venue}, {place}" if venue else place
    return t("network.share.mixed", where=where) if form == MeetingForm.mixed else where


def invitation_mail(invitation: Invitation, language: str) -> str:
    """The address of a mail that is written already, for its writer to send to whom they like."""
    subject = words(language)("network.share.subject", network=invitation.network.name)
    told = {"subject": subject, "body": invitation_text(invitation, language).replace("\n", "\r\n")}
    return "mailto:?" + urlencode(told, quote_via=quote)
