"""What the inbox makes of public corpora of mail that came back: `python -m tests.corpora FOLDER TRUTH`, by hand.

FOLDER holds a folder for each corpus, with its messages as files; their text is nobody's to pass on, and no part of
this repository. TRUTH has a line for each message, with tabs between: `CORPUS/FILE`, and what is right: `address` (it
is about the address), `other` (it came back for another reason), `machine` (an automatic reply or a report), `human`,
or `open` (its own library leaves it open; not counted).

Every message but a human's is read as it would come to an office: from nobody, to the return path of a mail that was
sent. Nothing is asserted: docs/decisions/0004-mail-that-comes-in.md has the figures.
"""

import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from models.inbox.verdict import by_itself
from models.settings import Settings
from tasks.mailbox.message_parser import parse_message

CHOSEN = Settings(mail_return_path="studs+{id}@kansliet.example.org")
MAIL = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
RETURNED = f"Return-Path: <>\nDelivered-To: studs+{MAIL.hex}@kansliet.example.org\n"
COLUMNS = ("corpus", "about the address", "found", "about something else", "taken as dead", "to staff", "human", "lost")
SEEN = ("staff", "answer")


def kind_of(raw: bytes, truth: str) -> str:
    """The kind of one message, as `lots inbox explain` tells it."""
    start = raw.lstrip(b"\xef\xbb\xbf\r\n")
    while start.startswith((b"From ", b">From ")):  # how a mailbox file parts its messages
        start = start.partition(b"\n")[2]
    message = start if truth == "human" else RETURNED.encode() + start
    return by_itself(parse_message(message, CHOSEN), datetime.now(UTC)).kind.value


def main() -> None:
    """Print the table."""
    folder, truths = Path(sys.argv[1]), Path(sys.argv[2])
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in truths.read_text().splitlines():
        name, truth = line.split("\t")
        kind = kind_of((folder / name).read_bytes(), truth)
        found = counts[name.partition("/")[0]]
        found[truth] += 1
        found["right"] += truth == "address" and kind == "bounce"
        found["dead"] += truth in ("other", "machine") and kind == "bounce"
        found["staff"] += truth in ("other", "machine") and kind == "staff"
        found["lost"] += truth == "human" and kind not in SEEN
    print("|".join(COLUMNS))
    for corpus, found in sorted(counts.items()):
        other = found["other"] + found["machine"]
        row = (found["address"], found["right"], other, found["dead"], found["staff"], found["human"], found["lost"])
        print("|".join((corpus, *map(str, row))))


if __name__ == "__main__":
    main()
