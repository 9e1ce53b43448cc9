"""One line of `lots doctor`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One thing looked at: what was found, and what to do when it is not in order, or could be better."""

    name: str
    ok: bool
    what: str
    do: str = ""
