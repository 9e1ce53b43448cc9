"""The congress report: its folder made, and verified."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from deployments.cli.output import Json, day_of, show
from models.errors import UserError
from models.i18n import localized

if TYPE_CHECKING:
    from models.views.congress.report import Report
    from tasks.report.verify import Difference

WHAT = {
    "missing": ("saknas", "is missing"),
    "changed": ("är ändrad", "was changed"),
    "added": ("hör inte till rapporten", "is no part of the report"),
    "unreadable": ("går inte att läsa", "cannot be read"),
    "other_report": ("är en annan rapport än den som frystes", "is another report than the one that was frozen"),
}
AGAINST = {"manifest": ("enligt manifestet", "by the manifest"), "database": ("enligt databasen", "by the database")}


def congress(*, cutoff: str, out: Path, json: Json = False) -> None:
    """Freeze the congress report of a day (or take it as it was frozen) and write its folder."""
    from models.dates.local_time import local
    from models.db.engine import transaction
    from models.stages import congress_report
    from tasks.report.folder import as_bytes, hash_of, write_folder

    day = day_of("--cutoff", cutoff)
    at = datetime.now(UTC)
    report = _frozen_now(day, _today(local(at).date(), day), at)
    manifest = write_folder(report, out)
    known_by = hash_of(as_bytes(manifest))
    with transaction() as session:
        congress_report.remember_written(session, day, known_by)
    show(
        {
            "cutoff": day,
            "folder": out,
            "files": len(manifest["files"]) + 1,
            "report": manifest["report"],
            "manifest": known_by,
        },
        json,
    )


def _today(today: date, cutoff: date) -> date:
    """In a history that is made up, the day of the cut-off has come when it is asked for."""
    from models.db.engine import reading
    from models.db.trial import is_trial
    from models.settings import settings

    with reading() as session:
        return max(today, cutoff) if settings().trial or is_trial(session) else today


def _frozen_now(cutoff: date, today: date, at: datetime) -> "Report":
    from models.db.engine import reading, transaction
    from models.operation.upgrade import check_version
    from models.stages import congress_report

    with reading() as session:
        check_version(session)
        report = congress_report.count_report(session, cutoff, today)
    with transaction() as session:
        return congress_report.keep(session, report, at)


def verify(folder: Annotated[Path, Parameter(name="DIR")], /, *, json: Json = False) -> None:
    """Whether these are the bytes of the report that was made, and what differs; exit 1 when something does."""
    from tasks.report.folder import made_by
    from tasks.report.verify import differences, manifest_to_verify

    manifest = manifest_to_verify(folder)
    frozen, written, changed = _frozen_then(manifest["cutoff"]) if manifest else (None, [], "")
    found = differences(folder, manifest, frozen, written)
    facts = _facts_are_those(frozen) if frozen and manifest and manifest["made_by"] == made_by() else None
    document: dict[str, Any] = {
        "ok": not found and not changed,
        "cutoff": manifest and manifest["cutoff"],
        "in_database": frozen is not None,
        "database": changed or None,
        "same_facts": facts,
        "differs": [{"file": one.file, "against": one.against, "what": one.what} for one in found],
    }
    if json:
        show(document, as_json=True)
    else:
        _tell(document, found)
    if not document["ok"]:
        raise SystemExit(1)


def _frozen_then(cutoff: str) -> tuple["Report | None", list[str], str]:
    """What is frozen for that cut-off and was written of it, or why what is frozen there cannot be trusted."""
    from models.db.engine import reading
    from models.errors import ReportChanged
    from models.stages import congress_report

    try:
        with reading() as session:
            day = date.fromisoformat(cutoff)
            congress_report.check_frozen(session)
            written = congress_report.written_manifests(session, day)
            return congress_report.frozen_report(session, day), written, ""
    except ReportChanged as error:
        return None, [], str(error)
    except ValueError:
        raise UserError(f"manifest.json: cutoff: {cutoff!r} is no day") from None


def _facts_are_those(report: "Report") -> bool:
    from models.db.engine import reading
    from models.stages import congress_report

    with reading() as session:
        return congress_report.is_counted_from_these(session, report)


def _tell(document: dict[str, Any], found: "list[Difference]") -> None:
    for one in found:
        print(f"{one.file}: {localized(*WHAT[one.what])} ({localized(*AGAINST[one.against])})")
    if document["database"]:
        print(document["database"])
    if document["same_facts"] is False:
        print(
            localized(
                "Databasens uppgifter från före den dagen är inte de som rapporten räknades på: de har ändrats förbi "
                "systemet, eller så har regioner, kommuner eller förhandlare lästs in på nytt. Det som frystes gäller.",
                "The database's facts of before that day are not those that the report was counted from: they were "
                "changed past the system, or regions, municipalities or negotiators were read in anew. What was frozen "
                "holds.",
            )
        )
    if document["ok"]:
        print(localized("Varje byte är som den skrevs.", "Every byte is as it was written."))
        if not document["in_database"]:
            print(
                localized(
                    "Databasen här har ingen rapport för den dagen: mappen är jämförd med sitt manifest.",
                    "The database here has no report of that day: the folder was compared with its manifest.",
                )
            )
