"""A congress report's folder: its files, and a manifest by which each of their bytes is known.

Nothing in it says when or where it was made: the same frozen report gives the same folder.
"""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypedDict

from models.errors import UserError
from models.i18n import Language, localized
from models.views.congress.frozen import freeze, sha256
from models.views.congress.report import Report
from templates.rendering.report.files_out import report_files

MANIFEST: Final = "manifest.json"
FROZEN: Final = "report.json"


class Manifest(TypedDict):
    """What the manifest says. `report`: the hash of what is frozen; `data`: of the facts it was counted from."""

    cutoff: str
    model_version: str
    made_by: str
    report: str
    data: str
    files: dict[str, str]


def files_of(report: Report) -> dict[str, bytes]:
    """Every file of the report but the manifest: name → bytes."""
    files = {FROZEN: freeze(report).encode()}
    for language in Language:
        files |= report_files(report, language)
    return files


def manifest_of(report: Report, files: dict[str, bytes]) -> Manifest:
    """The manifest of these files."""
    return Manifest(
        cutoff=report.cutoff.isoformat(),
        model_version=report.model_version,
        made_by=made_by(),
        report=sha256(freeze(report)),
        data=report.data_sha256,
        files={name: hash_of(content) for name, content in sorted(files.items())},
    )


def made_by() -> str:
    """The version that draws the files: another may draw them otherwise."""
    return f"natverkslots {version('natverkslots')}"


def hash_of(content: bytes) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


def write_folder(report: Report, folder: Path) -> Manifest:
    """Write the report into a folder that is new, empty, or holds a report already: then over it.

    The manifest comes last: a folder without one is not whole. Raises UserError when something else is there.
    """
    files = files_of(report)
    manifest = manifest_of(report, files)
    _make_room(folder)
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    (folder / MANIFEST).write_bytes(as_bytes(manifest))
    return manifest


def as_bytes(manifest: Manifest) -> bytes:
    """The manifest as it is written."""
    return (json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a report in this folder, None when there is none of ours."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
        whole = all(isinstance(found[name], str) for name in Manifest.__annotations__ if name != "files")
        return found if whole and all(isinstance(one, str) for one in found["files"].values()) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _make_room(folder: Path) -> None:
    """Take away what the manifest there names, and nothing else: what is somebody's is refused before."""
    if folder.exists() and not folder.is_dir():
        raise UserError(localized(f"{folder}: är en fil. Ange en mapp.", f"{folder}: is a file. Give a folder."))
    there = [one for one in sorted(folder.rglob("*")) if not one.is_dir()] if folder.is_dir() else []
    manifest = read_manifest(folder)
    ours = {MANIFEST, *manifest["files"]} if manifest else set()
    for one in there:
        if (name := one.relative_to(folder).as_posix()) not in ours:
            raise UserError(
                localized(
                    f"{folder}: mappen innehåller annat än en kongressrapport ({name}). Ange en tom.",
                    f"{folder}: the folder holds something else than a congress report ({name}). Give an empty one.",
                )
            )
    for one in there:
        one.unlink()
    folder.mkdir(parents=True, exist_ok=True)
