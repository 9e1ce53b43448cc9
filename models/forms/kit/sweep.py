"""A form that is about one network or request, or starts the stage's sweep over all of them."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from models.forms.kit.base import NOTHING_CHOSEN, Form, field
from models.forms.kit.fields import Hidden
from models.i18n import localized
from models.vocabulary import Words, code_of

SWEEP = "sweep"


class SweepForm(Form):
    """A form whose `chooser` offers the sweep in words, among what else it can be about.

    As it opens nothing is chosen, and it is refused: only the schedule, or who chooses it, starts the sweep.
    """

    chooser: ClassVar[str]
    sweep_choice: ClassVar[Words]
    sweep_subject: ClassVar[tuple[str, str]]

    sweep: Annotated[bool, Hidden()] = Field(False, **field(0, ("Kör för alla nu", "Run for all now")))

    @model_validator(mode="before")
    @classmethod
    def _sweep_out_of_its_words(cls, given: Any) -> object:
        chosen = given.get(cls.chooser) if isinstance(given, dict) else None
        if not isinstance(chosen, str) or code_of(cls.sweep_choice, chosen) != SWEEP:
            return given
        return {name: value for name, value in given.items() if name != cls.chooser} | {"sweep": True}

    @property
    def is_sweep(self) -> bool:
        """Whether the sweep was chosen, in words or by the schedule."""
        return self.sweep

    @property
    def subject(self) -> str:
        """The network or request, or that nothing was chosen."""
        if self.sweep:
            return localized(*self.sweep_subject)
        return super().subject if getattr(self, self.chooser) else localized(*NOTHING_CHOSEN)

    def choice_problems(self) -> list[str]:
        """What is wrong when nothing is chosen."""
        if self.sweep or getattr(self, self.chooser):
            return []
        title = (type(self).model_fields[self.chooser].title or "").rstrip("?")
        words = localized(*self.sweep_choice[SWEEP])
        return [localized(f"{title}: välj i listan, eller «{words}».", f"{title}: choose from the list, or “{words}”.")]

    def misplaced(self) -> list[str]:
        """With the sweep goes nothing that is about one."""
        if not self.sweep:
            return super().misplaced()
        about_one = set(type(self).model_fields) - {"sweep", "signature"}
        return self.unread(about_one, localized(*self.sweep_choice[SWEEP]))


def sweep_choice(swedish: str, english: str) -> Words:
    """What the sweep is called where it is chosen."""
    return {SWEEP: (swedish, english)}
