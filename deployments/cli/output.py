"""What every command shares: what it prints, the days it is given, and Prefect's settings before Prefect loads."""

import json
from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter

from models.errors import UserError
from models.settings import settings

Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print one JSON document on stdout.")]


def show(document: dict[str, Any], as_json: bool) -> None:
    """Print it, as one JSON document or a line for each of its names."""
    if as_json:
        print(json.dumps(document, ensure_ascii=False, default=str))
        return
    for name, value in document.items():
        print(f"{name:>14}  {value}")


def day_of(name: str, text: str) -> date:
    """The day that an option was given. Raises UserError that names the option."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{name}: write a date as 2027-03-02") from None
    if not 1953 <= day.year <= 2099:  # the years whose holidays are known
        raise UserError(f"{name}: write a date from 1953 to 2099")
    return day


def prepare_prefect(*, quiet: bool = False) -> None:
    """How Prefect is told to behave, before anything loads it."""
    from deployments.server.environment import prepare

    prepare(settings(), quiet=quiet)
