"""What every form has in common: lenient in type and strict in `problems`.

A form must be able to stand with its personal fields emptied (that is how a flow run keeps it, domain.md section 10),
so what is required is checked by the flow's first step and not by the type. Fields marked PERSONAL hold free text or a
member number.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic.fields import FieldInfo

from models.dates.local_time import local, to_utc
from models.errors import UserError
from models.forms.kit.fields import Coded, Day, FromList, Moment, mark_of, read_choices
from models.i18n import localized
from models.text import NAME_SIGNS, is_name, without_unseen

MARK = "personal"
# Who is meant, by code: a name typed here would stay in Prefect, so Prefect refuses it before it is stored.
MEMBER = "^([mM][0-9]{1,3})$"
CARRIER = "^([mM][0-9]{1,3}|office)?$"
SIGNATURE = "^[A-Za-zÅÄÖåäö]{2,5}$"
NOBODY = {"": ("Ingen", "Nobody")}
Signature = Annotated[str, FromList("signatures")]
SignatureOrNone = Annotated[str, FromList("signatures", fixed=NOBODY)]
Member = Annotated[str, FromList("members")]
MemberOrNone = Annotated[str, FromList("members", fixed=NOBODY)]
Code = Annotated[str, StringConstraints(pattern=MEMBER), FromList("members")]
Place = Annotated[str, FromList("municipalities")]
NetworkNumber = Annotated[int, FromList("networks", numbered=True)]
DayText = Annotated[str, Day()]
MomentText = Annotated[str, Moment()]
Reads = Mapping[str, Mapping[Any, Collection[str]]]
Called = Mapping[str, Collection[tuple[str, str]]]
YOUR_SIGNATURE = ("Din signatur", "Your signature")
NOTHING_CHOSEN = ("inget valt", "nothing chosen")


def field(position: int, title: tuple[str, str], help: tuple[str, str] = ("", ""), *, personal: bool = False) -> Any:
    """Where a field stands, what it is called and what is said under it, in the office's language."""
    extra: dict[str, object] = {"position": position}
    if personal:
        extra[MARK] = True
    return {"title": localized(*title), "description": localized(*help), "json_schema_extra": extra}


class Form(BaseModel):
    """A form with personal fields that can be redacted, filled in with words or with codes."""

    model_config = ConfigDict(extra="forbid")
    heading: ClassVar[tuple[str, str]] = ("Formulär", "Form")
    reads: ClassVar[Reads] = {}
    """Of each field that is a choice: the fields that go with what can be chosen. What it does not name always goes."""
    called: ClassVar[Called] = {}
    """How sentences about a field begin that do not begin with its title."""

    @model_validator(mode="before")
    @classmethod
    def _as_it_was_shown(cls, given: object) -> object:
        return read_choices(cls.model_fields, visible_text(given)) if isinstance(given, dict) else given

    @property
    def subject(self) -> str:
        """What a run with this form is about, for its name: a number, never a person or a word of theirs."""
        number = getattr(self, "network_number", 0)
        return localized(f"nätverk #{number}", f"network #{number}")

    @property
    def named(self) -> str:
        """How sentences about this line of a form begin; empty for a form."""
        return ""

    @property
    def is_sweep(self) -> bool:
        """Whether this form, as filled in, is the stage's scheduled sweep and nothing that a person told."""
        return False

    def misplaced(self) -> list[str]:
        """What is wrong with fields that are filled in and do not go with what is chosen, so that nothing is lost."""
        found = []
        for choice, with_each in type(self).reads.items():
            chosen = getattr(self, choice)
            if chosen in with_each:
                other = {name for names in with_each.values() for name in names}.difference(with_each[chosen])
                found += self.unread(other, label_of(type(self).model_fields[choice], chosen))
        return found

    def unread(self, names: Collection[str], choice: str) -> list[str]:
        """What is wrong when any of these fields is filled in, which nothing reads with the `choice` made: a sentence
        for all. What stands in them as the form opens counts as empty.
        """
        fields = type(self).model_fields
        given = {name: value for name, value in self.model_dump(exclude_defaults=True).items() if name in names}
        filled = [fields[name] for name, value in given.items() if not isinstance(value, str) or value.strip()]
        told = ", ".join(f"«{info.title}»" for info in filled)
        it = (
            localized("Töm det", "Empty it")
            if not any(info.default for info in filled)
            else localized("Ändra tillbaka", "Undo it")
        )
        sentence = localized(
            f"{told}: hör inte till valet «{choice}». {it}, eller ändra valet.",
            f"{told}: does not go with the choice “{choice}”. {it}, or change the choice.",
        )
        return [sentence] if filled else []

    @classmethod
    def redacted(cls, typed: Mapping[str, object], *, was_kept: bool = True) -> dict[str, Any]:
        """The form as it was filled in, in words or codes, without free text and member numbers: what a run may keep.

        What staff chose stands on the run's page as they did. Of a form that was never kept nobody knows what stands
        where: its lists, and what is none of its fields, go too.
        """
        left: dict[str, object] = {}
        for name, value in typed.items():
            info = cls.model_fields.get(name)
            extra = info.json_schema_extra if info else None
            line = line_of(info) if info else None
            if isinstance(extra, dict) and extra.get(MARK):
                left[name] = [] if isinstance(value, list) else ""
            elif not was_kept and (info is None or isinstance(value, list)):
                left |= {name: []} if info else {}
            elif line and isinstance(value, list):
                left[name] = [line.redacted(one) for one in value]
            else:
                left[name] = value
        return left

    def problems(self, today: date) -> list[str]:
        """What must be changed before the form can be worked with, a sentence each. `today` is the local date."""
        return []

    def all_problems(self, today: date) -> list[str]:
        """`problems`, and what is `misplaced`."""
        return self.problems(today) + self.misplaced()

    def check(self, today: date) -> None:
        """Raises UserError with every problem; each names its field and says what to do."""
        if found := self.all_problems(today):
            raise UserError(" ".join(found))


def visible_text(given: object) -> Any:
    """What was filled in, without signs that nobody sees."""
    match given:
        case str():
            return without_unseen(given) if type(given) is str else given
        case dict():
            return {name: visible_text(value) for name, value in given.items()}
        case list():
            return [visible_text(one) for one in given]
    return given


def name_problem(text: str, field: tuple[str, str]) -> list[str]:
    """What is wrong with the name of a place, a person or a company (domain.md section 13)."""
    if is_name(text):
        return []
    return [
        localized(
            f"{field[0]}: skriv bara bokstäver, siffror, blanksteg och {NAME_SIGNS}, och ingen webb- eller mejladress.",
            f"{field[1]}: write letters, digits, blanks and {NAME_SIGNS} only, and no web or mail address.",
        )
    ]


def label_of(info: FieldInfo, chosen: object) -> str:
    """What staff see that they chose in a field."""
    mark = mark_of(info)
    if isinstance(mark, Coded):
        return mark.label(chosen)
    return f"{info.title} {localized('Ja', 'Yes') if chosen else localized('Nej', 'No')}"


def line_of(info: FieldInfo) -> type[Form] | None:
    """The form that each item of a list field is, if it is one."""
    [item] = get_args(info.annotation) if get_origin(info.annotation) is list else [None]
    return item if isinstance(item, type) and issubclass(item, Form) else None


def unchosen(number: int, field: tuple[str, str]) -> list[str]:
    """What is wrong when nothing was chosen in a drop-down of requests or networks."""
    return [] if number > 0 else [localized(f"{field[0]}: välj i listan.", f"{field[1]}: choose from the list.")]


def parse_day(text: str, field: str) -> date | None:
    """A date as people write it in a form (2027-03-02), None when empty. Raises UserError naming the field."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise UserError(
            localized(f"{field}: skriv datumet som 2027-03-02.", f"{field}: write the date as 2027-03-02.")
        ) from None


def parse_local(text: str, field: str) -> datetime | None:
    """A local time (2027-03-02 17:30) as a moment, None when empty. Raises UserError naming the field.

    A time that does not exist or comes twice on the nights clocks change is refused (domain.md section 12).
    """
    if not text.strip():
        return None
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H.%M"):
        try:
            return to_utc(datetime.strptime(text.strip(), form))
        except ValueError:
            continue
        except UserError:
            raise UserError(
                localized(
                    f"{field}: {text.strip()} finns inte eller kommer två gånger den natten. Välj en annan.",
                    f"{field}: {text.strip()} does not exist or comes twice, as clocks change. Choose another.",
                )
            ) from None
        except OverflowError:
            break
    raise UserError(
        localized(f"{field}: skriv tiden som 2027-03-02 17:30.", f"{field}: write the time as 2027-03-02 17:30.")
    )


def day_problem(
    parse: Callable[[str, str], date | None], text: str, field: str, today: date, *, ahead: bool
) -> list[str]:
    """What is wrong with a day or time in a form: not readable, not yet come, or (with `ahead`) already past."""
    try:
        found = parse(text, field)
    except UserError as error:
        return [str(error)]
    day = local(found).date() if isinstance(found, datetime) else found
    if day and ahead and day < today:
        return [localized(f"{field}: har redan varit. Ange en kommande.", f"{field}: has passed. Give one to come.")]
    if day and not ahead and day > today:
        return [localized(f"{field}: dagen har inte varit än.", f"{field}: that day has not come yet.")]
    return []
