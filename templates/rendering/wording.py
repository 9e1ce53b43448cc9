"""Sentences by name, from files of words that the office can edit: one file a language, the same names in each."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


class Wording:
    """The sentences of one language by name: `words("check_in.title", place="Boden")`."""

    def __init__(self, language: str, folders: Iterable[Path]) -> None:
        self.language = language
        self.sentences: dict[str, str] = {}
        for folder in folders:
            told = tomllib.loads((folder / f"words.{language}.toml").read_text(encoding="utf-8"))
            self.sentences |= dict(_flat(told, ""))

    def __call__(self, name: str, /, **values: object) -> str:
        """The sentence with its values filled in. Raises KeyError when it, or one of its values, is missing."""
        return self.sentences[name].format_map(values)


def _flat(told: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        if isinstance(value, str):
            yield above + name, value
        else:
            yield from _flat(value, f"{above}{name}.")
