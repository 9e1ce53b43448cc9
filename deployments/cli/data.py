"""What an office keeps: its database, what is loaded into it, a person's own data, and backups."""

import json as to_json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from deployments.cli.output import Json, day_of, prepare_prefect, show
from models.errors import UserError
from models.i18n import localized
from models.settings import settings

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.tables.person import Person


@Parameter(name="*")
@dataclass(frozen=True)
class WholeRegister:
    """Of a file of members.

    Parameters
    ----------
    complete
        The file is the whole member register: who is not in it has left the union.
    yes
        With --complete, also when more than a tenth of the register is gone.
    """

    complete: Annotated[bool, Parameter(negative=())] = False
    yes: Annotated[bool, Parameter(negative=())] = False


NOT_WHOLE = WholeRegister()


def upgrade(*, json: Json = False) -> None:
    """Bring the database to the newest version, and load reference data where it is missing."""
    from deployments.server.up import upgrade_database

    show({"version": upgrade_database()}, json)


def rekey(*, json: Json = False) -> None:
    """Seal everything personal again with the first key of LOTS_DATA_KEY; afterwards the others can be taken away."""
    from models.operation.rekey import rekey

    show(rekey(), json)


def import_(
    kind: str,
    file: Path,
    /,
    *,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    whole: WholeRegister = NOT_WHOLE,
    map: Path | None = None,
    signature: str = "",
    json: Json = False,
) -> None:
    """Load a file of a KIND (regions, municipalities, branches, staff, members, history), all or nothing.

    CSV as a spreadsheet saves it, or the first sheet of an .xlsx. Everything is checked before the first line is
    written, in short turns that let others write. Broken off in the middle (power, a full disk), it is finished by the
    same command.

    Parameters
    ----------
    dry_run
        Show what would change, and write nothing.
    map
        A TOML file that says which of the file's headings is which column.
    signature
        Of whoever lets networks of before in (history).
    """
    from datetime import UTC, datetime

    from deployments.cli.import_told import show_import
    from models.networks.history import import_history
    from models.reference.file_import import import_beside_others
    from models.reference.file_read import kind_of
    from models.reference.headings import AS_IT_IS, read_mapping
    from models.reference.problems import FileRefused
    from models.reference.register_import import How, import_members

    if whole != NOT_WHOLE and kind != "members":
        raise UserError(localized("--complete, --yes: bara för members", "--complete, --yes: for members only"))
    mapping = read_mapping(map, kind_of(kind)) if map else AS_IT_IS
    try:
        if kind == "history":
            outcome = import_history(file, mapping, signature, datetime.now(UTC), is_trial=dry_run)
        elif kind == "members":
            outcome = import_members(file, datetime.now(UTC), mapping, How(whole.complete, whole.yes, dry_run))
        else:
            outcome = import_beside_others(kind, file, mapping, is_trial=dry_run)
    except FileRefused as refused:
        if json:
            show(refused.document(), as_json=True)
        raise
    if not dry_run:
        _show_forms_if_served()
    show_import(outcome, json)


def _show_forms_if_served() -> None:
    """What was loaded can be chosen in the forms at once, where a server runs."""
    from deployments.server import processes
    from deployments.server.environment import answers, running_server

    api_url = os.environ.get("PREFECT_API_URL") or running_server(settings())
    if api_url and answers(f"{api_url}/health"):
        prepare_prefect()
        processes.show_forms_apart()


def export(kind: str, file: Path, /, *, json: Json = False) -> None:
    """Write a KIND to a .csv or .xlsx file that Excel opens: what is imported, and networks, meetings and mails.

    Only members and staff hold persons; their file is for its owner alone to read. What stands about one member:
    `lots person export`.
    """
    from datetime import UTC, datetime

    from models.dates.local_time import local
    from models.db.engine import reading
    from templates.rendering.files_out import TABLES, kind_of_file

    if kind not in TABLES:
        known = ", ".join(TABLES)
        raise UserError(f"KIND: {localized(f'{kind} är ingen av {known}', f'{kind} is not one of {known}')}")
    ending = kind_of_file(file.name)
    with reading() as session:
        table = TABLES[kind](session, settings().language, local(datetime.now(UTC)).date())
    _write_for_owner(file, table.as_file(ending))
    show({"file": str(file), "rows": len(table.rows)}, json)


def _write_for_owner(file: Path, content: bytes) -> None:
    """What is there already keeps whoever may read it now."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)


def export_person(member_number: str, /) -> None:
    """Print all that is stored about the person with this member number, as one JSON document."""
    from models.db.engine import reading
    from models.views.my_data import stored_about

    with reading() as session:
        print(to_json.dumps(stored_about(session, _person(session, member_number)), ensure_ascii=False, indent=2))


def erase(member_number: str, /, *, json: Json = False) -> None:
    """Forget the person with this member number for good, at once; counts and networks stay."""
    from datetime import UTC, datetime

    from models.db.engine import transaction
    from models.privacy import erasure

    with transaction() as session:
        erasure.erase(session, _person(session, member_number), erasure.by_erasure(datetime.now(UTC)))
    show({"erased": 1}, json)


def _person(session: "Session", member_number: str) -> "Person":
    from models.people.person import known_by_number

    found = known_by_number(session, member_number)
    if found is None:
        raise UserError("MEMBER_NUMBER: nobody with this number is stored here; see that no figure is missing")
    return found


def simulate(*, networks: int, months: int, until: str, seed: int, json: Json = False) -> None:
    """Fill an empty database with a made-up, repeatable history of MONTHS ending at a date; nobody is mailed."""
    from deployments.server.up import upgrade_database
    from deployments.simulation.world import simulate

    day = day_of("--until", until)
    for name, number, most in (("--networks", networks, 100_000), ("--months", months, 240)):
        if not 1 <= number <= most:
            raise UserError(f"{name}: write a number from 1 to {most}")
    upgrade_database()
    show(simulate(networks, months, day, seed), json)


def backup(file: Path, /, *, json: Json = False) -> None:
    """Write all that the office keeps to one file, sealed with LOTS_BACKUP_KEY, while everything runs."""
    from deployments.cli.backup import back_up

    show(back_up(settings(), file), json)


def restore(file: Path, /, *, verify: Annotated[bool, Parameter(negative=())] = False, json: Json = False) -> None:
    """Fill an empty LOTS_HOME from a backup, all or nothing; with --verify only look through all of the file."""
    from deployments.cli.backup import bring_back, look_through

    show((look_through if verify else bring_back)(file), json)
