"""A form as Prefect shows it, and as its API takes it: two JSON schemas under one reference.

Prefect's first UI shows a drop-down's values as they are and knows no labels, and its API refuses every other value. So
that staff choose words while scripts, the web and a list a minute old still get through, the form's reference is
`#/definitions/NAME~0`: the UI looks up that very name and shows what stands there; the API reads it as a JSON pointer,
in which `~0` means `~`, and checks against `NAME~` (docs/decisions/0005).
"""

from datetime import date
from typing import Any, get_origin

from pydantic.fields import FieldInfo

from models.forms.kit.base import Form, line_of
from models.forms.kit.fields import (
    DAY,
    TIME,
    TYPED,
    Coded,
    Day,
    FromList,
    Hidden,
    Lists,
    Mark,
    Moment,
    PerNetworkConsent,
    mark_of,
)
from models.forms.kit.sweep import SWEEP
from models.i18n import localized
from models.office.staff_links import staff_link

Schema = dict[str, Any]
APART = 10  # between two fields' positions, for the fields that one is shown as
EVENING = "17:30"
EVERY_QUARTER = [f"{hour:02}:{minute:02}" for hour in range(7, 22) for minute in (0, 15, 30, 45)]
DEFINITIONS = "#/definitions/{model}"
LABEL = "^([^@]{0,120}#)?[0-9]{1,9}( · [^@]{0,60})?$"
SIMPLE: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}


def form_schema(kind: type[Form] | None, lists: Lists) -> Schema:
    """A deployment's parameter schema with its form, if it has one, shown in words and with these lists.

    `as_of` is taken and not shown: it is for scripts and tests, and staff would have to leave it empty on every form.
    """
    schema: Schema = {"title": "Parameters", "type": "object", "properties": {}, "required": [], "definitions": {}}
    if kind is None:
        return schema
    name, definitions = kind.__name__, api_schema(kind, lists)
    form = {"title": localized(*kind.heading), "description": "", "position": 0, "$ref": f"#/definitions/{name}~0"}
    both = {f"{name}~0": ui_schema(kind, lists), f"{name}~": definitions.pop(name)}
    return schema | {"properties": {"form": form}, "required": ["form"], "definitions": both | definitions}


def ui_schema(kind: type[Form], lists: Lists) -> Schema:
    """What staff see. Everything is "required": the UI would write "(Optional)" after a title otherwise."""
    properties: dict[str, Schema] = {}
    for name, info in sorted(kind.model_fields.items(), key=lambda one: _position(one[1])):
        properties |= _shown_field(name, info, lists)
    if network := properties.get("network_number") if _asks_for_codes(kind) else None:
        network["description"] = f"{network['description']} {_who_codes_are()}".strip()
    return {"title": "", "type": "object", "properties": properties, "required": list(properties)}


def _asks_for_codes(kind: type[Form]) -> bool:
    marks = [mark_of(info) for info in kind.model_fields.values()]
    return any(isinstance(mark, FromList) and mark.of == "members" for mark in marks)


def _who_codes_are() -> str:
    """Said where the network is chosen: a list of codes is one for all networks, and names nobody."""
    pages = staff_link("register")
    return localized(
        f"Vilka m1, m2 … är i just det nätverket står på [dess sida]({pages}).",
        f"Who m1, m2 … are in that very network stands on [its page]({pages}).",
    )


def _position(info: FieldInfo) -> int:
    extra = info.json_schema_extra
    return APART * int(str(extra["position"])) if isinstance(extra, dict) else 0


def _shown_field(name: str, info: FieldInfo, lists: Lists) -> dict[str, Schema]:
    position = _position(info)
    words: Schema = {"title": info.title, "description": info.description, "position": position}
    mark = mark_of(info)
    match mark:
        case Hidden():
            return {}
        case Moment():
            day = words | {"type": "string", "format": "date"}
            clock = {"title": f"{info.title}, {localized('klockan', 'at')}", "description": ""}
            return {
                name + DAY: day,
                name + TIME: clock
                | {"type": "string", "enum": EVERY_QUARTER, "default": EVENING, "position": position + 1},
            }
        case FromList(numbered=True) if get_origin(info.annotation) is not list and _more(mark, lists):
            title = localized(
                "… eller dess nummer, om det inte står i listan", "… or its number, if it is not in the list"
            )
            typed = {"title": title, "description": "", "position": position + 1, "type": "integer"}
            return {name: words | _shown_value(info, lists), name + TYPED: typed}
    return {name: words | _shown_value(info, lists)}


def _shown_value(info: FieldInfo, lists: Lists) -> Schema:
    """The type, choices and default of a field, in words."""
    mark, default = mark_of(info), info.default
    if get_origin(info.annotation) is list:
        line = line_of(info)
        items = ui_schema(line, lists) if line else _shown_item(mark, lists)
        is_empty = isinstance(mark, FromList) and "enum" not in items
        return {"type": "array", "items": items} | ({"description": _nothing(info)} if is_empty else {})
    match mark:
        case Coded():
            value: Schema = {"type": "string", "enum": mark.labels()}
            is_chosen = not info.is_required() and str(default) in mark.words
            return value | {"default": mark.label(default)} if is_chosen else value
        case FromList():
            if not mark.numbered and not _labels(mark.of, lists) and SWEEP not in mark.fixed:
                return {"type": "string"}
            labels = mark.labels(lists)
            value = {"type": "string", "enum": labels} if labels else {"type": "string", "description": _nothing(info)}
            first = localized(*mark.fixed[""]) if "" in mark.fixed else default
            return value | {"default": first} if first in labels else value
        case Day():
            return {"type": "string", "format": "date"}
    if info.annotation is date:
        return {"type": "string", "format": "date"}
    assert isinstance(info.annotation, type)
    value = {"type": next(name for kind, name in SIMPLE.items() if issubclass(info.annotation, kind))}
    return value if info.is_required() or default == "" else value | {"default": default}


def _shown_item(mark: Mark | None, lists: Lists) -> Schema:
    if isinstance(mark, PerNetworkConsent):
        pair = {
            "network": {"title": localized("Nätverk", "Network"), "type": "string", "enum": _labels("networks", lists)},
            "member": {
                "title": localized("Arrangör", "Organiser"),
                "type": "string",
                "enum": _labels("members", lists),
            },
        }
        return {"title": "", "type": "object", "properties": pair, "required": list(pair)}
    labels = mark.labels() if isinstance(mark, Coded) else mark.labels(lists) if isinstance(mark, FromList) else []
    return {"type": "string", "enum": labels} if labels else {"type": "string"}


def _labels(name: str, lists: Lists) -> list[str]:
    return list(lists[name].labels) if name in lists else []


def _nothing(info: FieldInfo) -> str:
    """What stands under a list that is empty."""
    empty = localized(
        "Just nu finns inget att välja; skriv numret.", "There is nothing to choose now; write its number."
    )
    return f"{info.description or ''} {empty}".strip()


def _more(mark: FromList, lists: Lists) -> bool:
    """Whether there is more than the list holds, or nothing in it at all: its number can be typed then."""
    return mark.of not in lists or lists[mark.of].more


def api_schema(kind: type[Form], lists: Lists) -> dict[str, Schema]:
    """What the API takes, by definition: the form's own codes and numbers, and what is shown for them."""
    schema = kind.model_json_schema(ref_template=DEFINITIONS)
    definitions: dict[str, Schema] = schema.pop("$defs", {})
    definitions[kind.__name__] = schema
    for form in _forms(kind):
        definition = definitions[form.__name__]
        required = set(definition.get("required", []))
        for name, info in form.model_fields.items():
            _loosen(definition["properties"], name, info)
            if isinstance(mark := mark_of(info), FromList) and mark.numbered and not mark.fixed:
                is_single = get_origin(info.annotation) is not list
                required |= {name} if is_single and not _more(mark, lists) else set()
        definition["required"] = sorted(required)
    return definitions


def _forms(kind: type[Form]) -> list[type[Form]]:
    """The form and those of its lines."""
    return [kind, *(line for info in kind.model_fields.values() if (line := line_of(info)))]


def _loosen(properties: dict[str, Schema], name: str, info: FieldInfo) -> None:
    """Let a property take what is shown for it besides its own codes."""
    own = properties[name]
    told = {key: own.pop(key) for key in ("title", "description", "position", "default") if key in own}
    is_list = get_origin(info.annotation) is list
    wider: list[Schema] = []
    match mark_of(info):
        case Coded() as mark:
            names = [word for pair in mark.words.values() for word in pair]
            wider = [{"enum": sorted({*mark.words, *names, *(word[:1].upper() + word[1:] for word in names)})}]
        case FromList(numbered=True) as mark:
            wider = [
                {"type": "string", "pattern": LABEL},
                {"enum": ["", *(w for pair in mark.fixed.values() for w in pair)]},
            ]
            properties[name + TYPED] = {"type": "integer"}
        case FromList(fixed=fixed) if fixed:
            wider = [{"enum": [word for pair in fixed.values() for word in pair]}]
        case Moment():
            properties[name + DAY] = properties[name + TIME] = {"type": "string"}
        case PerNetworkConsent():
            wider = [{"type": "object"}]
    if is_list and wider:
        own = {"type": "array", "items": {"anyOf": [own["items"], *wider]}}
    elif wider:
        own = {"anyOf": [own, *wider]}
    properties[name] = own | told
