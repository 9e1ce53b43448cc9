"""Which form each deployment is filled in with, if any, and what stands about it on its page."""

from models.forms.capacity import CapacityForm
from models.forms.catch_up import CatchUpForm
from models.forms.check_in import CheckInForm
from models.forms.congress_report import CongressReportForm
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
    "congress-report": CongressReportForm,
    "outbox": OutboxForm,
    "data-protection": DataProtectionForm,
}


def signature_field(flow: str) -> str:
    """The field of a flow's form that whoever fills it in signs; empty where it takes no signature."""
    fields = FORMS[flow].model_fields
    return next((name for name in ("signed_by", "signature") if name in fields), "")


ABOUT: dict[str, tuple[str, str]] = {
    "support-request": (
        "När en medlem har ringt, mejlat eller sagt på en träff att de vill starta ett nätverk. Fyll i vad "
        "medlemmen berättar; kvittot går iväg av sig självt.",
        "When a member rang, mailed or said at a meeting that they want to start a network. Write down what the "
        "member tells you; the receipt goes by itself.",
    ),
    "needs-talk": (
        "När du har haft behovssamtalet: skriv in det och beslutet. Beviljas stöd skapas nätverket, och svaret "
        "går till medlemmen.",
        "When you have had the needs talk: write it down with the decision. A grant makes the network, and the "
        "answer goes to the member.",
    ),
    "need-signal": (
        "När du själv har sett ett behov som ingen har frågat om. Ingen får e-post; det räknas i rapporten.",
        "When you saw a need yourself that nobody asked about. Nobody is mailed; it counts in the report.",
    ),
    "kickoff": (
        "När ett planerat nätverk har hört av sig: vilka som sagt ja, och när första träffen är. Checklistorna "
        "går ut av sig själva.",
        "When a planned network got in touch: who said yes, and when the first meeting is. The checklists go out "
        "by themselves.",
    ),
    "meeting-report": (
        "När en medlem har berättat för dig om en träff i stället för genom sin länk. Den första träffen startar "
        "nätverket.",
        "When a member told you of a meeting instead of by their link. The first meeting starts the network.",
    ),
    "check-in": (
        "När någon har svarat på avstämningen på annat sätt än genom sin länk: skriv in svaret. Utskicket går av "
        "sig självt på tisdagar.",
        "When somebody answered the check-in another way than by their link: write the answer down. It is sent "
        "out by itself on Tuesdays.",
    ),
    "health-check": (
        "Räknar alla nätverks engagemang den första arbetsdagen i månaden och erbjuder samtal där det behövs. "
        "Öppna den när du vill se ett nätverks sida som det är nu.",
        "Scores every network's engagement on the first working day of the month and offers talks where they are "
        "needed. Open it when you want to see a network's page as it is now.",
    ),
    "work-list": (
        "Vad som väntar på vem, en lista per region. Den görs om varje morgon och när något nytt väntar; kör den "
        "när du vill ha den färsk.",
        "What waits on whom, a list for each region. It is made anew every morning and when something new waits; "
        "run it when you want it fresh.",
    ),
    "catch-up": (
        "När du har pratat med ett nätverk om hur det går: skriv in samtalet och vägen framåt (prova nytt, vila "
        "eller avsluta).",
        "When you talked with a network about how it is: write down the talk and the way on (try something new, "
        "rest or close).",
    ),
    "network-change": (
        "När något ska ändras: vila, väck, avsluta, dela, slå ihop, förläng stödet, eller byt kontakt, takt, "
        "namn, plats eller förhandlare.",
        "When something is to change: rest, wake, close, split, merge, extend the support, or another contact, "
        "pace, name, place or negotiator.",
    ),
    "phase-out": (
        "Varslar om slutdatum och tar nästa steg på trappan, varje måndag. Du behöver inte göra något.",
        "Gives notice of end dates and takes the next step of the ladder, every Monday. There is nothing for you "
        "to do.",
    ),
    "capacity": (
        "När du har använt timmar, betalat ett bidrag eller är borta, och när timmar, dagar eller bidrag blev fel. "
        "När ett kvartal börjar går oanvända timmar tillbaka av sig själva.",
        "When you used hours, paid money or are away, and when hours, days or money went wrong. When a quarter "
        "begins, unused hours go back by themselves.",
    ),
    "congress-report": (
        "Kongressrapporten: fryser läget per en dag och räknar fram svaret på motionen. Årets görs av sig själv den 2 "
        "januari; en som finns ändras inte.",
        "The congress report: freezes how things stood on a day and counts the answer to the motion. The year's is "
        "made by itself on 2 January; one that there is does not change.",
    ),
    "outbox": (
        "Skickar den e-post som får gå, var femtonde minut på kontorstid. Öppna den när det är oklart om ett mejl "
        "gick fram.",
        "Sends the mail that may go, every fifteen minutes in office hours. Open it when it is unclear whether a "
        "mail arrived.",
    ),
    "mail-check": (
        "När du har ändrat e-postservern (blocket eller LOTS_SMTP): loggar in och ut. Inget skickas.",
        "When you changed the mail server (the block or LOTS_SMTP): logs in and out. Nothing is sent.",
    ),
    "inbox": (
        "Läser det som kommit in med e-post: studsar, autosvar och svar på avstämningar. Du behöver inte göra något.",
        "Reads what came in by mail: bounces, auto-replies and answers to check-ins. There is nothing for you to do.",
    ),
    "data-protection": (
        "När någon har begärt något om sina personuppgifter: skriv in svaret. Varje natt raderas och töms det som "
        "ska bort.",
        "When somebody asked for something about their personal data: write down the answer. Every night what is "
        "to go is erased and emptied.",
    ),
    "backup": (
        "Säkerhetskopierar allt varje natt till en förseglad fil; de fjorton senaste behålls. Kör den före en "
        "ändring som du vill kunna ångra.",
        "Backs up everything every night to one sealed file; the last fourteen are kept. Run it before a change "
        "that you may want to undo.",
    ),
    "member-register": (
        "Läser in medlemsregistret varje natt, där kansliet har sagt var det finns (LOTS_REGISTER_FROM). Kör den när "
        "filen är rättad.",
        "Takes in the member register every night, where the office has said where it is (LOTS_REGISTER_FROM). Run "
        "it when the file was corrected.",
    ),
}
"""Every deployment, in the order of prefect.yaml, which holds the Swedish lines too: when staff turn to it."""

DAILY = ("dagligt arbete", "daily work")
BY_ITSELF = ("sköts av sig självt", "runs by itself")
SETTINGS = ("inställningar", "settings")
TAG: dict[str, tuple[str, str]] = (
    dict.fromkeys(ABOUT, DAILY)
    | dict.fromkeys(
        (
            *("health-check", "phase-out", "congress-report", "outbox", "inbox", "data-protection", "backup"),
            "member-register",
        ),
        BY_ITSELF,
    )
    | dict.fromkeys(("mail-check",), SETTINGS)
)
"""What kind of work each is for staff: the ten that a negotiator opens stand on one page of Prefect's list. What is
opened from its row of the work list alone (a mail in doubt, somebody's rights) is among what runs by itself."""
