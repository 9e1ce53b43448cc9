"""A meeting in figures, and who carried it."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from models.db.column_types import nfc
from models.forms.kit.base import (
    CARRIER,
    MEMBER,
    Called,
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
from models.tables.meeting import (
    CONFIRM_ABOVE,
    LATE_REPORT_DAYS,
    MOST_ATTENDING,
    Duty,
    MeetingForm,
    PartnerKind,
)
from models.text import listed
from models.vocabulary import MEETING_FORM, MEETING_STATUS

NETWORK = ("Nätverk", "Network")
NEXT_MEETING = ("Nästa träff", "Next meeting")
HOST_COMPANY = ("Företag ni träffades hos", "Company you met at")
SPEAKER_COMPANY = ("Företag som talaren kom från", "The speaker's company")
PARTICIPANTS = ("Företag som var med", "Companies that took part")
ONE_COMPANY = ("Bara företagets namn. Får lämnas tomt.", "The company's name only. May be empty.")
COMPANY_FIELDS = {
    PartnerKind.host: "host_company",
    PartnerKind.speaker: "speaker_company",
    PartnerKind.participant: "participants",
}
COMPANY_LENGTH = 120
MOST_PARTICIPANTS = 20
NOT_KNOWN = ("0 om du inte vet.", "0 if you do not know.")
OFFICE = "office"
CARRIERS = {"": ("Vet inte", "Not known"), OFFICE: ("Kansliet", "The office")}
Carrier = Annotated[str, FromList("members", fixed=CARRIERS)]
AS_BOOKED = ("Som bokat, annars på plats", "As booked, else in person")
FormTold = Annotated[MeetingForm | Literal[""], Coded({"": AS_BOOKED, **MEETING_FORM})]


def companies_in(text: str) -> list[str]:
    """The companies of a list, one a line or with commas between, each once however it is capitalised."""
    named: dict[str, str] = {}
    for company in listed(text):
        named.setdefault(company.casefold(), company)
    return list(named.values())


class MeetingReportForm(Form):
    """A meeting in figures and who carried it, never who came (domain.md section 8)."""

    heading: ClassVar[tuple[str, str]] = ("Träffen", "The meeting")
    called: ClassVar[Called] = {
        "network_number": [("Går inte", "Not possible")],
        "non_members": [("Varav inte medlemmar", "Not members")],
        "branches": [("Branscher och företag", "Branches and companies")],
        "next_at": [("Träffens tid", "Time of the meeting")],
    }
    reads: ClassVar[Reads] = {
        "status": {
            "held": [
                *("attended", "large", "non_members", "branches", "companies", "meeting_form"),
                *("host_company", "speaker_company", "participants"),
            ],
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
    meeting_form: FormTold = Field("", **field(14, ("Träffens form", "Form of the meeting")))
    next_at: MomentText = Field("", **field(15, NEXT_MEETING, ("Tomt: inte bokad än.", "Empty: not booked yet.")))
    next_form: FormTold = Field("", **field(16, ("Nästa träffs form", "Form of the next meeting")))
    host_company: str = Field("", **field(17, HOST_COMPANY, ONE_COMPANY, personal=True))
    speaker_company: str = Field("", **field(18, SPEAKER_COMPANY, ONE_COMPANY, personal=True))
    participants: str = Field(
        "",
        **field(
            19,
            PARTICIPANTS,
            ("Företagens namn med komma emellan. Får lämnas tomt.", "Their names, with commas between. May be empty."),
            personal=True,
        ),
    )

    @classmethod
    def title_of(cls, name: str) -> str:
        """What the form calls a field."""
        return cls.model_fields[name].title or name

    @property
    def duties(self) -> dict[Duty, str]:
        """Who carried what: a member's code or "office"; what nobody told is left out."""
        return {duty: carrier for duty in Duty if (carrier := getattr(self, duty.value).strip())}

    @property
    def partners(self) -> list[tuple[PartnerKind, str]]:
        """The companies that were named, and what each was to the meeting."""
        one_each = [(PartnerKind.host, nfc(self.host_company)), (PartnerKind.speaker, nfc(self.speaker_company))]
        took_part = [(PartnerKind.participant, company) for company in companies_in(self.participants)]
        return [(kind, company) for kind, company in one_each if company] + took_part

    def next_meeting_at(self) -> datetime | None:
        """The next meeting's moment, if one is booked. Raises UserError as `parse_local` does."""
        return parse_local(self.next_at, localized(*NEXT_MEETING))

    def misplaced(self) -> list[str]:
        """The next meeting's form goes with a next meeting."""
        found = super().misplaced()
        if not self.next_at.strip():
            none = localized(f"{NEXT_MEETING[0]}: inte bokad än", f"{NEXT_MEETING[1]}: not booked yet")
            found += self.unread(["next_form"], none)
        return found

    def problems(self, today: date) -> list[str]:
        found = unchosen(self.network_number, NETWORK)
        found += day_problem(parse_local, self.next_at, localized(*NEXT_MEETING), today, ahead=True)
        return found + self._count_problems() + self._company_problems() + self._day_problems(today)

    def _count_problems(self) -> list[str]:
        found = []
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
        return found

    def _company_problems(self) -> list[str]:
        """A sentence for each field with a name that is none or too long, or with too many names."""
        took_part = companies_in(self.participants)
        named = ((HOST_COMPANY, [self.host_company]), (SPEAKER_COMPANY, [self.speaker_company]))
        found = []
        for title, companies in (*named, (PARTICIPANTS, took_part)):
            found += next((wrong for company in companies if (wrong := name_problem(company, title))), [])
            if any(len(nfc(company)) > COMPANY_LENGTH for company in companies):
                found.append(
                    localized(
                        f"{title[0]}: korta till högst {COMPANY_LENGTH} tecken.",
                        f"{title[1]}: shorten to {COMPANY_LENGTH} characters.",
                    )
                )
        if len(took_part) > MOST_PARTICIPANTS:
            found.append(
                localized(
                    f"{PARTICIPANTS[0]}: nämn högst {MOST_PARTICIPANTS}.",
                    f"{PARTICIPANTS[1]}: name at most {MOST_PARTICIPANTS}.",
                )
            )
        return found

    def _day_problems(self, today: date) -> list[str]:
        found = []
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
