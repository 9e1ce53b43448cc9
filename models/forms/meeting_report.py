"""A meeting in figures, and who carried it."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.db.column_types import nfc
from models.forms.kit.base import (
    CARRIER,
    MEMBER,
    Form,
    Member,
    MomentText,
    NetworkNumber,
    Reads,
    day_problem,
    field,
    name_problem,
    parse_local,
    unchosen,
)
from models.forms.kit.fields import Coded, FromList
from models.i18n import localized
from models.tables.meeting import CONFIRM_ABOVE, LATE_REPORT_DAYS, MOST_ATTENDING, Duty
from models.vocabulary import MEETING_STATUS

NETWORK = ("Nätverk", "Network")
NEXT_MEETING = ("Nästa träff", "Next meeting")
HOST_COMPANY = ("Företag ni träffades hos", "Company you met at")
SPEAKER_COMPANY = ("Företag som talaren kom från", "The speaker's company")
COMPANY_LENGTH = 120
NOT_KNOWN = ("0 om du inte vet.", "0 if you do not know.")
OFFICE = "office"
CARRIERS = {"": ("Vet inte", "Not known"), OFFICE: ("Kansliet", "The office")}
Carrier = Annotated[str, FromList("members", fixed=CARRIERS)]


class MeetingReportForm(Form):
    """A meeting in figures and who carried it, never who came (domain.md section 8)."""

    heading: ClassVar[tuple[str, str]] = ("Träffen", "The meeting")
    reads: ClassVar[Reads] = {
        "status": {
            "held": ["attended", "large", "non_members", "branches", "companies", "host_company", "speaker_company"],
            "cancelled": [],
        }
    }

    network_number: NetworkNumber = Field(0, **field(0, NETWORK))
    reported_by: Member = Field(
        "m1",
        pattern=MEMBER,
        **field(1, ("Vem berättar", "Who tells"), ("Medlemmens kod i nätverket.", "The member's code in the network.")),
    )
    on: date = Field(**field(2, ("Träffens dag", "Day of the meeting")))
    status: Annotated[Literal["held", "cancelled"], Coded(MEETING_STATUS)] = Field(
        "held", **field(3, ("Vad hände", "What happened"))
    )
    attended: int = Field(0, **field(4, ("Hur många kom", "How many came"), ("Bara antalet.", "The number only.")))
    large: bool = Field(False, **field(5, (f"Ja, fler än {CONFIRM_ABOVE} kom", f"Yes, more than {CONFIRM_ABOVE} came")))
    non_members: int = Field(0, **field(6, ("Varav inte medlemmar", "Of whom not members")))
    branches: int = Field(0, **field(7, ("Antal branschföreningar", "Number of branches"), NOT_KNOWN))
    companies: int = Field(0, **field(8, ("Antal företag", "Number of companies"), NOT_KNOWN))
    invitation: Carrier = Field(
        "",
        pattern=CARRIER,
        **field(
            9,
            ("Vem bjöd in", "Who invited"),
            ("En medlem, med sin kod, eller kansliet.", "A member, by code, or the office."),
        ),
    )
    host: Carrier = Field("", pattern=CARRIER, **field(10, ("Vem var värd", "Who hosted")))
    programme: Carrier = Field("", pattern=CARRIER, **field(11, ("Vem ordnade programmet", "Who made the programme")))
    lead: Carrier = Field("", pattern=CARRIER, **field(12, ("Vem ledde träffen", "Who led the meeting")))
    follow_up: Carrier = Field("", pattern=CARRIER, **field(13, ("Vem följde upp", "Who followed up")))
    next_at: MomentText = Field("", **field(14, NEXT_MEETING, ("Tomt: inte bokad än.", "Empty: not booked yet.")))
    host_company: str = Field(
        "",
        **field(
            16,
            HOST_COMPANY,
            ("Bara företagets namn. Får lämnas tomt.", "The company's name only. May be empty."),
            personal=True,
        ),
    )
    speaker_company: str = Field(
        "",
        **field(
            17,
            SPEAKER_COMPANY,
            ("Bara företagets namn. Får lämnas tomt.", "The company's name only. May be empty."),
            personal=True,
        ),
    )

    @classmethod
    def title_of(cls, duty: Duty) -> str:
        """What the form calls the field of a duty."""
        return cls.model_fields[duty.value].title or duty.value

    @property
    def duties(self) -> dict[Duty, str]:
        """Who carried what: a member's code or "office"; what nobody told is left out."""
        return {duty: carrier for duty in Duty if (carrier := getattr(self, duty.value).strip())}

    def next_meeting_at(self) -> datetime | None:
        """The next meeting's moment, if one is booked. Raises UserError as `parse_local` does."""
        return parse_local(self.next_at, localized(*NEXT_MEETING))

    def problems(self, today: date) -> list[str]:
        found = unchosen(self.network_number, NETWORK)
        found += day_problem(parse_local, self.next_at, localized(*NEXT_MEETING), today, ahead=True)
        if not 0 <= self.attended <= MOST_ATTENDING:
            found.append(
                localized(f"Hur många kom: ange 0–{MOST_ATTENDING}.", f"How many came: give 0–{MOST_ATTENDING}.")
            )
        elif self.attended > CONFIRM_ABOVE and not self.large:
            found.append(
                localized(
                    f"Hur många kom: kryssa i att fler än {CONFIRM_ABOVE} kom, eller rätta talet.",
                    f"How many came: confirm that more than {CONFIRM_ABOVE} came, or correct the number.",
                )
            )
        if not 0 <= self.non_members <= max(self.attended, 0):
            found.append(
                localized("Varav inte medlemmar: högst så många som kom.", "Not members: at most as many as came.")
            )
        if not all(0 <= number <= MOST_ATTENDING for number in (self.branches, self.companies)):
            found.append(
                localized(
                    f"Branscher och företag: ange 0–{MOST_ATTENDING}.",
                    f"Branches and companies: give 0–{MOST_ATTENDING}.",
                )
            )
        for title, company in ((HOST_COMPANY, self.host_company), (SPEAKER_COMPANY, self.speaker_company)):
            found += name_problem(company, title)
            if len(nfc(company)) > COMPANY_LENGTH:
                found.append(
                    localized(
                        f"{title[0]}: korta till högst {COMPANY_LENGTH} tecken.",
                        f"{title[1]}: shorten to {COMPANY_LENGTH} characters.",
                    )
                )
        if self.status == "held" and self.on > today:
            found.append(
                localized("Träffens dag: dagen har inte varit än.", "Day of the meeting: it has not come yet.")
            )
        if (today - self.on).days > LATE_REPORT_DAYS:
            found.append(
                localized(
                    f"Träffens dag: högst {LATE_REPORT_DAYS} dagar tillbaka.",
                    f"Day of the meeting: at most {LATE_REPORT_DAYS} days back.",
                )
            )
        return found
