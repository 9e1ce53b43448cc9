"""The member register is taken in by itself, from a file, a folder or an https address (domain.md section 10)."""

import asyncio
from datetime import datetime

from models.db.engine import reading, transaction
from models.errors import LotsError
from models.reference.member_register import newest_import
from models.reference.problems import FileRefused
from models.reference.register_import import How, hash_of, import_members
from models.settings import settings
from models.stages.member_register import tell_office
from tasks.register_source import register_file
from tasks.runtime.step import step


def is_wanted() -> bool:
    """Whether the office has said where its register is."""
    return bool(settings().register_from)


@step("Läs in medlemsregistret", "Take in the member register")
async def take_in(at: datetime) -> dict[str, int]:
    """How many members were read, are new, changed, the same and gone; nothing where the file is that of the last time.

    Raises UserError for what is wrong in the file, and RegisterUnavailable when there is none; the office is told by
    mail, and the register of the last time counts.
    """
    try:
        return await asyncio.to_thread(_take_in, at)
    except LotsError as error:
        first = FileRefused(error.file, error.problems[:1]) if isinstance(error, FileRefused) else error
        with transaction() as session:
            tell_office(session, str(first), at)
        raise


def _take_in(at: datetime) -> dict[str, int]:
    how = How(complete=settings().register_complete)
    with register_file(settings()) as file:
        with reading() as session:
            newest = newest_import(session)
        if newest and newest.file_hash == hash_of(file, how):
            return {}
        told = import_members(file, at, how=how)
    return {**told.numbers, "gone": 0, **told.beside}
