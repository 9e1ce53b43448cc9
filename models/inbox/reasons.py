"""Why a message is what it is: one plain sentence each (Swedish, English), with nothing of what was written in it."""

from typing import Final

from models.inbox.delivery_words import Refusal

Reason = tuple[str, str]

UNREADABLE: Final[Reason] = (
    "Meddelandet är skadat och går inte att läsa med program.",
    "The message is damaged and cannot be read by a program.",
)
UNKNOWN_FORM: Final[Reason] = (
    "En e-postserver skrev det, i en form som inte går att tyda säkert.",
    "A mail server wrote it, in a form that cannot be understood for certain.",
)
NAMES_NO_MAIL: Final[Reason] = (
    "Det är en studs som inte säger vilket mejl den gäller.",
    "It is a bounce that does not say which mail it is about.",
)
NEVER_SENT: Final[Reason] = (
    "Det gäller ett mejl som aldrig har skickats härifrån.",
    "It is about a mail that was never sent from here.",
)
ARRIVED: Final[Reason] = ("Servern säger att mejlet kom fram.", "The server says that the mail arrived.")
DELAYED: Final[Reason] = (
    "Mejlet är försenat, och servern försöker igen.",
    "The mail is delayed, and the server tries again.",
)
UNWANTED: Final[Reason] = (
    "Mottagaren har anmält ett mejl som oönskat: påminnelser dit stoppas, och personal får veta.",
    "The recipient reported a mail as unwanted: reminders to them stop, and staff are told.",
)
REPORTED: Final[Reason] = (
    "En e-postleverantör rapporterar om ett mejl, utan att någon har sagt nej till det.",
    "A mail provider reports about a mail, and nobody has said no to it.",
)
NO_ANSWER: Final[Reason] = (
    "Det är något annat än de fem svaren, och en människa behöver läsa det.",
    "It is something other than the five answers, and a human has to read it.",
)
BESIDE: Final[Reason] = (
    "Bredvid de fem svaren ligger något mer, och en människa behöver se det.",
    "Beside the five answers lies something more, and a human has to see it.",
)
IMPOSSIBLE: Final[Reason] = (
    "De fem svaren går inte ihop, till exempel ett datum som inte har varit.",
    "The five answers do not fit together, such as a date that has not come.",
)
NOT_ASKED: Final[Reason] = (
    "De fem svaren kommer inte säkert från den som fick frågan.",
    "The five answers do not come for certain from whom was asked.",
)
TOO_LATE: Final[Reason] = (
    "Tiden då det svaret kunde ändras har gått.",
    "The time in which that answer could be changed has passed.",
)
ANSWER: Final[Reason] = (
    "Det är de fem svaren och inget annat.",
    "It is the five answers and nothing else.",
)
REFUSED: Final[dict[Refusal, Reason]] = {
    Refusal.address: (
        "Servern säger att adressen inte finns eller inte används mer.",
        "The server says that the address does not exist or is no longer used.",
    ),
    Refusal.domain: (
        "Adressens domän finns inte eller tar inte emot mejl.",
        "The address's domain does not exist or takes no mail.",
    ),
    Refusal.full: (
        "Mottagarens brevlåda är full; adressen är bra.",
        "The recipient's mailbox is full; the address is good.",
    ),
    Refusal.size: (
        "Mejlet är för stort för mottagarens server; adressen är bra.",
        "The mail is too big for the recipient's server; the address is good.",
    ),
    Refusal.rate: (
        "Servern tar inte emot fler mejl just nu; adressen är bra.",
        "The server takes no more mail just now; the address is good.",
    ),
    Refusal.loop: (
        "Mejlet gick runt mellan servrar; det handlar inte om adressen.",
        "The mail went round between servers; it is not about the address.",
    ),
    Refusal.relay: (
        "Servern skickar inte vidare dit; det handlar om hur servrar är inställda, inte om adressen.",
        "The server does not pass mail on there; it is about how servers are set up, not about the address.",
    ),
    Refusal.sender: (
        "Servern godtar inte avsändaren; det handlar om kansliets mejl, inte om adressen.",
        "The server does not accept the sender; it is about the office's mail, not about the address.",
    ),
    Refusal.content: (
        "Servern godtar inte innehållet; det handlar om mejlet, inte om adressen.",
        "The server does not accept the content; it is about the mail, not about the address.",
    ),
    Refusal.blocked: (
        "Servern spärrar mejlet eller har en regel mot det; det handlar inte om adressen.",
        "The server blocks the mail or has a rule against it; it is not about the address.",
    ),
    Refusal.expired: (
        "Servern gav upp efter att ha försökt länge; det handlar inte om adressen.",
        "The server gave up after trying for long; it is not about the address.",
    ),
    Refusal.system: (
        "Det var ett fel i servern eller på vägen dit; det handlar inte om adressen.",
        "There was a fault in the server or on the way there; it is not about the address.",
    ),
    Refusal.unclear: (
        "Mejlet kom inte fram, och servern säger inte att det beror på adressen.",
        "The mail did not arrive, and the server does not say that the address is the cause.",
    ),
}


def by_a_machine(sign: str) -> Reason:
    """It was written by a program, as this header or form of it says."""
    return f"Ett program skrev det: det syns på {sign}.", f"A program wrote it: {sign} shows it."
