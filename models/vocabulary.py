"""The words for our codes, as staff read them in forms, on run pages and in what the work list says.

A code stays what it is in the database, in scripts and over the API; what a person reads and chooses are these.
"""

from collections.abc import Mapping
from typing import Final

from models.i18n import Language, localized

Words = Mapping[str, tuple[str, str]]
"""Code → (Swedish, English), in the order in which they are offered."""

NATURE: Final[Words] = {
    "town": ("ort", "town"),
    "business_park": ("företagsområde", "business park"),
    "role": ("samma roll", "same role"),
    "theme": ("tema", "theme"),
    "other": ("annat", "other"),
}
CHANNEL: Final[Words] = {
    "phone": ("Telefon", "Phone"),
    "mail": ("E-post", "E-mail"),
    "meeting": ("Möte", "Meeting"),
    "web": ("Webben", "Web"),
}
ITEM: Final[Words] = {
    "talk": ("Behovssamtal", "Needs talk"),
    "starter_kit": ("Startpaket", "Starter kit"),
    "send_out": ("Utskick av er inbjudan", "Sending out your invitation"),
    "negotiator_at_meeting": ("Förhandlare på en träff", "A negotiator at a meeting"),
    "sounding_board": ("Bollplank", "Sounding board"),
    "speaker": ("Hjälp att hitta talare", "Help to find a speaker"),
    "grant_money": ("Bidrag till en träff", "Money for a meeting"),
    "company_contact": ("Kontakt med företag", "Contact with a company"),
    "digital_room": ("Digitalt mötesrum", "Digital meeting room"),
    "handover_talk": ("Överlämningssamtal", "Handover talk"),
    "restart_talk": ("Omstartssamtal", "Restart talk"),
}
RIGHTS: Final[Words] = {
    "access": ("få se sina uppgifter", "see their details"),
    "portability": ("få med sig sina uppgifter", "take their details along"),
    "rectification": ("rättelse", "correction"),
    "erasure": ("radering", "erasure"),
    "restriction": ("begränsning", "restriction"),
    "objection": ("invändning", "objection"),
}
RIGHTS_ANSWER: Final[Words] = {
    "done": ("Ja, det är gjort eller görs nu", "Yes, it is done or is being done"),
    "refused": ("Nej, av skälet nedan", "No, for the reason below"),
}
REASON: Final[Words] = {
    "": ("Inget avslag", "Not declined"),
    "not_a_member": ("Inte medlem", "Not a member"),
    "employee": ("Anställd på kansliet", "Works at the office"),
    "no_place": ("Ingen plats", "No place"),
    "whole_country": ("Hela landet", "The whole country"),
    "other_network": ("Ett liknande nätverk finns nära", "A network much like it is near"),
    "no_member_interest": ("Ingen fler som vill dela på arbetet", "Nobody else to share the work"),
    "outside_purpose": ("Något annat än stödet är till för", "Not what the support is for"),
}
REQUEST_STATE: Final[Words] = {
    "received": ("mottagen", "received"),
    "incomplete": ("ofullständig", "incomplete"),
    "talking": ("i samtal", "being talked about"),
    "waiting": ("i kön", "in the queue"),
    "granted": ("beviljad", "granted"),
    "declined": ("avslagen", "declined"),
    "referred": ("hänvisad", "referred"),
    "expired": ("för gammal", "expired"),
    "withdrawn": ("återtagen", "withdrawn"),
}
NETWORK_STATE: Final[Words] = {
    "planned": ("planerat", "planned"),
    "starting": ("startar", "starting"),
    "sharing": ("delar på arbetet", "sharing the work"),
    "trial": ("provar själva", "on trial"),
    "independent": ("på egna ben", "independent"),
    "resting": ("vilande", "resting"),
    "closed": ("avslutat", "closed"),
    "merged": ("sammanslaget", "merged"),
    "split": ("delat", "split"),
    "annulled": ("makulerat", "annulled"),
}
MEETING_STATUS: Final[Words] = {
    "held": ("Träffen blev av", "It was held"),
    "cancelled": ("Träffen ställdes in", "It was cancelled"),
}
MEETING_STATE: Final[Words] = {
    "planned": ("planerad", "planned"),
    "held": ("hållen", "held"),
    "cancelled": ("inställd", "cancelled"),
}
YES_NO: Final[Words] = {"True": ("ja", "yes"), "False": ("nej", "no")}
STATE: Final[Words] = {**REQUEST_STATE, **NETWORK_STATE, **MEETING_STATUS}
MEETING_FORM: Final[Words] = {
    "in_person": ("På plats", "In person"),
    "digital": ("Digitalt", "Online"),
    "mixed": ("Både på plats och digitalt", "Both"),
}
SHARING: Final[Words] = {
    "1": ("Bara jag", "Only me"),
    "2": ("Två", "Two"),
    "3": ("Tre eller fler", "Three or more"),
}
MOTIVATION: Final[Words] = {
    "1": ("1 – inte alls", "1: not at all"),
    "2": ("2 – inte så gärna", "2: not much"),
    "3": ("3 – ganska gärna", "3: fairly"),
    "4": ("4 – gärna", "4: much"),
    "5": ("5 – mycket gärna", "5: very much"),
}
WISH: Final[Words] = {
    "nothing": ("Inget just nu", "Nothing just now"),
    "sounding_board": ("Ett bollplank att tänka högt med", "Somebody to think aloud with"),
    "more_organisers": ("Fler arrangörer", "More organisers"),
    "speaker": ("En talare", "A speaker"),
    "invitation": ("Hjälp med inbjudan", "Help with the invitation"),
    "pause": ("Att ta en paus", "To take a break"),
    "close": ("Att avsluta nätverket", "To close the network"),
}
MATTER: Final[Words] = {
    "oldest": ("det äldsta ärendet", "the oldest matter"),
    "all": ("allt som är öppet", "all that is open"),
    "health_talk": ("samtal om hur nätverket mår", "talk about how the network is"),
    "early_warning": ("tidig signal", "early sign"),
    "adapting": ("uppföljning av ett samtal", "follow-up of a talk"),
    "propose_rest": ("förslag om vila", "proposal to rest"),
    "propose_close": ("förslag om avslut", "proposal to close"),
    "unreachable": ("nätverk som vi inte når", "network we cannot reach"),
    "new_contact": ("ny kontakt behövs", "new contact needed"),
    "few_organisers": ("fler arrangörer behövs", "more organisers needed"),
    "handover_talk": ("överlämningssamtal", "handover talk"),
    "over_helping": ("kansliet gör mer än planerat", "the office does more than planned"),
    "wish": ("önskan om hjälp", "wish for help"),
    "pause_or_close": ("önskan om paus eller avslut", "wish to pause or close"),
    "phone_only": ("ring i stället för att mejla", "ring instead of mailing"),
    "hard_bounce": ("mejladress som inte fungerar", "mail address that does not work"),
    "mail_waits": ("mejl som väntar på läsning", "mail that waits to be read"),
}
OUTCOME: Final[Words] = {
    "adapt": ("Prova något nytt i 90 aktiva dagar", "Try something new for 90 active days"),
    "rest": ("Vila", "Rest"),
    "close": ("Avsluta med heder", "Close with honour"),
    "settled": ("Det löste sig", "It settled itself"),
}
DECISION: Final[Words] = {
    "grant": ("Bevilja", "Grant"),
    "wait": ("Vänta i kön", "Wait in the queue"),
    "decline": ("Avslå", "Decline"),
    "refer": ("Hänvisa till något annat", "Refer to something else"),
    "withdraw": ("De tar tillbaka förfrågan", "They withdraw the request"),
    "appeal": ("De överklagar ett nej", "They appeal a no"),
    "reopen": ("Rätta: öppna beslutet igen", "Correct: open the decision again"),
    "wrong_person": ("Rätta: fel person i förfrågan", "Correct: the wrong person in the request"),
}
WRONG_PERSON: Final[Words] = {
    "": ("Ingen", "Nobody"),
    "0": ("Initiativtagaren", "The initiator"),
    "1": ("Medarrangör 1", "Co-organiser 1"),
    "2": ("Medarrangör 2", "Co-organiser 2"),
    "3": ("Medarrangör 3", "Co-organiser 3"),
    "4": ("Medarrangör 4", "Co-organiser 4"),
    "5": ("Medarrangör 5", "Co-organiser 5"),
}
WHY_CORRECTED: Final[Words] = {
    "": ("Ingen rättelse", "No correction"),
    "mistyped": ("Fel inskrivet", "Mistyped"),
    "misunderstood": ("Missförstånd", "Misunderstood"),
    "agreed": ("Något annat var överenskommet", "Something else was agreed"),
    "told": ("Rapporterat fel", "Reported wrongly"),
}
CADENCE: Final[Words] = {
    "30": ("Varje månad", "Every month"),
    "60": ("Varannan månad", "Every second month"),
    "90": ("Varje kvartal", "Every quarter"),
    "180": ("Två gånger om året", "Twice a year"),
}
CHANGE: Final[Words] = {
    "rest": ("Vila", "Rest"),
    "wake": ("Väcka", "Wake"),
    "close": ("Avsluta", "Close"),
    "split": ("Dela i flera", "Split into several"),
    "merge": ("Gå ihop med ett annat", "Merge into another"),
    "new_contact": ("Ny kontakt", "New contact"),
    "new_organiser": ("Fråga en ny arrangör", "Ask a new organiser"),
    "extend": ("Förlänga stödet", "Extend the support"),
    "meet_neighbours": ("Vill träffa nätverk som är nära", "Wants to meet networks that are near"),
    "contact": ("Anteckna ett kontaktförsök", "Note an attempt to reach them"),
    "cadence": ("Träffas i en annan takt", "Meet at another pace"),
    "target_size": ("Bli fler eller färre", "Be more or fewer"),
    "name": ("Byta namn", "Change the name"),
    "place": ("Byta plats", "Change the place"),
    "negotiator": ("Ny förhandlare", "New negotiator"),
    "end_role": ("Avsluta någons roll av ett skäl", "End somebody's role for a reason"),
    "hand_over": ("Lämna över allt en förhandlare har", "Hand over all that a negotiator has"),
    "wrong_person": ("Rätta: fel person i en roll", "Correct: the wrong person in a role"),
    "annul": ("Makulera: skapat av misstag", "Annul: created by mistake"),
}
CONTACT_CHANNEL: Final[Words] = {
    "none": ("Ingen", "None"),
    "phone": ("Telefon", "Phone"),
    "mail": ("E-post", "E-mail"),
    "letter": ("Brev", "Letter"),
    "meeting": ("Möte", "Meeting"),
    "other": ("Annat", "Other"),
}
CONTACT_OUTCOME: Final[Words] = {
    "no_answer": ("Inget svar", "No answer"),
    "left_word": ("Lämnade besked", "Left word"),
    "reached": ("Fick tag i någon", "Reached somebody"),
    "agreed": ("Kom överens om något", "Agreed on something"),
    "complaint": ("Klagomål", "Complaint"),
}
ACTION: Final[Words] = {
    "quarter": ("Kvartalets genomgång", "The quarter's round"),
    "hours": ("Använda timmar", "Hours used"),
    "talk_hour": ("Timmen i kvartalet (steg 4)", "The hour a quarter (step 4)"),
    "paid": ("Bidrag utbetalt", "Grant paid"),
    "correct_grant": ("Rätta: timmar eller dagar för ett stöd", "Correct: hours or days of support"),
    "correct_use": ("Rätta: använda timmar", "Correct: hours used"),
    "correct_payment": ("Rätta: ett bidrag som betalats", "Correct: money that was paid"),
    "absence": ("Frånvaro", "Absence"),
    "budget": ("Timmar för ett kvartal", "Hours for a quarter"),
}
MAIL_ACTION: Final[Words] = {
    "send": ("Skicka det som får gå nu", "Send what may go now"),
    "sent": ("De osäkra kom fram", "Those in doubt arrived"),
    "resend": ("Skicka de osäkra en gång till", "Send those in doubt once more"),
}
CONGRESS_REPORT: Final[Words] = {
    "yearly": ("Årets: läget den 1 januari", "The year's: as of 1 January"),
    "day": ("Läget en annan dag", "As of another day"),
}
MAIL: Final[Words] = {
    "receipt": ("kvitto", "receipt"),
    "talk-invitation": ("inbjudan till samtal", "talk invitation"),
    "more-information": ("fråga om fler uppgifter", "request for details"),
    "granted": ("beslut: stöd", "decision: support"),
    "waiting": ("besked: i kön", "notice: in the queue"),
    "queue-offer": ("erbjudande ur kön", "offer from the queue"),
    "declined": ("svar: nej", "answer: no"),
    "co-organiser": ("fråga till medarrangör", "question to a co-organiser"),
    "kickoff-checklist": ("checklista", "checklist"),
    "calendar-invitation": ("kalenderinbjudan", "calendar invitation"),
    "first-meeting": ("fråga om första träffen", "question about the first meeting"),
    "check-in": ("avstämning", "check-in"),
    "check-in-reminder": ("påminnelse om avstämning", "check-in reminder"),
    "second-organiser": ("fråga till en annan arrangör", "question to another organiser"),
    "step": ("nytt steg", "new step"),
    "ending": ("stödet slutar", "support ends"),
    "independent": ("på egna ben", "independent"),
    "talk-offer": ("erbjudande om samtal", "offer of a talk"),
    "resting": ("nätverket vilar", "network resting"),
    "wake": ("vill ni vakna", "wake the network"),
    "closed": ("tack och avslut", "thanks and close"),
    "new-contact": ("ny kontakt", "new contact"),
    "data-request": ("personuppgifter", "personal data"),
    "introduction": ("presentation av grannar", "introduction"),
    "still-planned": ("blir det en träff", "still planned"),
    "fresh-link": ("ny länk", "new link"),
    "staff-case": ("ny förfrågan hos dig", "new request with you"),
    "staff-digest": ("veckolista", "weekly list"),
    "staff-alarm": ("larm", "alarm"),
    "report-ready": ("rapporten klar", "report ready"),
    "request-ended": ("förfrågan avslutad", "request ended"),
    "sign-in": ("inloggning", "sign-in"),
    "correction": ("rättelse", "correction"),
    "starter-kit": ("startpaket", "starter kit"),
    "contact-question": ("fråga om att bli kontakt", "question about being contact"),
    "confirm-request": ("bekräfta förfrågan", "confirm a request"),
}
LIKENESS: Final[Words] = {
    "same_municipality": ("samma kommun", "same municipality"),
    "neighbouring_municipality": ("grannkommun", "neighbouring municipality"),
    "same_nature": ("samma art", "same nature"),
    "similar_words": ("liknande ord", "similar words"),
}
DUTY: Final[Words] = {
    "invitation": ("Inbjudan", "Invitation"),
    "host": ("Värd", "Host"),
    "programme": ("Program", "Programme"),
    "lead": ("Ledde träffen", "Led the meeting"),
    "follow_up": ("Uppföljning", "Follow-up"),
}
ROLE_KIND: Final[Words] = {
    "initiator": ("initiativtagare", "initiator"),
    "organiser": ("arrangör", "organiser"),
    "contact": ("kontakt", "contact"),
}
MEMBERSHIP: Final[Words] = {
    "active": ("medlem", "member"),
    "passive": ("passiv medlem", "passive member"),
    "left": ("har lämnat facket", "has left the union"),
    "none": ("inte medlem", "not a member"),
    "unknown": ("inte känd av medlemsregistret", "not known to the member register"),
}
STAFF_ROLE: Final[Words] = {
    "office": ("kansli", "office"),
    "negotiator": ("förhandlare", "negotiator"),
    "data_protection": ("dataskydd", "data protection"),
    "reader": ("läsare", "reader"),
}
LANGUAGE: Final[Words] = {
    "sv": ("svenska", "Swedish"),
    "en": ("engelska", "English"),
}
GRANT_STATUS: Final[Words] = {
    "granted": ("löper", "running"),
    "used": ("använt", "used"),
    "ended": ("avslutat", "ended"),
}
RIGHTS_STATUS: Final[Words] = {
    "received": ("väntar på svar", "waits for an answer"),
    "answered": ("besvarad", "answered"),
    "refused": ("avböjd", "refused"),
}
ACTOR: Final[Words] = {
    "member": ("en medlem", "a member"),
    "staff": ("kansliet", "the office"),
    "rule": ("en regel", "a rule"),
}


def word(words: Words, code: object, language: str | None = None) -> str:
    """What is read for a code, by default in the office's language; a code without words is shown as it is."""
    swedish, english = words.get(str(code), (str(code), str(code)))
    if language is None:
        return localized(swedish, english)
    return english if language == Language.en else swedish


def code_of(words: Words, text: str) -> str:
    """The code that a word stands for, in either language and however it is capitalised; else the text itself."""
    wanted = text.strip().casefold()
    for code, names in words.items():
        if wanted in (name.casefold() for name in names):
            return code
    return text
