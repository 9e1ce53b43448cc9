"""One field of a line of a CSV file, read strictly: an error tells where it stands and what to do."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from models.errors import UserError
from models.text import NAME_SIGNS, is_name, usable_address

YES, NO = ("yes", "ja", "true", "1"), ("no", "nej", "false", "0", "")


@dataclass(frozen=True)
class Cell:
    """One field of a line: where it stands, for the error, and what it says."""

    file: str
    line: int
    field: str
    text: str

    def wrong(self, what: str) -> UserError:
        """The error that tells where and what to do, without repeating the text: it may be somebody's."""
        return UserError(f"{self.file}, line {self.line}, {self.field}: {what}")

    def required(self) -> str:
        """The text. Raises UserError when it is empty."""
        if not self.text:
            raise self.wrong("must not be empty")
        return self.text

    def yes(self) -> bool:
        """Whether it says yes; anything else is no."""
        if self.text.lower() not in (*YES, *NO):
            raise self.wrong("write yes or no")
        return self.text.lower() in YES

    def day(self) -> date | None:
        """The date, None when empty. Raises UserError when it is none."""
        try:
            return date.fromisoformat(self.text) if self.text else None
        except ValueError:
            raise self.wrong("write a date as 2027-03-02, or leave it empty") from None

    def digits(self, length: int) -> str:
        """The text. Raises UserError unless it is so many digits."""
        if len(self.text) != length or not self.text.isascii() or not self.text.isdigit():
            raise self.wrong(f"must be {length} digits")
        return self.text

    def one_of(self, codes: Any) -> Any:
        """One of our codes. Raises UserError that lists them when it is none."""
        try:
            return codes(self.text)
        except ValueError:
            raise self.wrong(f"must be one of {', '.join(codes)}") from None

    def name(self) -> str:
        """The text. Raises UserError when it cannot be a name (domain.md section 13)."""
        if not is_name(self.required()):
            raise self.wrong(f"takes letters, digits, blanks and {NAME_SIGNS} only, and no web or mail address")
        return self.text

    def address(self) -> str:
        """The text. Raises UserError when it cannot be an e-mail address."""
        try:
            usable_address(self.text)
        except ValueError:
            raise self.wrong("is not an e-mail address") from None
        return self.text
