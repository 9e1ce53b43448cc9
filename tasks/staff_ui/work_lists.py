"""The work list in the Prefect UI: a page for each region, kept at its address, and on each run the way to them all."""

from collections.abc import Iterable, Sequence
from datetime import date

from prefect.artifacts import acreate_markdown_artifact

from models.i18n import localized
from models.office.staff_links import staff_link
from models.settings import settings
from models.views.work_item import Link, WorkItem
from models.views.work_row import WorkRow, collected, in_reading_order
from tasks.staff_ui.kept_artifacts import KeptPage, addresses, keep_pages
from templates.rendering.staff import render_staff_page
from templates.vocabulary.tasks import task_name

MOST_SHOWN = 30
ALL = "work-list"
OTHER = "other"


def key_of(region: str) -> str:
    """The key of a region's page; of what has no region without one."""
    return f"{ALL}-{region.lower() or OTHER}"


async def show_lists(
    things: Sequence[WorkItem], regions: Sequence[tuple[str, str]], today: date, link: Link, still: list[str]
) -> None:
    """Each region's page in the place of yesterday's, and one that leads to them, on this run too.

    `still`: what stands still, in lines that stand above every list.
    """
    pages, of_all = [], {}
    for code, name in [*regions, ("", localized("Utan region", "Without a region"))]:
        # A broken-off run has no region of its own: whoever sent the form looks at theirs.
        rows = collected(one for one in things if one.region == code or one.run)
        about = f"{localized('Arbetslista', 'Work list')} {name}"
        pages.append(KeptPage(key_of(code), about, _page(name, code, rows, today, link, still)))
        of_all[key_of(code)] = {"name": name, "waiting": len(rows)} | _counts(rows)
    kept = await keep_pages(pages)
    listed = [one | {"link": f"/artifacts/artifact/{kept[key]}"} for key, one in of_all.items()]
    markdown = render_staff_page("work-lists", settings().language, today=today, regions=listed, still=still)
    about = localized(f"Arbetslistor {today}", f"Work lists {today}")
    await keep_pages([KeptPage(ALL, about, markdown)])
    await acreate_markdown_artifact(markdown, description=about)


async def where_lists_are(ui_url: str, regions: Iterable[str]) -> dict[str | None, str]:
    """The address of each region's page by its code, and by None of the one that leads to them."""
    keys = {None: ALL} | {code: key_of(code) for code in regions}
    kept = await addresses(list(keys.values())) if ui_url else {}
    return {code: f"{ui_url}/artifacts/artifact/{kept[key]}" for code, key in keys.items() if key in kept}


def _page(name: str, code: str, rows: list[WorkRow], today: date, link: Link, still: list[str]) -> str:
    shown = in_reading_order(rows[:MOST_SHOWN])
    return render_staff_page(
        "work-list",
        settings().language,
        name=name,
        today=today,
        still=still,
        waiting=len(rows),
        more=len(rows) - len(shown),
        fresh=[_row(one, link) for one in shown if one.fresh],
        rest=[_row(one, link) for one in shown if not one.fresh],
        whole=staff_link("region", code) if code else staff_link("register"),
        **_counts(rows),
    )


def _counts(rows: list[WorkRow]) -> dict[str, int]:
    return {"new": sum(one.fresh for one in rows), "overdue": sum(one.overdue for one in rows)}


def _row(row: WorkRow, link: Link) -> dict[str, object]:
    alike: dict[tuple[str, str], list[WorkItem]] = {}
    for one in row.things:
        alike.setdefault((one.what, link(one)), []).append(one)
    return {
        "subject": row.things[0].subject,
        "page": row.things[0].page,
        "whose": row.whose,
        "things": [_thing(some, address, row) for (_, address), some in alike.items()],
    }


def _thing(alike: list[WorkItem], address: str, row: WorkRow) -> dict[str, object]:
    """What waits, in a line; what is of one kind and dealt with in one form stands once."""
    first, name = alike[0], task_name(alike[0].what, settings().language)
    return {
        "what": name[:1].upper() + name[1:],
        "times": len(alike),
        "link": address,
        "due": first.due,
        "overdue": first.overdue,
        "since": first.since,
        "whose": first.with_whom if first.with_whom != row.whose else "",
    }
