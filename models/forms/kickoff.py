"""Up to the first meeting."""

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field

from models.forms.kit.base import (
    MEMBER,
    SIGNATURE,
    YOUR_SIGNATURE,
    Called,
    Code,
    Member,
    MomentText,
    SignatureOrNone,
    day_problem,
    field,
    parse_local,
)
from models.forms.kit.fields import Coded, FromList
from models.forms.kit.sweep import SweepForm, sweep_choice
from models.i18n import localized
from models.tables.meeting import MeetingForm
from models.vocabulary import MEETING_FORM, Words

NETWORK = ("Nätverk", "Network")
FIRST_MEETING = ("Första träffen", "First meeting")
ROUND = sweep_choice("Inget: kör dagens genomgång nu", "None: run the daily round now")


class KickoffForm(SweepForm):
    """Who said yes and when a network first meets, or the day's sweep (domain.md section 8)."""

    heading: ClassVar[tuple[str, str]] = ("Uppstarten", "The kickoff")
    chooser: ClassVar[str] = "network_number"
    sweep_choice: ClassVar[Words] = ROUND
    sweep_subject: ClassVar[tuple[str, str]] = ("dagens genomgång", "the daily round")
    called: ClassVar[Called] = {"first_meeting_at": [("Träffens tid", "Time of the meeting")]}

    network_number: Annotated[int, FromList("planned", fixed=ROUND, numbered=True)] = Field(
        0, **field(0, NETWORK, ("De som inte har haft sin första träff.", "Those that have not met yet."))
    )
    signature: SignatureOrNone = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(
            1,
            YOUR_SIGNATURE,
            ("Behövs när någon sagt ja eller en träff bokas.", "Needed for a yes and for a meeting."),
        ),
    )
    confirmed: list[Code] = Field(
        [],
        **field(
            2,
            ("Har sagt ja till att arrangera", "Said yes to organising"),
            ("Medlemmarnas koder (m1, m2 …). Får lämnas tomt.", "The members' codes (m1, m2 …). May be empty."),
        ),
    )
    convener: Member = Field(
        "m1",
        pattern=MEMBER,
        **field(3, ("Sammankallande medlem", "Convening member"), ("m1 är initiativtagaren.", "m1 is the initiator.")),
    )
    first_meeting_at: MomentText = Field(
        "", **field(4, FIRST_MEETING, ("Tomt: inte bokad än.", "Empty: not booked yet."))
    )
    meeting_form: Annotated[MeetingForm, Coded(MEETING_FORM)] = Field(
        MeetingForm.in_person, **field(6, ("Träffens form", "Form of the meeting"))
    )

    def starts_at(self) -> datetime | None:
        """The first meeting's moment. Raises UserError when it is no local time, or one that clocks skip."""
        return parse_local(self.first_meeting_at, localized(*FIRST_MEETING))

    def misplaced(self) -> list[str]:
        """Who convenes and in which form go with a first meeting."""
        found = super().misplaced()
        if not self.sweep and not self.first_meeting_at.strip():
            words = localized(f"{FIRST_MEETING[0]}: inte bokad än", f"{FIRST_MEETING[1]}: not booked yet")
            found += self.unread(["convener", "meeting_form"], words)
        return found

    def problems(self, today: date) -> list[str]:
        moment = day_problem(parse_local, self.first_meeting_at, localized(*FIRST_MEETING), today, ahead=True)
        return self.choice_problems() + moment + self._nothing_told() + self._signature_problems()

    def _nothing_told(self) -> list[str]:
        """Of one network something is told, or nothing would come of it."""
        if self.sweep or not self.network_number or self.confirmed or self.first_meeting_at.strip():
            return []
        return [
            localized(
                "Har sagt ja: kryssa i vem, eller skriv den första träffens tid.",
                "Said yes: tick who, or write the time of the first meeting.",
            )
        ]

    def _signature_problems(self) -> list[str]:
        """Whoever keys in what members said signs for it (domain.md section 3)."""
        if self.sweep or self.signature or not (self.confirmed or self.first_meeting_at.strip()):
            return []
        return [
            localized(
                f"{YOUR_SIGNATURE[0]}: välj den, den behövs när någon sagt ja eller en träff bokas.",
                f"{YOUR_SIGNATURE[1]}: choose it, it is needed for a yes and for a meeting.",
            )
        ]
