"""Where on a form each sentence about it belongs: under the field that it names, in the words of its title."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from models.forms.kit.base import Form, line_of
from models.forms.kit.fields import DAY, TYPED, Coded, FromList, Hidden, Moment, mark_of
from models.i18n import localized

Path = tuple[str | int, ...]
"""A field as the form shows it; of a list its place in it and the line's own field."""
Placed = tuple[Path, str]

A_NUMBER = ("int_", "float_", "finite_number", "decimal_")
A_DAY = ("date_", "datetime_")


def placed(form: Form, sentences: Sequence[str]) -> list[Placed]:
    """Each sentence with its place."""
    return [(_line_of(form, told) or (shown(type(form), _field_of(type(form), told)),), told) for told in sentences]


def shown(kind: type[Form], name: str) -> str:
    """What a field is called where it is shown: a moment's day is a field of its own."""
    return name + DAY if isinstance(mark_of(kind.model_fields[name]), Moment) else name


def _field_of(kind: type[Form], sentence: str) -> str:
    """The field whose title the sentence begins with, or the beginning of it; else the first that is shown.

    A sentence that a stage says in other words than the form's is known by `called`.
    """
    quoted = sentence.startswith("«")
    named = (sentence[1:].partition("»") if quoted else sentence.partition(":"))[0].casefold().strip()
    titles = {
        name: (info.title or name).casefold()
        for name, info in kind.model_fields.items()
        if not isinstance(mark_of(info), Hidden)
    }
    exact = [name for name, title in titles.items() if named == title]
    called = {name: [localized(*one).casefold().strip() for one in words] for name, words in kind.called.items()}
    other = [name for name, words in called.items() if any(map(named.startswith, words))]
    begun = [name for name, title in titles.items() if title.startswith(named) or named.startswith(title)]
    return next(iter([*exact, *other, *begun, *titles]))


def _line_of(form: Form, sentence: str) -> Path | None:
    """The line of a list that a sentence is about, at the field whose title it says, else at the line's first."""
    for name, place, line in _lines(form):
        if line.named and sentence.startswith(line.named):
            said, fields = sentence.removeprefix(line.named).casefold(), type(line).model_fields
            titled = (one for one, info in fields.items() if info.title and info.title.casefold() in said)
            return name, place, next(titled, next(iter(fields)))
    return None


def _lines(form: Form) -> Iterator[tuple[str, int, Form]]:
    for name, info in type(form).model_fields.items():
        if line_of(info):
            for place, line in enumerate(getattr(form, name)):
                yield name, place, line


def unreadable(kind: type[Form], error: ValidationError, given: object) -> list[Placed]:
    """What cannot be read as the form's own fields, or was not chosen, a sentence each; none for what is no field."""
    found: list[Placed] = []
    for one in error.errors(include_url=False, include_input=False):
        if told := _sentence(kind, one["loc"], one["type"], one.get("ctx", {}).get("max_length")):
            found.append(told)
    return list(dict(found + _unchosen(kind, given)).items())


def _unchosen(kind: type[Form], given: object) -> list[Placed]:
    """The drop-downs of networks and requests in which nothing is chosen, and nothing is no choice."""
    filled = given if isinstance(given, dict) else {}
    return [
        ((name,), localized(f"{info.title}: välj i listan.", f"{info.title}: choose from the list."))
        for name, info in kind.model_fields.items()
        if isinstance(mark := mark_of(info), FromList)
        and mark.numbered
        and not mark.fixed
        and info.default == 0
        and not (filled.get(name) or filled.get(name + TYPED))
    ]


def _sentence(kind: type[Form], where: Path, why: str, most: int | None) -> Placed | None:
    name, *rest = where
    info = kind.model_fields.get(str(name))
    if info is None:
        return None
    line = line_of(info)
    if line and len(rest) > 1:
        inner = _sentence(line, tuple(rest[1:]), why, most)
        return inner and ((str(name), rest[0], *inner[0]), inner[1])
    if isinstance(mark_of(info), Coded | FromList):
        what = ("välj i listan", "choose from the list")
    elif why.startswith(A_NUMBER):
        what = ("skriv ett tal", "write a number")
    elif why.startswith(A_DAY) or "date" in str(info.annotation):
        what = ("välj dagen", "choose the day")
    elif most:
        what = (f"korta till högst {most} tecken", f"shorten to {most} characters")
    elif why == "missing":
        what = ("fyll i det", "fill it in")
    else:
        what = ("rätta det", "correct it")
    told = localized(f"{info.title}: {what[0]}.", f"{info.title}: {what[1]}.")
    return (shown(kind, str(name)),), told
