"""Reads a posted form field by field: what was typed is kept, and each wrong field gets a sentence of its own.

The rules stay in models/forms/; here is only what it takes to tell somebody which field, and why, in their language.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from models.errors import UserError
from models.forms.kit.base import Form, parse_day, parse_local
from models.text import is_name
from templates.rendering.wording import Wording

MOST_KEPT = 200
LONG_KEPT = 4000
AHEAD = timedelta(days=2 * 365)
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
NUMBER = re.compile(r"[0-9]{1,6}")
LINE_BREAKS = re.compile(r"\r\n?")
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])")


def _kept(text: str, is_long: bool) -> str:
    if not is_long:
        return CONTROLS.sub("", text)[:MOST_KEPT]
    lines = LINE_BREAKS.sub("\n", text).split("\n")
    return "\n".join(CONTROLS.sub("", line) for line in lines)[:LONG_KEPT]


class FormReader:
    """What somebody typed in the form of one page, and by field what is wrong with it."""

    def __init__(self, page: str, values: Mapping[str, str], words: Wording, long: Collection[str] = ()) -> None:
        """`long` names the fields with several lines; of these more is kept, and the line breaks."""
        self.page, self.words = page, words
        self.values = {name: _kept(value, name in long) for name, value in values.items()}
        self.errors: dict[str, str] = {}
        self.general = ""

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def error(self, name: str, problem: str, **values: object) -> None:
        """Note what is wrong with the field; the first thing found is told."""
        self.errors.setdefault(name, self.words(f"{self.page}.wrong.{name}_{problem}", **values))

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """One of the codes, or an empty text and a sentence."""
        if self.text(name) in allowed:
            return self.text(name)
        self.error(name, "missing")
        return ""

    def number(self, name: str, highest: int, *, lowest: int = 0, required: bool = True) -> int:
        """A number from `lowest` to `highest`; 0 where none is given or it is wrong."""
        text = self.text(name)
        if not text:
            if required:
                self.error(name, "missing")
            return 0
        if NUMBER.fullmatch(text) and lowest <= int(text) <= highest:
            return int(text)
        self.error(name, "range", lowest=lowest, highest=highest)
        return 0

    def day(self, name: str, *, required: bool = True) -> date | None:
        """A day, or None where none is given or it is wrong."""
        try:
            found = parse_day(self.text(name), name)
        except UserError:
            self.error(name, "form")
            return None
        if found is None and required:
            self.error(name, "missing")
        return found

    def clock(self, name: str) -> time | None:
        """A time of day such as 17:30 or 17.30, or None and a sentence."""
        found = CLOCK.fullmatch(self.text(name))
        if found:
            return time(int(found[1]), int(found[2]))
        self.error(name, "form" if self.text(name) else "missing")
        return None

    def coming(self, day_name: str, time_name: str, at: datetime, today: date) -> datetime | None:
        """A moment to come, from a day and a time; None and sentences where it cannot be."""
        day, clock = self.day(day_name), self.clock(time_name)
        if day and day < today:
            self.error(day_name, "early")
        elif day and day > today + AHEAD:
            self.error(day_name, "late")
        elif day and clock:
            try:
                moment = parse_local(f"{day} {clock:%H:%M}", time_name)
            except UserError:  # the hour that is skipped, or comes twice, when clocks change
                self.error(time_name, "clocks")
                return None
            if moment and moment > at:
                return moment
            self.error(time_name, "early")
        return None

    def check_name(self, name: str, text: str, most: int) -> None:
        """Note when a text that stands in the field is no name of a place, a person or a company, or too long a one."""
        if len(text) > most:
            self.error(name, "long", most=most)
        elif not is_name(text):
            self.error(name, "signs")

    def validate(self, form: Form, today: date) -> bool:
        """Whether the rules take the form too; what they add is told above the form, as it stands."""
        try:
            self.general = " ".join(form.all_problems(today))
        except UserError as error:
            self.general = str(error)
        return not self.general
