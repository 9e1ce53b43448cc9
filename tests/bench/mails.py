"""How fast mail goes: the durable outbox against the standard library and django-post_office, to the same receiver.

Each contender runs in a process of its own (`python -m tests.bench.mails NAME COUNT PORT`) and prints what it took. The
receiver is Postfix's smtp-sink, in C, so that it is not what is measured; its own ceiling stands beside.
"""

import asyncio
import json
import os
import shutil
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from deployments.server.processes import free_port
from templates.mail_examples import example
from templates.rendering.mail import Rendered, render_mail
from tests.bench.memory import peak_memory

MAILS = 5000
FEW = 1000  # of the slow ones; the rest would take minutes and tell nothing new
SINK = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
ROUND_TRIP = 0.020
FILLER = "Vi hörs! " * 160  # a mail of 8 kB in all, as a granted one with some items is


@contextmanager
def receiver() -> Iterator[int]:
    """smtp-sink on a free port of loopback; it takes everything and keeps nothing."""
    assert SINK
    port = free_port(12500)
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    process = subprocess.Popen((SINK, *user, f"127.0.0.1:{port}", "1000"), stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=5).quit()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nothing answers on port {port}")


@contextmanager
def far_away(port: int) -> Iterator[int]:
    """The same receiver behind a line with a round trip of 20 ms."""
    process = subprocess.Popen((sys.executable, "-m", "tests.bench.mails", "line", "0", str(port)), stdout=-1)
    assert process.stdout
    near = int(process.stdout.readline())
    try:
        yield near
    finally:
        process.kill()
        process.wait()


async def _line(port: int) -> None:
    loop = asyncio.get_running_loop()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            loop.call_later(ROUND_TRIP / 2, writer.write, data)
        loop.call_later(ROUND_TRIP / 2, writer.close)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def measured(name: str, count: int, port: int, **environment: str) -> dict[str, float]:
    """What a contender says of its work."""
    command = (sys.executable, "-m", "tests.bench.mails", name, str(count), str(port))
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def _timed(work: Callable[[], Any], count: int) -> dict[str, float]:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    taken, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"rate": count / taken, "cpu": cpu / count * 1000, "memory": peak_memory()}


def outbox(count: int, port: int) -> dict[str, float]:
    """Ours: rows in a database on disk, claimed, written, sent and recorded."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(LOTS_HOME=home, LOTS_SMTP_HOST="127.0.0.1", LOTS_SMTP_PORT=str(port))
        from tests.bench.mailing import fill_outbox, send_everything

        fill_outbox(count)
        return _timed(lambda: asyncio.run(send_everything(count)), count)


def _personal(number: int) -> Rendered:
    return render_mail("granted", "sv", example("granted", "sv") | {"name": f"Åsa Öst {number} {FILLER}"})


def stdlib(count: int, port: int) -> dict[str, float]:
    """The plain way: EmailMessage, and a connection a mail."""

    def work() -> None:
        for number in range(count):
            rendered = _personal(number)
            message = EmailMessage()
            message["Subject"], message["From"] = rendered.subject, "natverk@example.org"
            message["To"] = f"asa{number}@example.org"
            message.set_content(rendered.text)
            message.add_alternative(rendered.html, subtype="html")
            with smtplib.SMTP("127.0.0.1", port) as client:
                client.send_message(message)

    return _timed(work, count)


def post_office(count: int, port: int) -> dict[str, float]:
    """django-post_office as it comes, which renders each mail when it goes, as the outbox does."""
    return _post_office(count, port, rendered=False)


def post_office_rendered(count: int, port: int) -> dict[str, float]:
    """django-post_office with nothing left to do but to send: its mails were rendered before the clock began."""
    return _post_office(count, port, rendered=True)


def _post_office(count: int, port: int, *, rendered: bool) -> dict[str, float]:
    import django
    from django.conf import settings

    with tempfile.TemporaryDirectory() as home:
        settings.configure(
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{home}/mail.db",
                                   "OPTIONS": {"timeout": 60}}},
            INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
            EMAIL_BACKEND="post_office.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port,
            TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
            DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True, SECRET_KEY="of the benchmark",
            POST_OFFICE={"BATCH_SIZE": count, "CELERY_ENABLED": False},
        )  # fmt: skip
        django.setup()
        from django.core.management import call_command
        from post_office import mail
        from post_office.models import EmailTemplate

        call_command("migrate", verbosity=0)
        own = _personal(0)
        wording = EmailTemplate.objects.create(
            name="granted", subject=own.subject, content=own.text.replace("Öst 0", "Öst {{ number }}"),
            html_content=own.html.replace("Öst 0", "Öst {{ number }}"),
        )  # fmt: skip
        letters: list[dict[str, Any]] = []
        for number in range(count):
            letter = {"recipients": [f"asa{number}@example.org"], "sender": "natverk@example.org"}
            own = _personal(number)
            letters.append(
                letter | {"subject": own.subject, "message": own.text, "html_message": own.html} if rendered else
                letter | {"template": wording, "context": {"number": number}, "render_on_delivery": True}
            )  # fmt: skip
        mail.send_many(letters)
        sent: list[int] = []
        figures = _timed(lambda: sent.append(mail.send_queued(processes=1)[0]), count)
        assert sent == [count], f"post_office sent {sent} of {count}"
        return figures


def _ceiling(port: int) -> float:
    """What the receiver takes from a sender in C."""
    source = shutil.which("smtp-source", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    began = time.perf_counter()
    subprocess.run((str(source), "-m", str(MAILS), "-s", "8", "-l", "8192", f"127.0.0.1:{port}"), check=True)
    return MAILS / (time.perf_counter() - began)


def mails() -> dict[str, Any]:
    """The whole comparison; without smtp-sink only a word on how to get it."""
    if not SINK:
        return {"mail: not measured": "apt-get install postfix brings smtp-sink, the receiver"}
    with receiver() as port:
        ours = measured("outbox", MAILS, port, LOTS_SMTP_CONNECTIONS="16")
        plain = measured("stdlib", FEW, port)
        office, ceiling = measured("post_office", FEW, port), _ceiling(port)
        ahead = measured("post_office_rendered", FEW, port)
        with far_away(port) as far:
            ours_far = measured("outbox", FEW, far, LOTS_SMTP_CONNECTIONS="16")
            plain_far = measured("stdlib", 30, far)
        few, many = measured("outbox", 1000, port), measured("outbox", 50_000, port)
    return {
        "outbox with 16 lines, mails a second": round(ours["rate"]),
        "smtplib and EmailMessage, mails a second": round(plain["rate"]),
        "django-post_office, mails a second": round(office["rate"]),
        "django-post_office, rendered beforehand, mails a second": round(ahead["rate"]),
        "the receiver from a sender in C, mails a second": round(ceiling),
        "outbox against smtplib (at least 8)": round(ours["rate"] / plain["rate"], 1),
        "outbox against django-post_office (at least 4)": round(ours["rate"] / office["rate"], 1),
        "outbox against django-post_office, rendered beforehand": round(ours["rate"] / ahead["rate"], 1),
        "outbox against smtplib, 20 ms and 16 lines (at least 10)": round(ours_far["rate"] / plain_far["rate"], 1),
        "outbox, CPU ms a mail": round(ours["cpu"], 2),
        "smtplib, CPU ms a mail": round(plain["cpu"], 2),
        "django-post_office, CPU ms a mail": round(office["cpu"], 2),
        "outbox memory with 1,000 mails, MB": round(few["memory"]),
        "outbox memory with 50,000 mails, MB": round(many["memory"]),
    }


if __name__ == "__main__":
    contender, number, its_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if contender == "line":
        asyncio.run(_line(its_port))
    else:
        work = {one.__name__: one for one in (outbox, stdlib, post_office, post_office_rendered)}[contender]
        print(json.dumps(work(number, its_port)))
