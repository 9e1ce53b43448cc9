"""Mail as other programs send it, from tests/data/mail, with our ids and addresses put in."""

import base64
import re
from pathlib import Path
from uuid import UUID

FOLDER = Path(__file__).parent / "data" / "mail"
TO = "ake.ohman@example.org"
LINE = "1 ja 2026-12-01 9; 2 nej; 3 2; 4 4; 5 talare"
LINE_EN = "1 yes 2026-12-01 9; 2 no; 3 2; 4 4; 5 speaker"
DOMAIN = "kansliet.example.org"


def names(kind: str) -> list[str]:
    """The samples of a kind, such as bounce or reply."""
    return sorted(path.stem for path in FOLDER.glob(f"{kind}-*.eml"))


def sample(name: str, mail_id: UUID, to: str = TO, line: str = LINE) -> bytes:
    """The message, about our mail of that id, to or from the address `to`; a reply says `line`."""
    text = (FOLDER / f"{name}.eml").read_text()
    values = {
        "MESSAGE_ID": f"<{mail_id}@{DOMAIN}>",
        "ID_HEX": mail_id.hex,
        "TO": to,
        "FROM": to,
        "LINE": line,
        "LINE_EN": LINE_EN if line == LINE else line,
    }
    for token, value in values.items():
        text = text.replace(f"@{token}@", value)
    return re.sub(r"@BASE64:(.*)@\s*\Z", _base64, text, flags=re.S).encode()


def _base64(found: re.Match[str]) -> str:
    return base64.encodebytes(found[1].encode()).decode()
