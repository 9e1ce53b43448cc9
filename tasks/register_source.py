"""Where the member register comes from: a file, the newest in a folder, or an address that only the office may read."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

import httpx

from models.errors import RegisterUnavailable
from models.i18n import localized
from models.settings import Settings

ENDINGS: Final = {".csv", ".txt", ".tsv", ".xlsx"}
STILL_WRITTEN: Final = timedelta(minutes=1)
"""A file that changed so lately may be half there."""
LARGEST: Final = 200 * 2**20
SECONDS: Final = 300
SILENT_SECONDS: Final = 30
MOST_REDIRECTS: Final = 3


@contextmanager
def register_file(settings: Settings) -> Iterator[Path]:
    """The register as a file, while this lasts. Raises RegisterUnavailable in a sentence that holds no secret."""
    source = settings.register_from
    if "://" not in source:
        yield _lying_there(Path(source))
        return
    with TemporaryDirectory(dir=settings.home, prefix="register-") as folder:
        file = Path(folder) / (PurePosixPath(urlsplit(source).path).name or "register")
        _fetch(source, settings.register_token, file)
        yield file


def _lying_there(path: Path) -> Path:
    try:
        settled = [one for one in _candidates(path) if _age(one) >= STILL_WRITTEN]
        if settled:
            return max(settled, key=lambda one: one.stat().st_mtime)
    except OSError as error:
        raise _unavailable(str(path), error.strerror or type(error).__name__) from None
    why = localized(
        "där finns ingen .csv- eller .xlsx-fil som är äldre än en minut",
        "there is no .csv or .xlsx file that is more than a minute old",
    )
    raise _unavailable(str(path), why)


def _candidates(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = (one for one in path.iterdir() if one.suffix.lower() in ENDINGS and one.is_file())
    return [one for one in files if not one.name.startswith((".", "~$"))]  # Excel's own beside an open file


def _age(path: Path) -> timedelta:
    return datetime.now(UTC) - datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _fetch(url: str, token: str, file: Path) -> None:
    """Write what the address gives to a file that only we read; a redirect is followed on the same host alone."""
    host, ends = urlsplit(url).netloc, time.monotonic() + SECONDS
    user, is_login, password = token.partition(":")
    auth = httpx.BasicAuth(user, password) if is_login else None
    headers = {"Authorization": f"Bearer {token}"} if token and not is_login else {}
    try:
        with httpx.Client(timeout=SILENT_SECONDS, auth=auth, headers=headers, trust_env=False) as client:
            for _ in range(MOST_REDIRECTS + 1):
                with client.stream("GET", url) as answer:
                    if not answer.is_redirect:
                        return _keep(answer, file, host, ends)
                    url = str(answer.url.join(answer.headers["Location"]))
                if (urlsplit(url).netloc, urlsplit(url).scheme) != (host, answer.url.scheme):
                    raise _unavailable(host, localized("skickar vidare till någon annan", "sends us to somebody else"))
    except httpx.HTTPError as error:
        raise _unavailable(host, f"{type(error).__name__}") from None
    raise _unavailable(host, localized("skickar runt i en ring", "sends us around in a circle"))


def _keep(answer: httpx.Response, file: Path, host: str, ends: float) -> None:
    if answer.status_code != httpx.codes.OK:
        refused = localized("tar inte emot LOTS_REGISTER_TOKEN", "does not take LOTS_REGISTER_TOKEN")
        why = refused if answer.status_code in (401, 403) else f"HTTP {answer.status_code}"
        raise _unavailable(host, why)
    file.touch(mode=0o600)
    size = 0
    with file.open("wb") as kept:
        for part in answer.iter_bytes():
            size += len(part)
            if size > LARGEST:
                raise _unavailable(host, localized("filen är större än 200 MB", "the file is larger than 200 MB"))
            if time.monotonic() > ends:
                raise _unavailable(host, localized("tog mer än fem minuter", "took more than five minutes"))
            kept.write(part)


def _unavailable(where: str, why: str) -> RegisterUnavailable:
    return RegisterUnavailable(
        localized(
            f"LOTS_REGISTER_FROM ({where}): {why}. Det register som lästes in förra gången gäller.",
            f"LOTS_REGISTER_FROM ({where}): {why}. The register that was taken in the last time counts.",
        )
    )
