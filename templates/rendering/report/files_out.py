"""Everything that a congress report is handed out as: name → bytes, the same bytes whenever and wherever it is made."""

from models.views.congress.report import Report
from templates.rendering.report.chapters import document, one_chapter
from templates.rendering.report.csv_out import csv_files
from templates.rendering.report.html import as_html
from templates.rendering.report.markdown import as_markdown
from templates.rendering.report.pdf import as_pdf
from templates.rendering.report.words import words
from templates.rendering.report.xlsx_out import as_xlsx


def report_files(report: Report, language: str) -> dict[str, bytes]:
    """The report in that language; the tables for a program (`tables/*.csv`) are the same in each."""
    told = document(report, language)
    name = words(language)("file")
    return {
        f"{name}.{language}.md": as_markdown(told),
        f"{name}.{language}.html": as_html(told),
        f"{name}.{language}.pdf": as_pdf(told, report.cutoff),
        f"{name}.{language}.xlsx": as_xlsx(report, told),
        **{f"tables/{key}.csv": content for key, content in csv_files(report).items()},
    }


def report_page(report: Report, language: str) -> str:
    """The report as a page of its run: Markdown, with its plots in it."""
    return as_markdown(document(report, language)).decode()


def outlook_page(report: Report, language: str) -> str:
    """Its outlook alone: what staff plan the next quarters by."""
    return as_markdown(one_chapter(document(report, language), "outlook")).decode()
