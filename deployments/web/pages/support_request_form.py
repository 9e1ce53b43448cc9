"""Reads the form of `/request`: each field by itself, and nothing that depends on who a member number belongs to."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from rapidfuzz import fuzz, process, utils

from deployments.web.form_fields import FormReader
from models.db.column_types import nfc
from models.forms.support_request import SupportRequestForm
from models.office.menu import MENU
from models.reference.places import is_whole_country
from models.requests.own_request import Asked
from models.tables.network import Nature
from models.tables.request import NEED_LENGTH, Channel
from models.tables.support import Item
from models.text import listed, usable_address
from templates.rendering.wording import Wording

LONG = ("need", "co_organisers")
MEMBER_NUMBER = re.compile(r"[0-9A-Za-z](?:[ -]?[0-9A-Za-z]){2,19}")
MOST_CO_ORGANISERS = 8
SHORTEST_APART = 5  # signs; what is shorter is the rest of the number before it
NAME_LENGTH, PLACE_LENGTH = 100, 60
ALIKE_ENOUGH = 70
# What a founder may wish for; the talks come by themselves.
OFFERED = tuple(item for item in MENU if item not in (Item.talk, Item.handover_talk, Item.restart_talk))


def wish_name(item: Item) -> str:
    """The name of an item's box in the form."""
    return f"wish_{item.value}"


def read_form(
    typed: FormReader, municipalities: Sequence[str], knows_members: bool, today: date
) -> SupportRequestForm | None:
    """What is asked for, or None and a sentence for each field that is wrong."""
    asked, numbers = read_asked(typed, municipalities), read_numbers(typed)
    member_number = typed.text("member_number")
    if not member_number:
        typed.error("member_number", "missing")
    elif not MEMBER_NUMBER.fullmatch(member_number):
        typed.error("member_number", "form")
    name, email = ("", "") if knows_members else _who(typed)
    if asked is None or typed.errors:
        return None
    form = SupportRequestForm(
        member_number=member_number,
        channel=Channel.web,
        place=asked.place,
        municipality=asked.municipality,
        nature=asked.nature,
        need=asked.need,
        wished=list(asked.wished),
        without_support=asked.without_support,
        co_organisers=", ".join(numbers),
        name=name,
        email=email,
    )
    return form if typed.validate(form, today) else None


def read_asked(typed: FormReader, municipalities: Sequence[str]) -> Asked | None:
    """What is asked for and where, or None and a sentence for each field that is wrong."""
    municipality = _municipality(typed, municipalities)
    place = nfc(typed.text("place")) or municipality
    if is_whole_country(place):
        typed.error("place", "country")
    typed.check_name("place", place, PLACE_LENGTH)
    nature = typed.choice("nature", tuple(Nature))
    need, wished = _need(typed), _wishes(typed)
    if typed.errors:
        return None
    return Asked(place, municipality, Nature(nature), need, wished, bool(typed.text("without_support")))


def asked_values(
    t: Wording, municipalities: Sequence[str], typed: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, object]:
    """What the fields of `_asked.html` need, and what was typed in them."""
    likely = likeliest(typed.get("municipality", ""), municipalities) if "municipality" in errors else ""
    return {
        "typed": typed,
        "errors": errors,
        "municipalities": municipalities,
        "likely": likely,
        "natures": [(one.value, t(f"request.nature_{one.value}")) for one in Nature],
        "items": [(wish_name(item), item.value, MENU[item]) for item in OFFERED],
        "need_length": NEED_LENGTH,
    }


def with_suggestion(values: dict[str, str]) -> dict[str, str]:
    """What was posted, by the button that puts the municipality right too."""
    return values | {"municipality": values["suggested"]} if values.get("suggested") else values


def _municipality(typed: FormReader, known: Sequence[str]) -> str:
    """The municipality as the register spells it, or an empty text and a sentence, with the likeliest where one is."""
    text = nfc(typed.text("municipality"))
    names = {name.casefold(): name for name in known}
    # A place that is a municipality's very name says which one it is.
    told = text or nfc(typed.text("place"))
    found = names.get(told.casefold().removesuffix(" kommun").removesuffix(" municipality"))
    if found:
        return found
    if not text:
        typed.error("municipality", "missing")
    elif is_whole_country(text):
        typed.error("municipality", "country")
    elif likely := likeliest(text, known):
        typed.error("municipality", "likely", likely=likely)
    else:
        typed.error("municipality", "unknown")
    return ""


def likeliest(text: str, known: Sequence[str]) -> str:
    """The municipality that is meant most likely where there is none of that name; empty where none is alike enough,
    or nothing needs to be asked.
    """
    if not nfc(text) or text in known or is_whole_country(text):
        return ""
    found = process.extractOne(
        nfc(text), known, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=ALIKE_ENOUGH
    )
    return str(found[0]) if found else ""


def _need(typed: FormReader) -> str:
    """The need in their own words, or a sentence."""
    need = typed.text("need")
    if not need:
        typed.error("need", "missing")
    elif len(need) > NEED_LENGTH:
        typed.error("need", "long", most=NEED_LENGTH, now=len(need))
    return need


def _wishes(typed: FormReader) -> list[Item]:
    """What is wished for, or a sentence: who begins without support wishes for none."""
    wished: list[Item] = [item for item in OFFERED if typed.text(wish_name(item))]
    if wished and typed.text("without_support"):
        typed.error("without_support", "both")
    return wished


def read_numbers(typed: FormReader) -> list[str]:
    """The member numbers of who is named, or a sentence."""
    numbers = [number for told in listed(typed.text("co_organisers")) for number in _apart(told)]
    if len(numbers) > MOST_CO_ORGANISERS:
        typed.error("co_organisers", "many", most=MOST_CO_ORGANISERS)
    elif not all(MEMBER_NUMBER.fullmatch(number) for number in numbers):
        typed.error("co_organisers", "form")
    return numbers


def _apart(told: str) -> list[str]:
    """Numbers with only a blank between them, as they are; a number that is written with a blank stays one."""
    parts = told.split()
    return parts if all(len(part) >= SHORTEST_APART for part in parts) else [told]


def _who(typed: FormReader) -> tuple[str, str]:
    """Name and address, which are asked for only where no register of members is loaded."""
    name, email = nfc(typed.text("name")), typed.text("email")
    if not name:
        typed.error("name", "missing")
    typed.check_name("name", name, NAME_LENGTH)
    if not email:
        typed.error("email", "missing")
        return name, ""
    try:
        return name, usable_address(email)
    except ValueError:
        typed.error("email", "form")
        return name, ""


def as_typed(values: Mapping[str, str]) -> dict[str, str]:
    """The form's own fields of what was posted, for the page that asks whether all is right."""
    names = {"municipality", "place", "nature", "need", "co_organisers", "member_number", "name", "email"}
    names |= {"without_support", *(wish_name(item) for item in OFFERED)}
    return {name: value for name, value in values.items() if name in names and value}
