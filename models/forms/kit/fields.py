"""What staff choose from in a form, and how what they chose is read back into codes and numbers.

Prefect's form shows a drop-down's values as they are, so the values are words. A field says by a mark in its type what
it is shown as; the field itself keeps its code or number, and takes those too: scripts and the web pages send them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, get_args, get_origin

from pydantic.fields import FieldInfo

from models.i18n import localized
from models.office.labels import SEPARATOR
from models.vocabulary import Words, code_of

MOST_LISTED = 200
TYPED, DAY, TIME = "_typed", "_day", "_time"
NUMBER = re.compile(r"#\s*([0-9]{1,9})\b")


@dataclass(frozen=True)
class Entries:
    """What a drop-down lists now. `more`: there are others, whose number is typed."""

    labels: tuple[str, ...] = ()
    more: bool = False


Lists = Mapping[str, Entries]


@dataclass(frozen=True)
class Coded:
    """One of our codes, chosen by its words. `numeric`: the code is a number."""

    words: Words
    numeric: bool = False

    def labels(self) -> list[str]:
        """What the drop-down lists, in order."""
        return [self.label(code) for code in self.words]

    def label(self, code: object) -> str:
        """The words that a code is chosen by."""
        told = localized(*self.words[str(code)])
        return told[:1].upper() + told[1:]

    def read(self, value: object) -> object:
        """What was chosen, as the form keeps it: a code or a number; what is neither is left as typed."""
        if not isinstance(value, str):
            return value
        code = code_of(self.words, value)
        return int(code) if self.numeric and code.isdecimal() else code


@dataclass(frozen=True)
class FromList:
    """One of what the database holds now: `of` names the list, `fixed` are entries that always stand before it.

    `numbered`: it is known by the number in its label, which can be typed when the list is not whole. `last`: it is
    known by what stands last in its label.
    """

    of: str
    fixed: Words = field(default_factory=dict)
    numbered: bool = False
    last: bool = False

    def labels(self, lists: Lists) -> list[str]:
        """What the drop-down lists, in order."""
        return [localized(*names) for names in self.fixed.values()] + list(lists.get(self.of, Entries()).labels)

    def read(self, value: object) -> object:
        """What was chosen, as the form keeps it: a code or a number; what is neither is left as typed."""
        if not isinstance(value, str):
            return value
        code = code_of(self.fixed, value.rpartition(SEPARATOR)[2] if self.last else value)
        if not self.numbered:
            return code
        found = NUMBER.search(code)
        return found[1] if found else code.strip() or 0


@dataclass(frozen=True)
class Day:
    """A day as text, picked in a calendar; empty when there is none."""

    def read(self, value: object) -> object:
        """What was chosen, as the form keeps it: a code or a number; what is neither is left as typed."""
        return value


@dataclass(frozen=True)
class Moment:
    """A local time as text, shown as a day and a time of day; empty when there is none."""

    def read(self, value: object) -> object:
        """What was chosen, as the form keeps it: a code or a number; what is neither is left as typed."""
        return value


@dataclass(frozen=True)
class PerNetworkConsent:
    """A network and the member who agreed for it, as 12:m1; shown as two drop-downs."""

    def read(self, value: object) -> object:
        """What was chosen, as the form keeps it: a code or a number; what is neither is left as typed."""
        if not isinstance(value, Mapping):
            return value
        network = FromList("networks", numbered=True).read(value.get("network", ""))
        return f"{network}:{value.get('member', '')}"


@dataclass(frozen=True)
class Hidden:
    """A field that the form does not show: another tells it."""

    def read(self, value: object) -> object:
        """What was chosen, as the form keeps it: a code or a number; what is neither is left as typed."""
        return value


Mark = Coded | FromList | Day | Moment | PerNetworkConsent | Hidden
MARKS = (Coded, FromList, Day, Moment, PerNetworkConsent, Hidden)


def mark_of(info: FieldInfo) -> Mark | None:
    """How a field is shown, if its type or that of its items says so."""
    found: Sequence[object] = info.metadata
    if get_origin(info.annotation) is list:
        [item] = get_args(info.annotation)
        found = item.__metadata__ if get_origin(item) is Annotated else ()
    return next((one for one in found if isinstance(one, MARKS)), None)


def read_choices(fields: Mapping[str, FieldInfo], shown: Mapping[str, object]) -> dict[str, object]:
    """A form as it was filled in, as the form's own fields: words become codes, labels numbers, two fields one."""
    given = dict(shown)
    for name, info in fields.items():
        mark = mark_of(info)
        if isinstance(mark, Moment):
            day, time = given.pop(name + DAY, ""), given.pop(name + TIME, "")
            if day:  # without a day nothing is booked: the time of day is filled in from the start
                given[name] = f"{day} {time}".strip()
        if isinstance(mark, FromList) and (typed := given.pop(name + TYPED, 0)):
            given[name] = typed
        if mark and name in given:
            value = given[name]
            given[name] = [mark.read(one) for one in value] if isinstance(value, list) else mark.read(value)
    return given
