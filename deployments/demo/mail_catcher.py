"""A mail server that keeps what it gets, and a page to read it on: each mail as HTML and as text."""

import email
import html
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

PAGE = """<!doctype html><html lang="sv"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1c2b33}}table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.4rem .6rem;border-bottom:1px
solid #d8e0e3;vertical-align:top}}td:first-child{{white-space:nowrap}}a{{color:#0b5d75}}</style><h1>{title}</h1>
{body}</html>"""


class Catcher:
    """Every mail that came, in order, also as .eml files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mails: list[EmailMessage] = []
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep one mail (the name is aiosmtpd's)."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        (self.folder / f"{len(self.mails) + 1:03}.eml").write_bytes(content)
        self.mails.append(email.message_from_bytes(content, policy=default))
        return "250 kept"

    def texts_to(self, address: str) -> list[str]:
        """The text parts of the mails to an address, newest first."""
        return [_part(mail, "plain") for mail in reversed(self.mails) if address in str(mail["To"])]


def start_catcher(catcher: Catcher, port: int) -> Controller:
    """Listen on loopback; `stop()` the result at the end."""
    controller = Controller(catcher, hostname="127.0.0.1", port=port)
    controller.start()
    return controller


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part else ""


def _row(number: int, mail: EmailMessage) -> str:
    cells = (f"{mail['Date'].datetime:%Y-%m-%d %H:%M}", str(mail["To"]), str(mail["Subject"]))
    links = f"<a href='/{number}.html'>HTML</a> <a href='/{number}.txt'>text</a>"
    return "<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in cells) + f"<td>{links}"


def mail_pages(catcher: Catcher) -> Starlette:
    """The list of caught mails, and each of them to look at."""

    async def index(request: Request) -> Response:
        rows = "".join(_row(number, mail) for number, mail in enumerate(catcher.mails, start=1))
        table = f"<table><tr><th>När<th>Till<th>Ämne<th>Läs{rows}</table>"
        return HTMLResponse(PAGE.format(title=f"{len(catcher.mails)} mejl som fångats", body=table))

    def _mail(request: Request) -> EmailMessage:
        number = request.path_params["number"]
        if not 1 <= number <= len(catcher.mails):
            raise HTTPException(404)
        mail: EmailMessage = catcher.mails[number - 1]
        return mail

    async def as_html(request: Request) -> Response:
        return HTMLResponse(_part(_mail(request), "html"))

    async def as_text(request: Request) -> Response:
        return PlainTextResponse(_part(_mail(request), "plain"))

    return Starlette(
        routes=[
            Route("/", index),
            Route("/{number:int}.html", as_html),
            Route("/{number:int}.txt", as_text),
        ]
    )
