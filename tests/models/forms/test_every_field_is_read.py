"""What a form asks for is read by something, or refused when it does not go with what is chosen: nothing is lost."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import models
from models.forms.kit.base import Form, line_of
from models.forms.meeting_report import MeetingReportForm
from models.forms.registry import FORMS
from models.tables.meeting import Duty
from tests.acts import at, grant_line

DAY = at("2026-11-26").date()
ROOT = Path(models.__file__).parents[1]
# Enough for each form to stand, with nothing in it that goes with one choice only.
BARE: dict[str, dict[str, Any]] = {
    "needs-talk": {"request_number": 12, "signature": "asj", "talked_on": DAY},
    "network-change": {"network_number": 7, "signature": "asj"},
    "check-in": {"network_number": 7},
    "data-protection": {"request": "3f2a1b9c", "signature": "asj"},
    "meeting-report": {"network_number": 7, "on": DAY},
    "capacity": {"signature": "asj"},
    "congress-report": {},
}
FILLED: dict[str, Any] = {
    "grants": [grant_line().model_dump()],
    "cadence_days": 30,
    "reason": "outside_purpose",
    "member": "m1",
    "new_contact": "m2",
    "agreed": ["7:m1"],
    "other_networks": [8],
    "other_channel": "phone",
    "approver": "gol",
    "whose": "m2",
    "who_is_wrong": "1",
    "why": "mistyped",
    "signature": "gol",
    "cutoff": "2027-01-01",
    "contact_outcome": "left_word",
    "substitute": "gol",
    "receipt_seen_by": "gol",
    "item": "speaker",
    "meeting_form": "digital",
}
OF_A_TYPE: dict[type[Any], Any] = {str: "Något", bool: True, int: 3, float: 1.5}


def filled(name: str, field: str) -> Any:
    """Something that stands in a field, other than what stands there as the form opens."""
    return FILLED.get(field) or OF_A_TYPE[type(FORMS[name].model_fields[field].default)]


def choices() -> Iterator[tuple[str, str, Any, str, bool]]:
    """Each form, choice, what is chosen, a field, and whether it goes with that."""
    for name, kind in FORMS.items():
        for choice, with_each in kind.reads.items():
            for chosen, fields in with_each.items():
                for field in dict.fromkeys(one for names in with_each.values() for one in names):
                    yield name, choice, chosen, field, field in fields


@pytest.mark.parametrize(("name", "choice", "chosen", "field", "goes"), choices())
def test_a_field_that_does_not_go_with_what_is_chosen_is_refused_by_its_title(
    name: str, choice: str, chosen: Any, field: str, goes: bool
) -> None:
    kind = FORMS[name]
    bare = BARE[name] | {choice: chosen}
    assert kind.model_validate(bare).misplaced() == [], "what stands there from the start is not filled in"
    refused = kind.model_validate(bare | {field: filled(name, field)}).misplaced()
    assert bool(refused) != goes
    if refused:
        [sentence] = refused
        assert f"«{kind.model_fields[field].title}»: hör inte till valet" in sentence
        assert "eller ändra valet." in sentence


def test_every_choice_with_fields_of_its_own_says_which() -> None:
    assert {name for name, kind in FORMS.items() if kind.reads} == set(BARE)


def test_the_sentence_tells_the_choice_as_staff_made_it() -> None:
    talk = FORMS["needs-talk"].model_validate(
        BARE["needs-talk"] | {"decision": "Avslå", "reason": "outside_purpose", "grants": FILLED["grants"]}
    )
    assert talk.all_problems(DAY) == ["«Beviljat stöd»: hör inte till valet «Avslå». Töm det, eller ändra valet."]
    often = talk.model_copy(update={"grants": [], "cadence_days": 30})
    assert often.all_problems(DAY) == [
        "«Hur ofta vill de träffas»: hör inte till valet «Avslå». Ändra tillbaka, eller ändra valet."
    ]
    answer = FORMS["check-in"].model_validate({"network_number": 7, "met_on": "2026-11-25", "met_attended": 9})
    assert answer.all_problems(DAY) == [
        "«Om ja: vilken dag?», «Om ja: hur många kom?»: hör inte till valet «1 Har ni träffats sedan sist? Nej». "
        "Töm det, eller ändra valet."
    ]


def test_who_convenes_goes_with_a_first_meeting() -> None:
    form = {"network_number": 7, "convener": "m2"}
    _nothing_told, sentence = FORMS["kickoff"].model_validate(form).all_problems(DAY)
    assert sentence.startswith("«Sammankallande medlem»: hör inte till valet «Första träffen: inte bokad än».")
    booked = FORMS["kickoff"].model_validate(form | {"signature": "asj", "first_meeting_at": "2026-12-01 17:30"})
    assert booked.all_problems(DAY) == []


# --- asked for and lost ---------------------------------------------------------------------------

# A tick that only confirms another field, and the duties, which `duties` reads by their own list.
READ_OTHERWISE = {"large"} | {duty.value for duty in Duty}


def kinds() -> list[type[Form]]:
    """Every form, and the forms that are lines of one."""
    lines = (line_of(info) for kind in FORMS.values() for info in kind.model_fields.values())
    return list(dict.fromkeys([*FORMS.values(), *filter(None, lines)]))


def read_off(tree: ast.AST, names: set[str]) -> set[str]:
    """The attributes that are read off a variable of one of these names."""
    return {
        one.attr
        for one in ast.walk(tree)
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in names
    }


def read_outside(kind: type[Form]) -> set[str]:
    """What models/, tasks/ and flows/ read off this form, wherever they know it by its class or a base."""
    classes = {one.__name__ for one in kind.__mro__ if issubclass(one, Form) and one is not Form}
    found: set[str] = set()
    for path in [path for folder in ("models", "tasks", "flows") for path in (ROOT / folder).rglob("*.py")]:
        tree = ast.parse(path.read_text())
        known = {alias.name for one in ast.walk(tree) if isinstance(one, ast.ImportFrom) for alias in one.names}
        if known & classes:
            found |= read_off(tree, {"form", "line"})
    return found


def read_inside(kind: type[Form], outside: set[str]) -> set[str]:
    """What the form's own properties read, of those that are used; its checks read everything and keep nothing."""
    used = [one for one in inspect.getmembers_static(kind) if one[0] in outside | {"is_sweep"}]
    own = [value.fget if isinstance(value, property) else value for _, value in used]
    sources = [inspect.getsource(one) for one in own if inspect.isfunction(one)]
    return {name for source in sources for name in read_off(ast.parse(inspect.cleandoc("\n" + source)), {"self"})}


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_field_is_read_by_something_that_keeps_or_uses_it(kind: type[Form]) -> None:
    outside = read_outside(kind)
    lost = set(kind.model_fields) - outside - read_inside(kind, outside)
    assert lost - READ_OTHERWISE == set()


def test_the_duties_are_read_by_their_list() -> None:
    assert "duties" in read_outside(MeetingReportForm)
