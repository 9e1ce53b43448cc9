"""The numbers of domain.md that an office may change; every rule that uses one asks `office_policy()`.

Where they are kept is no matter of the rules: whoever starts work reads them and says `applied`. Without that they
are the domain's own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import SettingsError
from models.i18n import localized

PREFIX: Final = "lots_"
Titles = dict[str, tuple[str, str]]


class OfficePolicy(BaseModel):
    """What the office can afford, and how long it waits."""

    model_config = ConfigDict(frozen=True)

    quarter_hours: Decimal = Field(Decimal(24), ge=1, le=500, decimal_places=2)
    network_hours: Decimal = Field(Decimal(20), ge=1, le=100, decimal_places=2)
    talk_working_days: int = Field(5, ge=1, le=60)
    answer_working_days: int = Field(15, ge=1, le=60)
    health_talk_working_days: int = Field(10, ge=1, le=60)
    offer_working_days: int = Field(10, ge=1, le=60)
    reminder_active_days: int = Field(7, ge=1, le=60)


ABOUT: Final[Titles] = {
    "quarter_hours": (
        "timmar per förhandlare och kvartal, för kvartal som inte börjat bokas",
        "hours per negotiator and quarter, for quarters not yet booked in",
    ),
    "network_hours": ("timmar per nätverk första året", "hours per network in its first year"),
    "talk_working_days": (
        "arbetsdagar till samtal, för nya förfrågningar",
        "working days to a talk, for new requests",
    ),
    "answer_working_days": (
        "arbetsdagar till svar, för nya förfrågningar",
        "working days to an answer, for new requests",
    ),
    "health_talk_working_days": (
        "arbetsdagar till samtal med ett nätverk",
        "working days to a talk with a network",
    ),
    "offer_working_days": ("arbetsdagar som ett erbjudande står", "working days that an offer stands"),
    "reminder_active_days": ("aktiva dagar till påminnelse", "active days to a reminder"),
}
DEFAULTS: Final = OfficePolicy()
_in_use: ContextVar[OfficePolicy] = ContextVar("numbers", default=DEFAULTS)


def office_policy() -> OfficePolicy:
    """The numbers that hold here and now."""
    return _in_use.get()


@contextmanager
def applied(chosen: OfficePolicy) -> Iterator[None]:
    """Let these numbers hold for the work inside."""
    before = _in_use.set(chosen)
    try:
        yield
    finally:
        _in_use.reset(before)


def from_variables(values: Mapping[str, object]) -> OfficePolicy:
    """The office's numbers from what it has written down by name; what it has not is the domain's.

    Raises SettingsError with one sentence that names the variable and what to write instead.
    """
    given = {name: _text(values[PREFIX + name]) for name in OfficePolicy.model_fields if PREFIX + name in values}
    try:
        return OfficePolicy.model_validate(given)
    except ValidationError as error:
        name = str(error.errors(include_url=False)[0]["loc"][0])
        least, most = _limits(name)
        raise SettingsError(
            localized(
                f"Variabeln {PREFIX}{name} går inte att använda: skriv ett "
                f"{'tal' if name.endswith('hours') else 'heltal'} från {least} till {most} under Variables.",
                f"The variable {PREFIX}{name} is not usable: write a "
                f"{'number' if name.endswith('hours') else 'whole number'} from {least} to {most} under Variables.",
            )
        ) from None


def _text(value: object) -> str:
    """A number or a text, as somebody wrote it; anything else is no number."""
    plain = isinstance(value, (int, float, str)) and not isinstance(value, bool)
    return str(value).strip().replace(",", ".") if plain else ""


def _limits(name: str) -> tuple[str, str]:
    limits = OfficePolicy.model_json_schema()["properties"][name]
    limits = limits.get("anyOf", [limits])[0]
    return f"{limits['minimum']:g}", f"{limits['maximum']:g}"
