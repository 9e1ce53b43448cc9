"""How Prefect is told to behave here: our own folder, nothing sent outside, our own key, old runs vacuumed.

Called before Prefect is imported, because Prefect reads its settings at import. What the environment says already
wins, so an office can run Prefect as it likes.
"""

import base64
import hashlib
import os
import secrets
import urllib.request
from contextlib import suppress
from pathlib import Path

import certifi
from dotenv import dotenv_values

from deployments.server import up_file
from models.errors import SettingsError
from models.loopback import LOOPBACK
from models.settings import Settings, made_once

KEEP_RUNS_DAYS = 30
PREFECT_USER = "kansliet"
PASSWORD_GROUPS, GROUP_LETTERS = 4, 5
EASY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another when typed off a screen
HOME_ID = "X-Lots-Home"
CLOSED = 0o700
PREFECT_YAML = Path(__file__).parents[1] / "prefect.yaml"
POOL = "lots"
# Each queue of the pool: its priority (1 first) and its places. A run takes about 90 MB.
QUEUES = {"mail": (1, 2), "default": (2, 4)}
SERVER_SETTINGS = ("HOME", "PREFECT_HOST", "PREFECT_UI_URL", "LANGUAGE")
END_OF_CERTIFICATE = "-----END CERTIFICATE-----"


def prefect_environment(settings: Settings) -> dict[str, str]:
    """The defaults that natverkslots gives Prefect."""
    home = settings.home / "prefect"
    # Prefect's key for secrets in its blocks, made from ours: theirs would lie beside what it locks.
    key = base64.urlsafe_b64encode(hashlib.sha256(f"prefect {settings.lasting_key}".encode()).digest()).decode()
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_RESULTS_LOCAL_STORAGE_PATH": str(home / "storage"),
        "PREFECT_SERVER_ENCRYPTION_KEY": key,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # The catalogue of blocks shows ours alone: staff need no other, and their logos lie on outside hosts.
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
        # Another page in the same browser cannot start a flow: changes need a token that only the UI's own page gets.
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": '["events","flow_runs"]',
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_RUNS_DAYS * 24 * 3600),
        # Prefect records each step's state in a transaction of its own by default. On its SQLite file these collide
        # with new runs: every second one was refused (503) and tried again two seconds later; 50 runs took 50 s and
        # take 9 with these. The interval is in whole seconds: less than 1 counts as 0 and spins.
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        # What a killed run held is known to a server that starts again: a lease in memory would be lost with it, and
        # the place that it holds never given back.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        # `lots run` without a server starts one for itself: half a minute where two cores are busy, and not 20 s.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
    } | _without_tls(home)


def _without_tls(home: Path) -> dict[str, str]:
    """Where Prefect's API is asked over plain http, its client need not read the world's certificates.

    It does so for every connection, 40 ms each and five times a run; with one certificate in the file it takes 1 ms.
    """
    if os.environ.get("PREFECT_API_URL", "http:").startswith("https:"):
        return {}
    kept = home / "no-tls.pem"
    if not kept.exists():  # a full or read-only disk keeps nobody from looking
        first, end, _ = Path(certifi.where()).read_text().partition(END_OF_CERTIFICATE)
        home.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_text(first + end)
        fresh.replace(kept)
    return {"PREFECT_API_SSL_CERT_FILE": str(kept)}


def prepare(settings: Settings, *, quiet: bool = False) -> None:
    """Put settings and defaults into this process's environment, for Prefect and for every child.

    The worker runs each flow in a folder of its own, where a `.env` and a relative LOTS_HOME would be lost. With
    `quiet` Prefect's log goes to its server only.
    """
    close_home(settings.home)
    for name, value in dotenv_values(".env").items():
        if name.startswith("PREFECT_") and value:
            os.environ.setdefault(name, value)
    for name, value in settings.model_dump().items():
        os.environ[f"LOTS_{name.upper()}"] = str(value)
    for name, value in prefect_environment(settings).items():
        os.environ.setdefault(name, value)
    if is_own_server(settings):
        lock_own_server(settings)
    if auth := os.environ.get("PREFECT_SERVER_API_AUTH_STRING"):
        os.environ.setdefault("PREFECT_API_AUTH_STRING", auth)
    if quiet:
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    if "PREFECT_API_URL" not in os.environ and (running := running_server(settings)):
        os.environ["PREFECT_API_URL"] = running


def close_home(home: Path) -> None:
    """See to it that nobody else on this machine reads what is kept in `home`, nor what this process writes there.

    A home of an earlier version stood open; it is closed from the inside out, so that one broken off is done again.
    """
    os.umask(0o077)
    home.mkdir(parents=True, exist_ok=True)
    if home.stat().st_mode & 0o777 != CLOSED:
        close_inside(home)
        home.chmod(CLOSED)


def close_inside(top: Path) -> None:
    """Close every folder and file below `top` to others."""
    for folder, _, files in os.walk(top):
        for name in files:
            with suppress(FileNotFoundError):  # one that has just gone; a link to nowhere
                (Path(folder) / name).chmod(0o600)
        if folder != str(top):
            Path(folder).chmod(CLOSED)


def is_own_server(settings: Settings) -> bool:
    """Whether PREFECT_API_URL is left to us, or names the server of this home."""
    api_url = os.environ.get("PREFECT_API_URL")
    return api_url is None or answers(f"{api_url}/health", home=home_id(settings))


def lock_own_server(settings: Settings) -> None:
    """Give the server that `lots` starts itself this home's password, unless the environment has one for it.

    Whoever may create a run there may make this machine do anything.
    """
    login = os.environ.setdefault("PREFECT_SERVER_API_AUTH_STRING", prefect_login(settings))
    os.environ.setdefault("PREFECT_API_AUTH_STRING", login)


def has_prefect_login(settings: Settings) -> bool:
    """Whether a password for this home's server has been made, or given, already."""
    return "PREFECT_SERVER_API_AUTH_STRING" in os.environ or (settings.home / "prefect_password").exists()


def prefect_login(settings: Settings) -> str:
    """NAME:PASSWORD of this home's own Prefect server, made on first use; what the UI asks for once."""
    groups = ("".join(secrets.choice(EASY_LETTERS) for _ in range(GROUP_LETTERS)) for _ in range(PASSWORD_GROUPS))
    return f"{PREFECT_USER}:{made_once(settings.home / 'prefect_password', '-'.join(groups))}"


def home_id(settings: Settings) -> str:
    """What this home's Prefect server says in HOME_ID that it is; made on first use, and no secret."""
    return made_once(settings.home / "home_id", secrets.token_hex(8))


def server_environment(host: str, port: int) -> dict[str, str]:
    """The environment of a server that listens on `host`: who may call it from a browser, who at all; no key of ours.

    Raises SettingsError when others could reach it and it has no password, or one that its server cannot compare.
    """
    auth = os.environ.get("PREFECT_SERVER_API_AUTH_STRING", "")
    if auth and not (auth.isascii() and ":" in auth):
        raise SettingsError(
            "PREFECT_SERVER_API_AUTH_STRING: write NAME:PASSWORD with the letters a-z, digits and signs only, "
            "as Prefect takes no å, ä and ö there."
        )
    if host not in LOOPBACK and not auth:
        raise SettingsError(
            f"LOTS_PREFECT_HOST={host} lets others reach Prefect's UI, and it has no password: "
            "set PREFECT_SERVER_API_AUTH_STRING=NAME:PASSWORD, or leave LOTS_PREFECT_HOST at 127.0.0.1."
        )
    own = {
        "PREFECT_UI_STATIC_DIRECTORY": str(_only_the_first_ui()),
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        "PREFECT_UI_API_URL": "/api",  # the UI asks whoever it came from, under whichever name that is known
    }
    # Prefect's server has no use for our keys and passwords; what runs beside it gets them from the worker, and the
    # app around it the database's in memory (keys.py).
    foreign = {name: value for name, value in os.environ.items() if not name.startswith("LOTS_")}
    needed = {f"LOTS_{name}": os.environ[f"LOTS_{name}"] for name in SERVER_SETTINGS if f"LOTS_{name}" in os.environ}
    return own | foreign | needed


def _only_the_first_ui() -> Path:
    """A folder for the UI's files in which Prefect's second UI finds no place.

    That one asks an outside host as soon as it is opened, also with analytics off, and the first one offers it. Where
    its folder cannot be made (a link to nowhere) Prefect says so in its log, and serves and offers the first alone.
    """
    folder = Path(os.environ["PREFECT_HOME"]) / "ui"
    folder.mkdir(parents=True, exist_ok=True)
    second = folder / "v2"
    if not second.is_symlink():
        second.symlink_to(folder / "nowhere" / "v2")
    return folder


def running_server(settings: Settings) -> str | None:
    """Where the server of a `lots up` in another window answers, if one does."""
    if not up_file.is_held(settings.home):
        return None
    told = up_file.read_up_file(settings.home)
    api_url = str(told.get("prefect", ""))
    home = home_id(settings) if told.get("prefect_port") else ""  # its own server, else one that it was given
    return api_url if api_url and answers(f"{api_url}/health", seconds=10, home=home) else None


def answers(url: str, seconds: float = 1, *, home: str = "") -> bool:
    """Whether something answers 200 at `url` within so long; with `home`, whether that home's server does."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as reply:
            return bool(reply.status == 200) and home in ("", reply.headers.get(HOME_ID))
    except OSError:
        return False
