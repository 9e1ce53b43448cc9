"""The words for codes in mails: support items, reasons, missing details (domain.md sections 4 and 5)."""

from typing import Final, NamedTuple

ORGANISATION: Final = "Ledarna"


class ReasonWords(NamedTuple):
    """Why the answer is no, and what can be done instead."""

    why: str
    way_on: str


ITEMS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "talk": {
        "sv": ("Behovssamtal", "Vi pratar igenom vad ni vill och vad som skulle hjälpa er."),
        "en": ("Needs talk", "We talk through what you want and what would help you."),
    },
    "starter_kit": {
        "sv": ("Startpaket", "Mallar och råd för inbjudan, program och första träffen."),
        "en": (
            "Starter kit",
            "Templates and advice for the invitation, the programme and the first meeting.",
        ),
    },
    "send_out": {
        "sv": (
            "Utskick av er inbjudan",
            "Ni skriver inbjudan, och vi mejlar den till medlemmar i närheten i ditt namn.",
        ),
        "en": ("Sending out your invitation", "You write it, and we mail it to members nearby in your name."),
    },
    "negotiator_at_meeting": {
        "sv": ("Förhandlare på en träff", "En regional förhandlare är med på plats. Ni håller i träffen."),
        "en": ("A negotiator at a meeting", "A regional negotiator joins you there. You run the meeting."),
    },
    "sounding_board": {
        "sv": ("Bollplank", "Någon att tänka högt med när ni planerar."),
        "en": ("Sounding board", "Somebody to think aloud with while you plan."),
    },
    "speaker": {
        "sv": ("Hjälp att hitta talare", "Vi föreslår någon som kan ert ämne. Ni bjuder in."),
        "en": ("Help to find a speaker", "We suggest somebody who knows your subject. You do the inviting."),
    },
    "grant_money": {
        "sv": ("Bidrag till en träff", "Pengar till lokal, fika eller talare, högst 3 000 kronor."),
        "en": ("Money for a meeting", "For a room, coffee or a speaker, at most SEK 3,000."),
    },
    "company_contact": {
        "sv": (
            "Kontakt med företag",
            "Vi tar den första kontakten med ett företag som kan vara värd eller delta.",
        ),
        "en": (
            "Contact with a company",
            "We make the first contact with a company that could host or take part.",
        ),
    },
    "digital_room": {
        "sv": ("Digitalt mötesrum", "Ett rum på nätet där ni kan ses mellan träffarna."),
        "en": ("Digital meeting room", "A room online where you can see each other between meetings."),
    },
    "handover_talk": {
        "sv": ("Överlämningssamtal", "Vi går igenom hur ni fortsätter på egen hand."),
        "en": ("Handover talk", "We go through how you carry on by yourselves."),
    },
    "restart_talk": {
        "sv": ("Omstartssamtal", "Vi hjälper er att hitta formen igen efter ett uppehåll."),
        "en": ("Restart talk", "We help you find your form again after a break."),
    },
}

# No reason blames anybody.
REASONS: Final[dict[str, dict[str, ReasonWords]]] = {
    "not_a_member": {
        "sv": ReasonWords(
            "Stödet till lokala nätverk är till för våra medlemmar och företrädare, och vi hittar inget"
            " aktivt medlemskap på de uppgifter vi har fått.",
            "Är du medlem? Då kan det vara vi som har fel uppgifter: svara på mejlet, så rättar vi det."
            " Annars kan en kollega som är medlem ställa frågan, och på själva träffarna är även du"
            " välkommen.",
        ),
        "en": ReasonWords(
            "Support for local networks is for our members and representatives, and we find no active"
            " membership under the details we were given.",
            "Are you a member? Then the mistake may be ours: reply to this mail and we will put it right."
            " Otherwise a colleague who is a member can ask, and you are welcome at the meetings too.",
        ),
    },
    "employee": {
        "sv": ReasonWords(
            "Nätverken startas av medlemmarna själva. Därför kan den som är anställd hos oss inte stå som"
            " initiativtagare, även om den också är medlem.",
            "Ser du ett behov där du bor eller arbetar? Berätta för kansliet, så antecknar vi det. En"
            " medlem som vill ta initiativet är varmt välkommen att höra av sig.",
        ),
        "en": ReasonWords(
            "Networks are started by the members themselves, so somebody employed by us cannot be the"
            " initiator, even when they are a member too.",
            "Do you see a need where you live or work? Tell the office and we will make a note of it. A"
            " member who wants to take the initiative is very welcome to contact us.",
        ),
    },
    "no_place": {
        "sv": ReasonWords(
            "Ett lokalt nätverk behöver en plats där människor kan ses, och den saknas i förfrågan.",
            "Har ni en ort, ett område eller en företagspark i tankarna? Skicka gärna en ny förfrågan med den.",
        ),
        "en": ReasonWords(
            "A local network needs a place where people can meet, and the request does not name one.",
            "Do you have a town, an area or a business park in mind? Please send a new request that names it.",
        ),
    },
    "whole_country": {
        "sv": ReasonWords(
            "Stödet är till för nätverk på en plats, där deltagarna kan ses. Ett nätverk för hela landet"
            " kan vi därför inte stötta.",
            "Börja gärna där du är: välj en ort och skicka en ny förfrågan. Kollegor på andra orter kan göra likadant.",
        ),
        "en": ReasonWords(
            "The support is for networks in one place, where people can meet. So we cannot support a"
            " network for the whole country.",
            "Do start where you are: choose a place and send a new request. Colleagues elsewhere can do the same.",
        ),
    },
    "other_network": {
        "sv": ReasonWords(
            "Det finns redan ett nätverk nära dig som liknar det du beskriver, och vi tror att ni når"
            " längre tillsammans.",
            "Vill du komma i kontakt med dem? Svara på mejlet, så frågar vi deras kontakt. Ingen får ditt"
            " namn förrän du har sagt ja.",
        ),
        "en": ReasonWords(
            "There is already a network near you much like the one you describe, and we think that you"
            " will get further together.",
            "Would you like to get in touch with them? Reply to this mail and we will ask their contact."
            " Nobody is given your name until you have said yes.",
        ),
    },
    "no_member_interest": {
        "sv": ReasonWords(
            "Ett nätverk lever av att flera medlemmar vill dela på arbetet, och när vi pratades vid fanns"
            " det inte fler som kunde vara med just nu.",
            "Det kan ändra sig. När du har hittat någon eller några till är du varmt välkommen med en ny förfrågan.",
        ),
        "en": ReasonWords(
            "A network lives when several members want to share the work, and when we talked there was"
            " nobody else who could join just now.",
            "That can change. When you have found one or two more, a new request is very welcome.",
        ),
    },
    "outside_purpose": {
        "sv": ReasonWords(
            "Stödet är till för träffar där medlemmar och företag på en ort lär känna varandra och byter"
            " erfarenheter. Det du beskriver är något annat.",
            "Det kan ändå vara en bra idé. Svara gärna på mejlet, så berättar vi vart du kan vända dig.",
        ),
        "en": ReasonWords(
            "The support is for meetings where members and companies in a place get to know each other"
            " and share experience. What you describe is something else.",
            "It may still be a good idea. Reply to this mail and we will tell you where you can turn.",
        ),
    },
}

MISSING: Final[dict[str, dict[str, str]]] = {
    "membership": {
        "sv": "Ditt medlemsnummer, så att vi kan se att du är medlem eller företrädare.",
        "en": "Your member number, so that we can see that you are a member or a representative.",
    },
    "place": {
        "sv": "Var ni vill träffas: ort och kommun.",
        "en": "Where you want to meet: the place and the municipality.",
    },
    "need": {
        "sv": "Vad ni vill ha nätverket till, med dina egna ord. Ett par meningar räcker.",
        "en": "What you want the network for, in your own words. A sentence or two is enough.",
    },
    "contact_details": {
        "sv": "Hur vi når dig: telefonnummer eller mejladress.",
        "en": "How we reach you: a phone number or a mail address.",
    },
}

# What two requests or networks near each other have in common, as a near neighbour's `why` tells it.
LIKENESSES: Final[dict[str, dict[str, str]]] = {
    "same_municipality": {"sv": "Ni finns i samma kommun.", "en": "You are in the same municipality."},
    "neighbouring_municipality": {"sv": "Ni finns i grannkommuner.", "en": "You are in neighbouring municipalities."},
    "same_nature": {
        "sv": "Ni vill ha samma slags nätverk.",
        "en": "You want the same kind of network.",
    },
    "similar_words": {
        "sv": "Ni beskriver era behov på ungefär samma sätt.",
        "en": "You describe your needs in much the same way.",
    },
}


def item_name(code: str, language: str) -> str:
    """What an item of the support menu is called (domain.md section 5)."""
    return ITEMS[code][language][0]


def item_line(code: str, language: str) -> str:
    """What an item of the support menu means, in one line."""
    return ITEMS[code][language][1]


def reason_text(code: str, language: str) -> str:
    """Why a request was declined or referred (domain.md section 4)."""
    return REASONS[code][language].why


def reason_next(code: str, language: str) -> str:
    """What can be done instead after that reason."""
    return REASONS[code][language].way_on


def missing_text(code: str, language: str) -> str:
    """What to send, for a detail that is missing in a request."""
    return MISSING[code][language]


def likeness(code: str, language: str) -> str:
    """What two near neighbours have in common (domain.md section 12)."""
    return LIKENESSES[code][language]


TITLES: Final[dict[str, dict[str, str]]] = {
    "negotiator": {"sv": "Regional förhandlare", "en": "Regional negotiator"},
    "office": {"sv": "Kansliet", "en": "The office"},
    "data_protection": {"sv": "Dataskydd", "en": "Data protection"},
    "reader": {"sv": "Kansliet", "en": "The office"},
}


def staff_title(role: str, language: str) -> str:
    """What a member of staff is called under a mail. Raises KeyError for an unknown role."""
    return TITLES[role][language]
