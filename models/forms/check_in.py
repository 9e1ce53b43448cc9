"""One minute, five questions."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from models.forms.kit.base import Called, DayText, Form, Reads, day_problem, field, parse_day
from models.forms.kit.fields import Coded, FromList
from models.forms.kit.sweep import SweepForm, sweep_choice
from models.i18n import localized
from models.tables.check_in import Sharing, Wish
from models.tables.meeting import MOST_ATTENDING
from models.vocabulary import MOTIVATION, SHARING, WISH, Words

MET_ON = ("Fråga 1, dag", "Question 1, day")
NEXT_ON = ("Fråga 2, nästa träff", "Question 2, next meeting")
ROUND = sweep_choice("Inget: kör veckans utskick nu", "None: run the week's round now")


class CheckInAnswers(Form):
    """What a member answers, whoever writes it down: the page in the mail, a mail of theirs, or staff's form."""

    reads: ClassVar[Reads] = {"met": {True: ["met_on", "met_attended"], False: []}}

    met: bool = Field(False, **field(1, ("1 Har ni träffats sedan sist?", "1 Have you met since last time?")))
    met_on: DayText = Field("", **field(2, ("Om ja: vilken dag?", "If so: which day?")))
    met_attended: int = Field(0, **field(3, ("Om ja: hur många kom?", "If so: how many came?")))
    next_on: DayText = Field(
        "",
        **field(
            4, ("2 När är nästa träff?", "2 When is the next meeting?"), ("Tomt: inte bokad.", "Empty: not booked.")
        ),
    )
    sharing: Annotated[Sharing, Coded(SHARING)] = Field(
        Sharing.only_me, **field(5, ("3 Hur många delar på arbetet?", "3 How many share the work?"))
    )
    motivation: Annotated[int, Coded(MOTIVATION, numeric=True)] = Field(
        3, **field(6, ("4 Hur gärna vill du fortsätta?", "4 How much do you want to go on?"))
    )
    wish: Annotated[Wish, Coded(WISH)] = Field(
        Wish.nothing, **field(7, ("5 Vad skulle hjälpa mest?", "5 What would help most?"))
    )

    def problems(self, today: date) -> list[str]:
        found = []
        if not 1 <= self.motivation <= 5:
            found.append(localized("Fråga 4: ange 1–5.", "Question 4: give 1–5."))
        if not 0 <= self.met_attended <= MOST_ATTENDING:
            found.append(
                localized(f"Hur många kom: ange 0–{MOST_ATTENDING}.", f"How many came: give 0–{MOST_ATTENDING}.")
            )
        found += day_problem(parse_day, self.met_on, localized(*MET_ON), today, ahead=False)
        if self.met and not self.met_on.strip():
            found.append(localized("Fråga 1, dag: skriv när ni träffades.", "Question 1, day: write when you met."))
        found += day_problem(parse_day, self.next_on, localized(*NEXT_ON), today, ahead=True)
        return found


class CheckInForm(SweepForm, CheckInAnswers):
    """Answers that a member gave staff by phone, or the week's sweep (domain.md section 6)."""

    heading: ClassVar[tuple[str, str]] = ("Svaren på de fem frågorna", "The answers to the five questions")
    chooser: ClassVar[str] = "network_number"
    sweep_choice: ClassVar[Words] = ROUND
    sweep_subject: ClassVar[tuple[str, str]] = ("veckans utskick", "the week's round")
    called: ClassVar[Called] = {
        "network_number": [("Nätverk", "Network")],
        "met_on": [MET_ON],
        "met_attended": [("Hur många kom", "How many came")],
        "next_on": [NEXT_ON, ("Träffens tid", "Time of the meeting")],
        "motivation": [("Fråga 4", "Question 4")],
    }

    network_number: Annotated[int, FromList("networks", fixed=ROUND, numbered=True)] = Field(
        0,
        **field(
            0,
            ("Vilket nätverk svarar?", "Which network answers?"),
            (
                "Välj bara ett nätverk när någon har lämnat sina svar till dig.",
                "Choose a network only when somebody gave you its answers.",
            ),
        ),
    )

    def problems(self, today: date) -> list[str]:
        return self.choice_problems() + CheckInAnswers.problems(self, today)
