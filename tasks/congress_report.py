"""The congress report is frozen, written as files, shown, and told of."""

from datetime import date, datetime
from typing import Any

from models.dates.local_time import local
from models.db.engine import reading, transaction
from models.errors import StepFailed
from models.forms.congress_report import CongressReportForm
from models.i18n import localized
from models.settings import settings
from models.stages import congress_report
from models.views.congress.frozen import freeze as freeze_text
from models.views.congress.frozen import sha256
from models.views.congress.report import Report
from tasks.report.folder import as_bytes, hash_of, write_folder
from tasks.runtime.step import step
from tasks.staff_ui.form_links import find_forms
from tasks.staff_ui.kept_artifacts import KeptPage, keep_pages
from templates.rendering.report.files_out import outlook_page, report_page

PAGE = "congress-report"
OUTLOOK = "outlook"


@step("Frys läget och räkna", "Freeze how things stood, and count")
async def freeze(form: CongressReportForm, at: datetime) -> dict[str, Any]:
    """The cut-off, how many tables there are, and how many cells say something else than in the last report."""
    today = local(at).date()
    with reading() as session:
        report = congress_report.count_report(session, form.cutoff_day(today), today)
    with transaction() as session:  # counting takes seconds, and nobody else is held up by it
        report = congress_report.keep(session, report, at)
    return {
        "cutoff": report.cutoff.isoformat(),
        "tables": len(report.tables),
        "changes": len(report.changes.cells),
        "report": sha256(freeze_text(report)),
    }


@step("Skriv rapportens filer", "Write the report's files")
async def write(cutoff: str) -> dict[str, Any]:
    """How many files there are in the report's folder, and the hash of its manifest."""
    manifest = write_folder(_frozen(cutoff), settings().home / folder_of(cutoff))
    known_by = hash_of(as_bytes(manifest))
    with transaction() as session:
        congress_report.remember_written(session, date.fromisoformat(cutoff), known_by)
    return {"files": len(manifest["files"]) + 1, "manifest": known_by}


@step("Visa rapporten", "Show the report")
async def show(cutoff: str) -> str:
    """Put it into the UI in the place of the last one. Returns the page's address there."""
    report, language = _frozen(cutoff), settings().language
    about = localized(f"Kongressrapport per {cutoff}", f"Congress report as of {cutoff}")
    ahead = localized(f"Utsikt från {cutoff}", f"Outlook from {cutoff}")
    pages = [
        KeptPage(PAGE, about, report_page(report, language)),
        KeptPage(OUTLOOK, ahead, outlook_page(report, language)),
    ]
    places = await keep_pages(pages)
    return f"/artifacts/artifact/{places[PAGE]}"


@step("Meddela den som bad om den", "Tell whoever asked for it")
async def tell(form: CongressReportForm, cutoff: str, page: str, at: datetime) -> int:
    """How many are mailed that it is ready."""
    found = await find_forms()
    link = f"{found.ui_url}{page}" if found.ui_url else ""
    told = {"cutoff": cutoff, "link": link, "folder": folder_of(cutoff)}
    with transaction() as session:
        return congress_report.tell(session, form, told, at)


def folder_of(cutoff: str) -> str:
    """Where its files are, under LOTS_HOME."""
    return f"reports/{cutoff}"


def _frozen(cutoff: str) -> Report:
    with reading() as session:
        report = congress_report.frozen_report(session, date.fromisoformat(cutoff))
    if report is None:
        raise StepFailed(
            localized(f"Det finns ingen fryst rapport per {cutoff}.", f"There is no frozen report as of {cutoff}.")
        )
    return report
