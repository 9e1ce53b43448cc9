"""One minute, five questions."""

from datetime import date

from pydantic import Field

from models.check_in import Sharing, Wish
from models.forms.form import Form, day_problem, field, parse_day
from models.language import say
from models.meeting import MOST_ATTENDING

MET_ON = ("Fråga 1, dag", "Question 1, day")
NEXT_ON = ("Fråga 2, nästa träff", "Question 2, next meeting")


class CheckInForm(Form):
    network_number: int = Field(
        0, **field(0, ("Nätverk #", "Network #"), ("0: veckans utskick.", "0: the week's round."))
    )
    met: bool = Field(False, **field(1, ("1 Har ni träffats sedan sist?", "1 Have you met since last time?")))
    met_on: str = Field("", **field(2, ("Dag, om ja", "Day, if yes")))
    met_attended: int = Field(0, **field(3, ("Hur många kom", "How many came")))
    next_on: str = Field("", **field(4, ("2 Nästa träff, om bokad", "2 Next meeting, if booked")))
    sharing: Sharing = Field(
        Sharing.only_me, **field(5, ("3 Hur många delar på arbetet?", "3 How many share the work?"))
    )
    motivation: int = Field(
        3, **field(6, ("4 Hur gärna vill du fortsätta (1–5)?", "4 How much do you want to go on (1–5)?"))
    )
    wish: Wish = Field(Wish.nothing, **field(7, ("5 Vad skulle hjälpa mest?", "5 What would help most?")))

    def problems(self, today: date) -> list[str]:
        found = []
        if not 1 <= self.motivation <= 5:
            found.append(say("Fråga 4: ange 1–5.", "Question 4: give 1–5."))
        if not 0 <= self.met_attended <= MOST_ATTENDING:
            found.append(say(f"Hur många kom: ange 0–{MOST_ATTENDING}.", f"How many came: give 0–{MOST_ATTENDING}."))
        found += day_problem(parse_day, self.met_on, say(*MET_ON), today, ahead=False)
        if self.met and not self.met_on.strip():
            found.append(say("Fråga 1, dag: skriv när ni träffades.", "Question 1, day: write when you met."))
        found += day_problem(parse_day, self.next_on, say(*NEXT_ON), today, ahead=True)
        return found
