"""What happens to a network besides the ladder."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from models.db.column_types import nfc
from models.forms.kit.base import (
    MEMBER,
    NOBODY,
    SIGNATURE,
    YOUR_SIGNATURE,
    Called,
    DayText,
    Form,
    MemberOrNone,
    NetworkNumber,
    Place,
    Reads,
    Signature,
    SignatureOrNone,
    day_problem,
    field,
    name_problem,
    parse_day,
    unchosen,
)
from models.forms.kit.fields import Coded, FromList, PerNetworkConsent
from models.i18n import localized
from models.tables.contact_entry import NOTE_LENGTH
from models.tables.network import MOST_EXTENDED_DAYS
from models.vocabulary import CADENCE, CHANGE, CONTACT_CHANNEL, CONTACT_OUTCOME, Words

NETWORK = ("Nätverk", "Network")
ABOUT_ALL: Words = {"": ("Inget: allt lämnas över", "None: all is handed over")}
NAME = ("Nytt namn", "New name")
PLACE = ("Ny plats", "New place")
TRIED_ON = ("Dag för kontaktförsöket", "Day of the attempt")
REMIND_ON = ("Påminn mig", "Remind me")
AS_IT_IS: Words = {"0": ("Som den är", "As it is"), **CADENCE}
Agreement = Annotated[str, StringConstraints(pattern="^[0-9]{1,6}:[mM][0-9]{1,3}$"), PerNetworkConsent()]
Change = Literal[
    "rest", "wake", "close", "split", "merge", "new_contact", "new_organiser", "extend", "meet_neighbours",
    "contact", "cadence", "target_size", "name", "place", "negotiator", "end_role", "hand_over",
    "wrong_person", "annul",
]  # fmt: skip
_WHO_ASKED = ("member", ("Medlem: skriv vem som bett om det.", "Member: write who asked for it."))
_NEW_NEGOTIATOR = ("negotiator", ("Ny förhandlare: välj i listan.", "New negotiator: choose from the list."))
NEEDED: dict[str, tuple[tuple[str, tuple[str, str]], ...]] = {
    "wake": (_WHO_ASKED,),
    "new_contact": (("new_contact", ("Ny kontakt: välj en arrangör.", "New contact: choose an organiser.")),),
    "new_organiser": (
        (
            "member_number",
            ("Medlemsnummer: fyll i arrangörens.", "Member number: fill in the organiser's."),
        ),
    ),
    "merge": (
        (
            "other_networks",
            ("Andra nätverk: ange det som lever vidare.", "Other networks: give the one living on."),
        ),
    ),
    "cadence": (_WHO_ASKED, ("cadence_days", ("Ny takt: välj i listan.", "New pace: choose from the list."))),
    "target_size": (_WHO_ASKED, ("target_size", ("Hur många de vill bli: minst 1.", "How many: at least 1."))),
    "name": (_WHO_ASKED, ("network_name", ("Nytt namn: skriv det.", "New name: write it."))),
    "place": (_WHO_ASKED, ("place", ("Ny plats: skriv den.", "New place: write it."))),
    "negotiator": (_NEW_NEGOTIATOR,),
    "hand_over": (_NEW_NEGOTIATOR, ("former", ("Lämnar över: välj i listan.", "Hands over: choose from the list."))),
    "end_role": (
        ("whose", ("Vems roll: välj medlemmens kod.", "Whose role: choose the member's code.")),
        ("approver", ("Godkänd av: välj en kollega.", "Approved by: choose a colleague.")),
        ("reason", ("Skäl: skriv varför rollen avslutas.", "Reason: write why the role ends.")),
    ),
    "wrong_person": (
        ("whose", ("Vems roll: välj koden som har fel person.", "Whose role: choose the code of the wrong person.")),
        ("member_number", ("Medlemsnummer: fyll i den rättas.", "Member number: fill in the right one's.")),
        ("reason", ("Skäl: skriv vad som blev fel.", "Reason: write what went wrong.")),
    ),
    "annul": (("reason", ("Skäl: skriv vad som blev fel.", "Reason: write what went wrong.")),),
}
"""The fields that a change cannot do without, and the sentence that asks for each."""


class NetworkChangeForm(Form):
    """One change to a network, who asked for it and who signs (domain.md section 8)."""

    heading: ClassVar[tuple[str, str]] = ("Ändringen", "The change")
    called: ClassVar[Called] = {
        "change": [("Går inte", "Not possible")],
        "municipality": [("Kommun", "Municipality")],
        "member_number": [("Medlemsnummer", "Member number")],
        "days": [("Dagar", "Days")],
        "reason": [("Anteckning", "Note")],
        "place": [("Plats", "Place")],
        "other_channel": [("Annan väg", "Other channel")],
    }
    reads: ClassVar[Reads] = {
        "change": {
            "rest": ["member"],
            "wake": ["member"],
            "close": ["member", "other_channel"],
            "split": ["other_networks", "agreed"],
            "merge": ["other_networks", "agreed"],
            "new_contact": ["new_contact", "member"],
            "new_organiser": ["member_number"],
            "extend": ["days", "approver", "reason"],
            "meet_neighbours": [],
            "contact": ["other_channel", "contact_outcome", "on", "remind_on", "reason"],
            "cadence": ["member", "cadence_days"],
            "target_size": ["member", "target_size"],
            "name": ["member", "network_name"],
            "place": ["member", "place", "municipality"],
            "negotiator": ["negotiator"],
            "end_role": ["whose", "reason", "approver"],
            "hand_over": ["former", "negotiator"],
            "wrong_person": ["whose", "member_number", "reason"],
            "annul": ["reason"],
        }
    }

    network_number: Annotated[int, FromList("networks", fixed=ABOUT_ALL, numbered=True)] = Field(0, **field(0, NETWORK))
    signature: Signature = Field(pattern=SIGNATURE, **field(1, YOUR_SIGNATURE))
    change: Annotated[Change, Coded(CHANGE)] = Field(
        **field(
            2, ("Ändring", "Change"), ("Nedan behövs bara det som hör till ändringen.", "Below, only what it needs.")
        )
    )
    member: MemberOrNone = Field(
        "",
        pattern=f"{MEMBER}|^$",
        **field(
            3,
            ("Medlem som bett om det eller bestämt", "Member who asked or decided"),
            (
                "Den som sa till om ändringen. Ingen: det går inte att nå någon.",
                "Who told you of the change. Nobody: none can be reached.",
            ),
        ),
    )
    cadence_days: Annotated[Literal[0, 30, 60, 90, 180], Coded(AS_IT_IS, numeric=True)] = Field(
        0,
        **field(
            4,
            ("Ny takt", "New pace"),
            ("När de vill träffas oftare eller mer sällan.", "When they meet more, or less, often."),
        ),
    )
    target_size: int = Field(
        0, **field(5, ("Hur många de vill bli", "How many they want to be"), ("När det ändras.", "When that changes."))
    )
    network_name: str = Field("", max_length=200, **field(6, NAME, personal=True))
    place: str = Field("", max_length=200, **field(7, PLACE, personal=True))
    municipality: Place = Field(
        "", **field(8, ("Ny kommun", "New municipality"), ("Tomt: platsens namn.", "Empty: the place's name."))
    )
    new_contact: MemberOrNone = Field(
        "",
        pattern=f"{MEMBER}|^$",
        **field(9, ("Ny kontakt", "New contact"), ("Vid byte av kontakt.", "When the contact changes.")),
    )
    whose: MemberOrNone = Field(
        "",
        pattern=f"{MEMBER}|^$",
        **field(
            10, ("Vems roll", "Whose role"), ("När en roll avslutas eller rättas.", "When a role ends or is corrected.")
        ),
    )
    member_number: str = Field(
        "",
        **field(
            11,
            ("Den nya arrangörens medlemsnummer", "The new organiser's member number"),
            (
                "När en ny arrangör ska frågas, eller den rättas när fel person står i en roll.",
                "When a new organiser is to be asked, or the right one's where the wrong person has a role.",
            ),
            personal=True,
        ),
    )
    other_channel: Annotated[Literal["none", "phone", "mail", "letter", "meeting", "other"], Coded(CONTACT_CHANNEL)] = (
        Field(
            "none",
            **field(
                12,
                ("Hur du har försökt nå dem", "How you tried to reach them"),
                (
                    "För ett kontaktförsök, och när ett vilande nätverk avslutas.",
                    "For an attempt, and to close a resting one.",
                ),
            ),
        )
    )
    contact_outcome: Annotated[
        Literal["no_answer", "left_word", "reached", "agreed", "complaint"], Coded(CONTACT_OUTCOME)
    ] = Field("no_answer", **field(13, ("Hur kontaktförsöket gick", "What came of the attempt")))
    on: DayText = Field("", **field(14, TRIED_ON, ("Tomt: i dag.", "Empty: today.")))
    remind_on: DayText = Field(
        "", **field(15, REMIND_ON, ("Då står det på arbetslistan.", "Then it stands on the work list."))
    )
    negotiator: SignatureOrNone = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(
            16, ("Ny förhandlare", "New negotiator"), ("För nätverket, eller för allt.", "Of the network, or of all.")
        ),
    )
    former: Annotated[str, FromList("carriers", fixed=NOBODY)] = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(
            17,
            ("Lämnar över", "Hands over"),
            (
                "Den vars nätverk, förfrågningar och ärenden går till den nya.",
                "Whose networks, requests and matters go.",
            ),
        ),
    )
    days: int = Field(
        0,
        **field(
            18,
            ("Förläng med dagar", "Extend by days"),
            (f"Högst {MOST_EXTENDED_DAYS}, en gång.", f"At most {MOST_EXTENDED_DAYS}, once."),
        ),
    )
    approver: SignatureOrNone = Field(
        "",
        pattern=f"{SIGNATURE}|^$",
        **field(
            19,
            ("Godkänd av", "Approved by"),
            (
                "Förlängning eller avslutad roll: en kollega, vid förlängning inte nätverkets förhandlare.",
                "An extension or a role that ends: a colleague; for an extension not the network's negotiator.",
            ),
        ),
    )
    reason: str = Field(
        "",
        **field(
            20,
            ("Skäl eller anteckning", "Reason or note"),
            (
                "Varför stödet förlängs eller rollen avslutas, vad som blev fel, eller vad kontaktförsöket gav.",
                "Why the support is extended or the role ends, what went wrong, or what was said in the attempt.",
            ),
            personal=True,
        ),
    )
    other_networks: list[NetworkNumber] = Field(
        [],
        **field(
            21,
            ("Andra nätverk", "Other networks"),
            ("Gå ihop: det som lever vidare. Dela: de nya.", "Merge: the one that lives on. Split: the new ones."),
        ),
    )
    agreed: list[Agreement] = Field(
        [],
        **field(
            22,
            ("Vilka som kommit överens", "Who agreed"),
            (
                "Gå ihop och dela: en arrangör ur varje nätverk (Add item).",
                "Merge and split: an organiser of each network (Add item).",
            ),
        ),
    )

    @property
    def agreements(self) -> dict[int, str]:
        """Which member agreed for which network."""
        return {int(number): code for number, code in (one.split(":") for one in self.agreed)}

    @property
    def is_about_all(self) -> bool:
        """Whether it is about everything that one of the staff looks after, and not one network."""
        return self.change == "hand_over"

    @property
    def subject(self) -> str:
        return localized(*CHANGE["hand_over"]).lower() if self.is_about_all else super().subject

    def tried_on(self, today: date) -> date:
        """The day of an attempt to reach the network: today unless told otherwise."""
        return parse_day(self.on, localized(*TRIED_ON)) or today

    def reminds_on(self) -> date | None:
        """When staff want to be reminded of it, if at all."""
        return parse_day(self.remind_on, localized(*REMIND_ON))

    def problems(self, today: date) -> list[str]:
        found = self._about_problems()
        found += [localized(*said) for name, said in NEEDED.get(self.change, ()) if not _is_given(getattr(self, name))]
        found += name_problem(self.network_name, NAME) + name_problem(self.place, PLACE)
        if self.change == "contact":
            found += self._contact_problems(today)
        return found + (self._extension_problems() if self.change == "extend" else [])

    def _about_problems(self) -> list[str]:
        """A network goes with every change but the one that is about all."""
        if self.is_about_all:
            return self.unread(["network_number"], localized(*CHANGE["hand_over"]))
        return unchosen(self.network_number, NETWORK)

    def _contact_problems(self, today: date) -> list[str]:
        found = day_problem(parse_day, self.on, localized(*TRIED_ON), today, ahead=False)
        found += day_problem(parse_day, self.remind_on, localized(*REMIND_ON), today, ahead=True)
        if self.other_channel == "none":
            found.append(localized("Hur du har försökt nå dem: välj.", "How you tried to reach them: choose."))
        if len(self.reason) > NOTE_LENGTH:
            found.append(
                localized(f"Anteckning: högst {NOTE_LENGTH} tecken.", f"Note: at most {NOTE_LENGTH} characters.")
            )
        return found

    def _extension_problems(self) -> list[str]:
        found = []
        if not 1 <= self.days <= MOST_EXTENDED_DAYS:
            found.append(localized(f"Dagar: ange 1–{MOST_EXTENDED_DAYS}.", f"Days: give 1–{MOST_EXTENDED_DAYS}."))
        if not nfc(self.reason):
            found.append(localized("Skäl: skriv varför stödet förlängs.", "Reason: write why the support is extended."))
        if not self.approver:
            found.append(
                localized("Godkänd av: skriv en kollegas signatur.", "Approved by: write a colleague's signature.")
            )
        return found


def _is_given(value: object) -> bool:
    match value:
        case str():
            return bool(nfc(value))
        case int():
            return value > 0
        case list():
            return len(value) == 1  # one network lives on
    return False
