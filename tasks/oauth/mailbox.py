"""Whose mail a token is for, and how staff call what they would have to correct."""

from typing import NamedTuple


class Mailbox(NamedTuple):
    """A mailbox to be let into. `username_in`, `auth_in`: its settings by name, such as LOTS_SMTP_USERNAME."""

    address: str
    username_in: str
    auth_in: str
