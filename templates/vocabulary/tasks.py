"""The words for what waits on staff, in their weekly list and alarms (domain.md section 9)."""

from collections.abc import Sequence
from typing import Final, NamedTuple


class Task(NamedTuple):
    """What waits on somebody at the office, and what to do about it."""

    name: str
    do: str


TASKS: Final[dict[str, dict[str, Task]]] = {
    "rights_access": {
        "sv": Task("begäran om att få se sina uppgifter", "Ta fram uppgifterna och svara personen i tid."),
        "en": Task("request to see somebody's details", "Bring the details together and answer the person in time."),
    },
    "rights_rectification": {
        "sv": Task("begäran om rättelse", "Fråga personen vad som ska rättas, rätta det och svara i tid."),
        "en": Task("request for a correction", "Ask the person what to correct, correct it and answer in time."),
    },
    "rights_portability": {
        "sv": Task("begäran om att få med sig sina uppgifter", "Svara personen i tid. Länken i svaret ger filen."),
        "en": Task("request to take details along", "Answer the person in time. The answer links to the file."),
    },
    "rights_restriction": {
        "sv": Task("begäran om begränsning", "Pröva begäran och svara i tid. Använd inte uppgifterna så länge."),
        "en": Task("request for restriction", "Consider it and answer in time. Do not use the details until then."),
    },
    "rights_objection": {
        "sv": Task("invändning mot hur uppgifter används", "Pröva invändningen och svara personen i tid."),
        "en": Task("objection to how details are used", "Consider the objection and answer the person in time."),
    },
    "rights_erasure": {
        "sv": Task("begäran om radering", "Pröva begäran, radera det som ska raderas och svara personen i tid."),
        "en": Task("request for erasure", "Consider it, erase what is to be erased and answer the person in time."),
    },
    "talk": {
        "sv": Task("behovssamtal", "Hör av dig till den som har frågat, ha samtalet och skriv in det."),
        "en": Task("needs talk", "Get in touch with whoever asked, have the talk and record it."),
    },
    "decision": {
        "sv": Task("svar på en förfrågan", "Samtalet är klart. Skriv in beslutet, så går svaret iväg."),
        "en": Task("answer to a request", "The talk is done. Record the decision, and the answer goes out."),
    },
    "waiting": {
        "sv": Task("förfrågan i kön", "Den väntar på timmar och får ett erbjudande när de finns. Inget att göra."),
        "en": Task("request in the queue", "It waits for hours and gets an offer when there are some. Nothing to do."),
    },
    "reminder": {
        "sv": Task("påminnelse om ett kontaktförsök", "Du ville försöka igen. Anteckna hur det går."),
        "en": Task("reminder of an attempt", "You wanted to try again. Note how it goes."),
    },
    "second_signature": {
        "sv": Task(
            "din underskrift som andra person", "Säg på Min lista om du har godkänt det. Ett nej tar tillbaka det."
        ),
        "en": Task("your signature as the second", "Say on My list whether you approved it. A no takes it back."),
    },
    "appeal": {
        "sv": Task("överklagande av ett nej", "Någon annan än den som sa nej prövar igen. Skriv in beslutet i tid."),
        "en": Task("appeal of a no", "Somebody else than who said no looks again. Record the decision in time."),
    },
    "offer": {
        "sv": Task(
            "erbjudande utan svar", "Ring gärna och fråga om de vill ha stödet, innan det går till nästa i kön."
        ),
        "en": Task("offer without an answer", "Do ring and ask if they want it, before it goes to the next in line."),
    },
    "health_talk": {
        "sv": Task("samtal om hur nätverket mår", "Ring och prata om att göra på ett annat sätt, vila eller avsluta."),
        "en": Task("talk about how the network is", "Ring and talk about doing it another way, resting or closing."),
    },
    "early_warning": {
        "sv": Task("tidig signal", "Nätverket kan behöva en knuff. Hör efter hur det går."),
        "en": Task("early sign", "The network may need a nudge. Ask how things are."),
    },
    "adapting": {
        "sv": Task("uppföljning av ett samtal", "Hör efter hur det har gått sedan ni pratades vid."),
        "en": Task("follow-up of a talk", "Ask how things have gone since you talked."),
    },
    "propose_rest": {
        "sv": Task("förslag om vila", "Fråga om de vill vila. Inget ändras förrän du bekräftar."),
        "en": Task("proposal to rest", "Ask if they want to rest. Nothing changes until you confirm."),
    },
    "propose_close": {
        "sv": Task("förslag om avslut", "Sök dem på annat sätt än med mejl. Inget avslutas förrän du bekräftar."),
        "en": Task("proposal to close", "Try another way than mail. Nothing is closed until you confirm."),
    },
    "unreachable": {
        "sv": Task(
            "nätverk som vi inte når", "Ring arrangörerna. Får du tag i någon är det bara att skriva in svaret."
        ),
        "en": Task("network we cannot reach", "Ring the organisers. If you reach one, just record the answer."),
    },
    "new_contact": {
        "sv": Task("ny kontakt behövs", "Fråga arrangörerna vem som vill vara kontakt, och skriv in det."),
        "en": Task("new contact needed", "Ask the organisers who wants to be contact, and record it."),
    },
    "few_organisers": {
        "sv": Task("fler arrangörer behövs", "Prata med kontakten om vem som kan frågas."),
        "en": Task("more organisers needed", "Talk with the contact about whom to ask."),
    },
    "handover_talk": {
        "sv": Task("överlämningssamtal", "Gå igenom hur de fortsätter på egen hand. Boka en timme."),
        "en": Task("handover talk", "Go through how they carry on by themselves. Book an hour."),
    },
    "over_helping": {
        "sv": Task("kansliet gör mer än planerat", "Prata med nätverket om vilka uppgifter de kan ta över."),
        "en": Task("the office does more than planned", "Talk with the network about duties they can take over."),
    },
    "wish": {
        "sv": Task("önskan om hjälp", "Kontakten har bett om hjälp i avstämningen. Hör av dig."),
        "en": Task("wish for help", "The contact asked for help in the check-in. Get in touch."),
    },
    "pause_or_close": {
        "sv": Task("önskan om paus eller avslut", "Ring, lyssna och ordna det de vill. Övertala inte."),
        "en": Task("wish to pause or close", "Ring, listen and arrange what they want. Do not persuade."),
    },
    "phone_only": {
        "sv": Task("ring i stället för att mejla", "Ett mejl kan inte gå till den här personen. Ring i stället."),
        "en": Task("ring instead of mailing", "A mail cannot go to this person. Ring instead."),
    },
    "hard_bounce": {
        "sv": Task("mejladress som inte fungerar", "Ett mejl kom tillbaka. Ring och fråga efter rätt adress."),
        "en": Task("mail address that does not work", "A mail came back. Ring and ask for the right address."),
    },
    "mail_waits": {
        "sv": Task("mejl som väntar på läsning", "Ett svar ligger i inkorgens mapp Till personal. Läs det och svara."),
        "en": Task("mail that waits to be read", "A reply lies in the inbox's folder For staff. Read and answer it."),
    },
    "in_doubt": {
        "sv": Task(
            "oklart om ett mejl gick fram", "Avgör i utkorgen om det räknas som skickat eller ska skickas igen."
        ),
        "en": Task("unclear if a mail arrived", "Decide in the outbox: count it as sent, or send it again."),
    },
    "not_sent": {
        "sv": Task("mejl som inte gick iväg", "Framför det på annat sätt, och rätta det som stoppade mejlet."),
        "en": Task("mail that did not go", "Pass it on another way, and put right what stopped the mail."),
    },
    "must_call": {
        "sv": Task("ring: ett mejl kunde inte gå", "Ring och berätta det som mejlet skulle säga. Anteckna kontakten."),
        "en": Task("ring: a mail could not go", "Ring and tell what the mail was to say. Note the contact."),
    },
    "interrupted_form": {
        "sv": Task(
            "avbrutet formulär, slutför med Retry",
            "Öppna körningen och tryck på Retry. Det som redan är gjort görs inte om.",
        ),
        "en": Task(
            "form broken off, finish it with Retry", "Open the run and press Retry. What is done is not done again."
        ),
    },
    "register_refused": {
        "sv": Task(
            "medlemsregistret lästes inte in",
            "Det register som lästes in förra gången gäller. Rätta filen eller LOTS_REGISTER_FROM och kör "
            "member-register, eller läs in filen med lots import members.",
        ),
        "en": Task(
            "the member register was not taken in",
            "The register that was taken in the last time counts. Correct the file or LOTS_REGISTER_FROM and run "
            "member-register, or take the file in by lots import members.",
        ),
    },
    "interrupted_sweep": {
        "sv": Task(
            "avbruten körning, slutför med Retry",
            "Öppna körningen och tryck på Retry. Det som redan är gjort görs inte om.",
        ),
        "en": Task(
            "run broken off, finish it with Retry", "Open the run and press Retry. What is done is not done again."
        ),
    },
}


def task_name(code: str, language: str) -> str:
    """What waits, in a few words that can follow a colon."""
    return TASKS[code][language].name


def task_do(code: str, language: str) -> str:
    """What to do about it, in a sentence or two."""
    return TASKS[code][language].do


ALARMS: Final[dict[str, dict[str, str]]] = {
    "mail_late": {
        "sv": "Det äldsta mejlet som får gå har väntat {minutes} minuter.",
        "en": "The oldest mail that may go has waited {minutes} minutes.",
    },
    "run_late": {
        "sv": "Den äldsta körningen som skulle ha börjat har väntat {minutes} minuter.",
        "en": "The oldest run that should have begun has waited {minutes} minutes.",
    },
    "run_stuck": {
        "sv": "Körningar som står still: {count}.",
        "en": "Runs that stand still: {count}.",
    },
    "not_planned": {
        "sv": "Det som ska gå av sig självt är inte planerat: {flows}.",
        "en": "What is to run by itself is not planned: {flows}.",
    },
    "night_missed": {
        "sv": "Det som ska göras varje natt är inte gjort: {flows}.",
        "en": "What is to be done every night was not done: {flows}.",
    },
}


def alarm_text(code: str, language: str, minutes: int, count: int, flows: Sequence[str]) -> str:
    """What stands still, in a sentence."""
    return ALARMS[code][language].format(minutes=minutes, count=count, flows=", ".join(flows))
