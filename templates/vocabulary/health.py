"""The health check's words: levels, states, parts of the score, gates, what would help (domain.md section 7)."""

from typing import Final, NamedTuple

from models.vocabulary import NETWORK_STATE, word

Text = dict[str, str]


class PartWords(NamedTuple):
    """A part of the score: what it is called, and what it looks at."""

    name: str
    about: str


LEVELS: Final[dict[str, Text]] = {
    "green": {"sv": "grön", "en": "green"},
    "yellow": {"sv": "gul", "en": "yellow"},
    "red": {"sv": "röd", "en": "red"},
    "not_assessed": {"sv": "för ny att bedöma", "en": "too new to assess"},
}
PARTS: Final[dict[str, dict[str, PartWords]]] = {
    "R": {
        "sv": PartWords("Regelbundenhet", "träffas de så ofta som de själva har valt?"),
        "en": PartWords("Regularity", "do they meet as often as they chose to?"),
    },
    "A": {
        "sv": PartWords("Uppslutning", "kommer det så många som de vill vara, och fler eller färre än förut?"),
        "en": PartWords("Attendance", "do as many come as they want to be, and more or fewer than before?"),
    },
    "O": {
        "sv": PartWords("Eget arbete", "hur stor del av uppgifterna bär medlemmarna själva?"),
        "en": PartWords("Own work", "how much of the work do members carry themselves?"),
    },
    "B": {
        "sv": PartWords("Delat arbete", "är de flera som delar på uppgifterna?"),
        "en": PartWords("Shared work", "do several share the work?"),
    },
    "D": {
        "sv": PartWords("Bredd", "möts flera branscher och företag?"),
        "en": PartWords("Breadth", "do several branches and companies meet?"),
    },
    "F": {
        "sv": PartWords("Lust att fortsätta", "vad säger avstämningarna?"),
        "en": PartWords("Wish to go on", "what do the check-ins say?"),
    },
}
WAYS: Final[dict[str, Text]] = {
    "meet": {
        "sv": "En träff nu: det har gått längre än ett intervall sedan den förra.",
        "en": "A meeting now: more than one interval has passed since the last.",
    },
    "book": {
        "sv": "Boka nästa träff inom det intervall som de valt.",
        "en": "Book the next meeting within the interval they chose.",
    },
    "go_on": {
        "sv": "Fortsätt så: nästa träff är bokad, och gamla uppehåll faller ur efter ett år.",
        "en": "Go on like this: the next meeting is booked, and old gaps drop out after a year.",
    },
    "come": {
        "sv": "Fler som kommer: bjud in en kollega var, eller sänk målet om de trivs som de är.",
        "en": "More who come: invite a colleague each, or lower the target if they like it as it is.",
    },
    "come_again": {
        "sv": "Det kommer färre än förut. Fråga dem som slutat komma vad som skulle locka.",
        "en": "Fewer come than before. Ask those who stopped coming what would draw them.",
    },
    "record_duties": {
        "sv": "Skriv i träffrapporten vem som bar vad: inget är antecknat.",
        "en": "Write in the meeting report who carried what: nothing is noted.",
    },
    "take_over": {
        "sv": "En uppgift till som medlemmarna tar över från kansliet höjer O.",
        "en": "One more duty that members take over from the office raises O.",
    },
    "take_over_first": {
        "sv": "Först en uppgift som en medlem bär; sedan räknas att fler delar.",
        "en": "First a duty that a member carries; then it counts that more share.",
    },
    "one_more": {
        "sv": "En till som håller i inbjudan eller ledning höjer B.",
        "en": "One more who looks after the invitation or leads raises B.",
    },
    "record_who_came": {
        "sv": "Skriv i träffrapporten hur många branscher och företag som var med.",
        "en": "Write in the meeting report how many branches and companies were there.",
    },
    "branches": {
        "sv": "Bjud in från fler branscher: tre ger full poäng.",
        "en": "Invite from more branches: three give full points.",
    },
    "companies": {
        "sv": "Bjud in från fler företag: fem ger full poäng.",
        "en": "Invite from more companies: five give full points.",
    },
    "branches_and_companies": {
        "sv": "Bjud in bredare: tre branscher och fem företag ger full poäng.",
        "en": "Invite more widely: three branches and five companies give full points.",
    },
    "answer": {
        "sv": "Ett svar på avstämningen, som de kan ge på en minut eller till dig i telefon.",
        "en": "An answer to the check-in: it takes a minute, or they can give it to you on the phone.",
    },
    "ask_why": {
        "sv": "Fråga vad som skulle göra det roligare eller lättare att fortsätta.",
        "en": "Ask what would make it more fun, or easier, to go on.",
    },
    "first_answer": {
        "sv": "Inget svar finns än. Den första avstämningen ger besked.",
        "en": "There is no answer yet. The first check-in will tell.",
    },
}
GATES: Final[dict[str, Text]] = {
    "G1": {
        "sv": "Det är länge sedan en träff som medlemmarna ordnade (mer än två intervall; mer än tre ger rött).",
        "en": "It is long since a meeting that members arranged (over two intervals; over three is red).",
    },
    "G2": {
        "sv": "En enda person bär nästan allt.",
        "en": "One person carries almost everything.",
    },
    "G3": {
        "sv": "Medlemmarna gör för lite av arbetet för det trappsteg de står på.",
        "en": "Members do too little of the work for the step they are on.",
    },
    "G4": {"sv": "Det kommer allt färre.", "en": "Fewer and fewer come."},
    "G5": {
        "sv": "Den som svarade senast vill knappt fortsätta.",
        "en": "Whoever answered last hardly wants to go on.",
    },
    "G6": {
        "sv": "Minst två avstämningar i rad är obesvarade.",
        "en": "At least two check-ins in a row are unanswered.",
    },
}
CAUSES: Final[dict[str, Text]] = {
    "nothing_booked": {
        "sv": "ingen träff bokad, den förra var {day}",
        "en": "no meeting booked, the last was on {day}",
    },
    "fell_since": {"sv": "poängen har fallit sedan {day}", "en": "the score has fallen since {day}"},
}


def level_name(code: str, language: str) -> str:
    """A level of health in a word or two."""
    return LEVELS[code][language]


def state_name(code: str, language: str) -> str:
    """A network's state, in the one word that it has everywhere."""
    return word(NETWORK_STATE, code, language)


def part_name(code: str, language: str) -> str:
    """What a part of the score is called."""
    return PARTS[code][language].name


def part_about(code: str, language: str) -> str:
    """What a part of the score looks at."""
    return PARTS[code][language].about


def way_text(code: str, language: str) -> str:
    """What would raise a part of the score."""
    return WAYS[code][language]


def gate_text(code: str, language: str) -> str:
    """Why a level is held down."""
    return GATES[code][language]


def warning_text(occasion: str, language: str) -> str:
    """Why a warning was given: its occasion is a cause and a day."""
    cause, _, day = occasion.partition(":")
    return CAUSES[cause][language].format(day=day)
