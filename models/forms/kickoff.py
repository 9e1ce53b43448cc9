"""Up to the first meeting."""

from datetime import date, datetime

from pydantic import Field

from models.forms.form import MEMBER, SIGNATURE, Code, Form, day_problem, field, parse_local
from models.language import say
from models.meeting import MeetingForm

FIRST_MEETING = ("Första träffen", "First meeting")


class KickoffForm(Form):
    network_number: int = Field(
        0, **field(0, ("Nätverk #", "Network #"), ("0: den dagliga genomgången.", "0: the daily round."))
    )
    signature: str = Field("", pattern=f"{SIGNATURE}|^$", **field(1, ("Din signatur", "Your signature")))
    confirmed: list[Code] = Field(
        [], **field(2, ("Har sagt ja att arrangera (m1, m2 …)", "Said yes to organising (m1, m2 …)"))
    )
    convener: str = Field("m1", pattern=MEMBER, **field(3, ("Sammankallande medlem", "Convening member")))
    first_meeting_at: str = Field(
        "",
        **field(
            4, ("Första träffen", "First meeting"), ("Till exempel 2026-11-25 17:30.", "Such as 2026-11-25 17:30.")
        ),
    )
    meeting_form: MeetingForm = Field(MeetingForm.in_person, **field(5, ("Träffens form", "Form of the meeting")))

    def starts_at(self) -> datetime | None:
        """The first meeting's moment. Raises UserError when it is no local time, or one that clocks skip."""
        return parse_local(self.first_meeting_at, say(*FIRST_MEETING))

    def problems(self, today: date) -> list[str]:
        return day_problem(parse_local, self.first_meeting_at, say(*FIRST_MEETING), today, ahead=True)
