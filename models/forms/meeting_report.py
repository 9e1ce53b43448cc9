"""A meeting in figures, and who carried it."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from models.columns import nfc
from models.forms.form import CARRIER, MEMBER, Form, day_problem, field, parse_local
from models.language import say
from models.meeting import CONFIRM_ABOVE, LATE_REPORT_DAYS, MOST_ATTENDING, Duty

NEXT_MEETING = ("Nästa träff", "Next meeting")
HOST_COMPANY = ("Företag ni träffades hos", "Company you met at")
SPEAKER_COMPANY = ("Företag som talaren kom från", "The speaker's company")
COMPANY_LENGTH = 120


class MeetingReportForm(Form):
    network_number: int = Field(**field(0, ("Nätverk #", "Network #")))
    reported_by: str = Field("m1", pattern=MEMBER, **field(1, ("Vem berättar (m1, m2 …)", "Who tells (m1, m2 …)")))
    on: date = Field(**field(2, ("Träffens dag", "Day of the meeting")))
    status: Literal["held", "cancelled"] = Field("held", **field(3, ("Vad hände", "What happened")))
    attended: int = Field(0, **field(4, ("Hur många kom", "How many came")))
    large: bool = Field(False, **field(5, (f"Ja, fler än {CONFIRM_ABOVE} kom", f"Yes, more than {CONFIRM_ABOVE} came")))
    non_members: int = Field(0, **field(6, ("Varav inte medlemmar", "Of whom not members")))
    branches: int = Field(0, **field(7, ("Antal branschföreningar", "Number of branches")))
    companies: int = Field(0, **field(8, ("Antal företag", "Number of companies")))
    invitation: str = Field("", pattern=CARRIER, **field(9, ("Inbjudan (m1, m2 … eller office)", "Invitation by")))
    host: str = Field("", pattern=CARRIER, **field(10, ("Värd", "Host")))
    programme: str = Field("", pattern=CARRIER, **field(11, ("Program", "Programme")))
    lead: str = Field("", pattern=CARRIER, **field(12, ("Ledde träffen", "Led the meeting")))
    follow_up: str = Field("", pattern=CARRIER, **field(13, ("Uppföljning", "Follow-up")))
    next_at: str = Field("", **field(14, ("Nästa träff", "Next meeting"), ("Till exempel 2027-01-20 17:30.", "")))
    host_company: str = Field(
        "", **field(15, HOST_COMPANY, ("Bara företagets namn.", "The company's name only."), personal=True)
    )
    speaker_company: str = Field(
        "", **field(16, SPEAKER_COMPANY, ("Bara företagets namn.", "The company's name only."), personal=True)
    )

    @property
    def duties(self) -> dict[Duty, str]:
        """Who carried what: a member's code or "office"; what nobody told is left out."""
        return {duty: carrier for duty in Duty if (carrier := getattr(self, duty.value).strip())}

    def next_meeting_at(self) -> datetime | None:
        """The next meeting's moment, if one is booked. Raises UserError as `parse_local` does."""
        return parse_local(self.next_at, say(*NEXT_MEETING))

    def problems(self, today: date) -> list[str]:
        found = day_problem(parse_local, self.next_at, say(*NEXT_MEETING), today, ahead=True)
        if not 0 <= self.attended <= MOST_ATTENDING:
            found.append(say(f"Hur många kom: ange 0–{MOST_ATTENDING}.", f"How many came: give 0–{MOST_ATTENDING}."))
        elif self.attended > CONFIRM_ABOVE and not self.large:
            found.append(
                say(
                    f"Hur många kom: kryssa i att fler än {CONFIRM_ABOVE} kom, eller rätta talet.",
                    f"How many came: confirm that more than {CONFIRM_ABOVE} came, or correct the number.",
                )
            )
        if not 0 <= self.non_members <= max(self.attended, 0):
            found.append(say("Varav inte medlemmar: högst så många som kom.", "Not members: at most as many as came."))
        if not all(0 <= number <= MOST_ATTENDING for number in (self.branches, self.companies)):
            found.append(
                say(
                    f"Branscher och företag: ange 0–{MOST_ATTENDING}.",
                    f"Branches and companies: give 0–{MOST_ATTENDING}.",
                )
            )
        for title, company in ((HOST_COMPANY, self.host_company), (SPEAKER_COMPANY, self.speaker_company)):
            if len(nfc(company)) > COMPANY_LENGTH:
                found.append(
                    say(
                        f"{title[0]}: korta till högst {COMPANY_LENGTH} tecken.",
                        f"{title[1]}: shorten to {COMPANY_LENGTH} characters.",
                    )
                )
        if self.status == "held" and self.on > today:
            found.append(say("Träffens dag: dagen har inte varit än.", "Day of the meeting: it has not come yet."))
        if (today - self.on).days > LATE_REPORT_DAYS:
            found.append(
                say(
                    f"Träffens dag: högst {LATE_REPORT_DAYS} dagar tillbaka.",
                    f"Day of the meeting: at most {LATE_REPORT_DAYS} days back.",
                )
            )
        return found
