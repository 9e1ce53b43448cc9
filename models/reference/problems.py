"""What is wrong in a file, by line and field: told all at once, so that it is mended in one go."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from models.errors import UserError
from models.i18n import localized

MOST_TOLD: Final = 20


@dataclass(frozen=True)
class Problem:
    """One cell that cannot be taken: its line in the file, its heading there, and what to do."""

    line: int
    field: str
    what: str


class FileRefused(UserError):
    """A file has something that cannot be taken; nothing of it was written."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file, self.problems = file, sorted(problems, key=lambda one: one.line)
        first, *others = self.problems
        line = localized("rad", "line")
        message = f"{file}, {line} {first.line}, {first.field}: {first.what}"
        if others:
            told = "; ".join(f"{line} {one.line}, {one.field}: {one.what}" for one in others[: MOST_TOLD - 1])
            count = localized(f"{len(others)} fel till", f"{len(others)} more")
            and_more = "; …" if len(others) >= MOST_TOLD else ""
            message = f"{message} ({count}: {told}{and_more})"
        super().__init__(message)

    def document(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "file": self.file,
            "errors": [asdict(one) for one in self.problems[:MOST_TOLD]],
            "error_count": len(self.problems),
        }
