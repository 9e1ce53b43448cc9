"""How a congress report is frozen, found again, and told of (domain.md section 11).

It is made once a cut-off: whoever asks again gets what was frozen, and what was told since changes none of it. Each new
report says what has changed since the last one.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from models.dates.local_time import local
from models.errors import ReportChanged, UserError
from models.forms.congress_report import CUTOFF, CongressReportForm
from models.forms.kit.base import YOUR_SIGNATURE, Form
from models.i18n import localized
from models.mail.queue import QueuedMail, enqueue
from models.office.staff import by_signature
from models.tables.congress_report import CongressReport
from models.tables.mail import Template
from models.tables.office import Staff, StaffRole
from models.views.congress.facts.reading import known_facts
from models.views.congress.figures import count
from models.views.congress.frozen import freeze, sha256, sha256_of, thaw
from models.views.congress.report import Report


def check_report(session: Session, form: Form) -> None:
    """What only the database can tell about the form. Raises UserError that names the field."""
    assert isinstance(form, CongressReportForm)
    by_signature(session, form.signature, localized(*YOUR_SIGNATURE))


def check_cutoff(cutoff: date, today: date, field: str) -> None:
    """Raises UserError when the day has not come: what will be told before it is not known yet."""
    if cutoff > today:
        raise UserError(
            localized(
                f"{field}: {cutoff} har inte varit än. Ange en dag senast {today}.",
                f"{field}: {cutoff} has not come yet. Give a day up to {today}.",
            )
        )


def frozen_report(session: Session, cutoff: date) -> Report | None:
    """The report of that cut-off as it was frozen, None when there is none. Raises ReportChanged when it is not what
    its hash says.
    """
    row = _row(session, cutoff)
    return _thawed(row) if row else None


def check_frozen(session: Session) -> None:
    """Raises ReportChanged when any report that was frozen is not what its hash, or its row, says."""
    rows: list[CongressReport] = list(session.exec(_frozen().order_by(col(CongressReport.cutoff))))
    for row in rows:
        _thawed(row)


def is_counted_from_these(session: Session, report: Report) -> bool:
    """Whether the facts that the database has of before the cut-off are still those that the report was counted from.
    What was told or put right since changes none; regions, places and the negotiators' budgets are as they are now.
    """
    return sha256_of(known_facts(session, report.cutoff)) == report.data_sha256


def _row(session: Session, cutoff: date) -> CongressReport | None:
    """The row that holds it; the first that was made counts."""
    rows = _frozen().where(col(CongressReport.cutoff) == cutoff).order_by(col(CongressReport.made_at))
    found: CongressReport | None = session.exec(rows).first()
    return found


def count_report(session: Session, cutoff: date, today: date) -> Report:
    """The report of a cut-off: as it was frozen, or counted now. Raises UserError when the day has not come, and
    ReportChanged as `frozen_report` does.
    """
    check_cutoff(cutoff, today, localized(*CUTOFF))
    known = frozen_report(session, cutoff)
    if known:
        return known
    earlier = _frozen().where(col(CongressReport.cutoff) < cutoff).order_by(col(CongressReport.cutoff).desc())
    last: CongressReport | None = session.exec(earlier.order_by(col(CongressReport.made_at))).first()
    return count(session, cutoff, _thawed(last) if last else None)


def keep(session: Session, report: Report, at: datetime) -> Report:
    """Freeze a report that was counted, unless another was meanwhile; returns the one that is frozen."""
    if known := frozen_report(session, report.cutoff):
        return known
    frozen = freeze(report)
    row = CongressReport(
        cutoff=report.cutoff,
        model_version=report.model_version,
        frozen=frozen,
        sha256=sha256(frozen),
        data_sha256=report.data_sha256,
        made_at=at,
    )
    session.add(row)
    session.flush()
    return report


def remember_written(session: Session, cutoff: date, manifest: str) -> None:
    """Note the hash of the manifest with which it was written: by it the files are known when another version draws
    them otherwise.
    """
    row = _row(session, cutoff)
    if row and manifest not in (row.manifests or []):
        row.manifests = [*(row.manifests or []), manifest]
        session.add(row)


def written_manifests(session: Session, cutoff: date) -> list[str]:
    """The hashes of the manifests with which that cut-off's report was written here."""
    row = _row(session, cutoff)
    return (row.manifests or []) if row else []


def tell(session: Session, form: CongressReportForm, told: dict[str, str], at: datetime) -> int:
    """Mail whoever asked that it is ready; one that its day brought, the office. `told`: the cut-off, where its page
    and its files are. Returns how many.
    """
    if form.is_sweep:
        of_office = select(Staff.id).where(col(Staff.active), col(Staff.role) == StaffRole.office)
        readers: list[UUID] = list(session.exec(of_office.order_by(col(Staff.signature))))
    else:
        readers = [by_signature(session, form.signature, localized(*YOUR_SIGNATURE)).id]
    occasion = f"{told['cutoff']}:{local(at).date()}"
    letters = [QueuedMail(Template.report_ready, None, occasion, context=told, staff_id=one) for one in readers]
    return enqueue(session, letters, at)


def _frozen() -> Any:
    return select(CongressReport).where(col(CongressReport.frozen).is_not(None))


def _thawed(row: CongressReport) -> Report:
    frozen = row.frozen or ""
    try:
        report = thaw(frozen)
        told = (sha256(frozen), report.cutoff, report.model_version, report.data_sha256)
        if told == (row.sha256, row.cutoff, row.model_version, row.data_sha256):
            return report
    except ValueError:
        pass
    raise ReportChanged(
        localized(
            f"Det som frystes per {row.cutoff} stämmer inte med sin kontrollsumma: det har ändrats i databasen. Hämta "
            "det ur en säkerhetskopia.",
            f"What was frozen as of {row.cutoff} does not match its hash: it was changed in the database. Restore it "
            "from a backup.",
        )
    )
