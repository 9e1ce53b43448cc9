"""Which form each deployment is filled in with, if any, and what stands about it on its page."""

from models.forms.capacity import CapacityForm
from models.forms.catch_up import CatchUpForm
from models.forms.check_in import CheckInForm
from models.forms.data_protection import DataProtectionForm
from models.forms.health_check import HealthCheckForm
from models.forms.kickoff import KickoffForm
from models.forms.kit.base import Form
from models.forms.meeting_report import MeetingReportForm
from models.forms.need_signal import NeedSignalForm
from models.forms.needs_talk import NeedsTalkForm
from models.forms.network_change import NetworkChangeForm
from models.forms.outbox import OutboxForm
from models.forms.support_request import SupportRequestForm

FORMS: dict[str, type[Form]] = {
    "support-request": SupportRequestForm,
    "needs-talk": NeedsTalkForm,
    "need-signal": NeedSignalForm,
    "kickoff": KickoffForm,
    "meeting-report": MeetingReportForm,
    "check-in": CheckInForm,
    "catch-up": CatchUpForm,
    "network-change": NetworkChangeForm,
    "capacity": CapacityForm,
    "health-check": HealthCheckForm,
    "outbox": OutboxForm,
    "data-protection": DataProtectionForm,
}

ABOUT: dict[str, tuple[str, str]] = {
    "support-request": (
        "En medlem vill starta ett nätverk. Fyll i vad medlemmen berättar.",
        "A member wants to start a network. Write down what the member tells you.",
    ),
    "needs-talk": ("Anteckna behovssamtalet och beslutet.", "Write down the needs talk and the decision."),
    "need-signal": (
        "Anteckna ett behov som du sett. Ingen får e-post; det räknas i rapporten.",
        "Note a need that you saw. Nobody is mailed; it counts in the report.",
    ),
    "kickoff": (
        "Anteckna vilka som sagt ja och boka första träffen. Varje dag går checklistor ut.",
        "Note who said yes and book the first meeting. Checklists go out every day.",
    ),
    "meeting-report": (
        "Spara en träff som en medlem berättat om.",
        "Save a meeting that a member told you of.",
    ),
    "check-in": (
        "Veckans avstämningar, eller ett svar som lämnats på annat sätt.",
        "The week's check-ins, or an answer that was given another way.",
    ),
    "health-check": (
        "Räkna alla nätverks engagemang och erbjud samtal där det behövs.",
        "Score every network's engagement and offer talks where they are needed.",
    ),
    "work-list": (
        "Dagens genomgång, och listan över vad som väntar på vem, en per region.",
        "The daily round, and the list of what waits on whom, one for each region.",
    ),
    "catch-up": (
        "Anteckna ett samtal med ett nätverk och vägen framåt (prova nytt, vila eller avsluta).",
        "Write down a talk with a network and the way on (try something new, rest or close).",
    ),
    "network-change": (
        "Vila, väck, avsluta, dela, slå ihop, förläng stödet, eller ändra kontakt, takt, namn, plats, förhandlare.",
        "Rest, wake, close, split, merge, extend, or change contact, organiser, pace, name, place, negotiator.",
    ),
    "phase-out": (
        "Varsla om slutdatum och ta nästa steg på trappan.",
        "Give notice of end dates and take the next step of the ladder.",
    ),
    "capacity": (
        "Timmar, frånvaro och kö. Vid kvartalets start går oanvända timmar tillbaka.",
        "Hours, absences and the queue. When a quarter begins, unused hours go back.",
    ),
    "outbox": (
        "Skicka den e-post som får gå nu, eller avgör mejl som är osäkra.",
        "Send the mail that may go now, or settle mails in doubt.",
    ),
    "mail-check": (
        "Prova e-postservern (logga in och ut). Inget skickas. Kör den när du har ändrat blocket eller LOTS_SMTP.",
        "Try the mail server (log in and out). Nothing is sent. Run it after you changed the block or LOTS_SMTP.",
    ),
    "inbox": (
        "Läs det som kommit in med e-post (studsar, autosvar och svar på avstämningar).",
        "Read what came in by mail (bounces, auto-replies and answers to check-ins).",
    ),
    "data-protection": (
        "Svara på en begäran om personuppgifter. Varje natt raderas och töms det som ska bort.",
        "Answer a request about personal data. Every night what is to go is erased and emptied.",
    ),
    "backup": (
        "Säkerhetskopiera allt nu, till en förseglad fil. Sker varje natt av sig självt; de fjorton senaste behålls.",
        "Back up everything now, to one sealed file. Done every night by itself; the last fourteen are kept.",
    ),
}
"""Every deployment, in the order of prefect.yaml, which holds the Swedish lines too."""
