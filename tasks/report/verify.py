"""Whether a folder holds a congress report as it was made, and what differs (domain.md section 11)."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.errors import UserError
from models.i18n import localized
from models.views.congress.frozen import freeze, sha256, thaw
from models.views.congress.report import Report
from tasks.report.folder import (
    FROZEN,
    MANIFEST,
    Manifest,
    as_bytes,
    files_of,
    hash_of,
    made_by,
    manifest_of,
    read_manifest,
)

Against = Literal["manifest", "database"]


@dataclass(frozen=True)
class Difference:
    """A file that is not as it should be: by what, and how."""

    file: str
    against: Against
    what: Literal["missing", "changed", "added", "unreadable", "other_report"]


def manifest_to_verify(folder: Path) -> Manifest | None:
    """The folder's manifest, None when it is not one. Raises UserError when there is no report at all."""
    if not folder.is_dir():
        raise UserError(localized(f"{folder}: mappen finns inte.", f"{folder}: there is no such folder."))
    if not any(folder.iterdir()):
        raise UserError(localized(f"{folder}: mappen är tom.", f"{folder}: the folder is empty."))
    return read_manifest(folder)


def differences(
    folder: Path, manifest: Manifest | None, frozen: Report | None, written: Collection[str]
) -> list[Difference]:
    """What differs from the manifest, and from what the database froze for its cut-off (None: it has nothing).

    What another version drew is not drawn again: then its manifest is one of those that the database has `written`.
    """
    if manifest is None:
        is_there = (folder / MANIFEST).exists()
        return [Difference(MANIFEST, "manifest", "unreadable" if is_there else "missing")]
    there = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*") if not one.is_dir()}
    there.pop(MANIFEST)
    found = _compare(there, manifest["files"], "manifest")
    if manifest["files"].get(FROZEN) != manifest["report"] or not _is_about(manifest, folder / FROZEN):
        found.append(Difference(MANIFEST, "manifest", "changed"))
    if frozen is None:
        return found
    if manifest["report"] != sha256(freeze(frozen)):
        return [*found, Difference(FROZEN, "database", "other_report")]
    if manifest["made_by"] == made_by():
        drawn = files_of(frozen)
        again = manifest_of(frozen, drawn)
        found += _compare(there, again["files"], "database")
        is_known = as_bytes(again) == (folder / MANIFEST).read_bytes()
    else:
        is_known = hash_of((folder / MANIFEST).read_bytes()) in written
    return found if is_known else [*found, Difference(MANIFEST, "database", "changed")]


def _is_about(manifest: Manifest, frozen: Path) -> bool:
    """Whether the manifest says of the figures what they say themselves; of figures that cannot be read, their hash
    tells.
    """
    try:
        report = thaw(frozen.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    told = manifest["cutoff"], manifest["model_version"], manifest["data"]
    return told == (report.cutoff.isoformat(), report.model_version, report.data_sha256)


def _compare(there: dict[str, Path], hashes: dict[str, str], against: Against) -> list[Difference]:
    found = [Difference(name, against, "added") for name in sorted(set(there) - set(hashes))]
    for name, expected in sorted(hashes.items()):
        if name not in there:
            found.append(Difference(name, against, "missing"))
        elif hash_of(there[name].read_bytes()) != expected:
            found.append(Difference(name, against, "changed"))
    return found
