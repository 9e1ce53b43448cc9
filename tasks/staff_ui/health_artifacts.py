"""The health check as staff see it in the Prefect UI: one page for all networks, and one for each."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from sqlmodel import Session

from models.health import assessment
from models.health.engagement import Health
from models.i18n import localized
from models.office.labels import label_of
from models.office.staff_links import staff_link, staff_link_of
from models.settings import settings
from models.tables.network import Network
from models.views.network_page import NetworkPage, network_page
from tasks.staff_ui.kept_artifacts import KeptPage, addresses, keep_pages
from templates.charts import health as charts_health
from templates.rendering.filters import points
from templates.rendering.staff import plain, render_staff_page
from templates.vocabulary.health import level_name, state_name

BAR = 5
OVERVIEW = "health-check"


def key_of(number: int) -> str:
    """The key of a network's own page."""
    return f"network-{number}"


def row(session: Session, network: Network, health: Health) -> dict[str, object]:
    """A network as the overview's table tells it."""
    return {
        "number": network.number,
        "label": label_of(session, network),
        "state": network.state.value,
        "score": health.score,
        "level": health.level.value,
        "gates": health.gates,
    }


def pages(session: Session, networks: Sequence[Network], today: date) -> list[NetworkPage]:
    """The page of each of these networks, in their order."""
    known = {network.id: health for network, health in assessment.assess(session, networks, today)}
    return [network_page(session, network, known.get(network.id), today) for network in networks]


async def keep_network_pages(drawn: Sequence[NetworkPage]) -> None:
    """Put these pages into the UI, each in the place of the one before it."""
    talk, language = await _form_link("catch-up"), settings().language
    overview = _page_link((await addresses([OVERVIEW])).get(OVERVIEW))
    await keep_pages([
        KeptPage(key_of(one.network.number), one.label, _markdown(one, talk, overview, language))
        for one in drawn
    ])  # fmt: skip


def _markdown(one: NetworkPage, talk: str, overview: str, language: str) -> str:
    network, health = one.network, one.health
    story = charts_health.NetworkLifeChart(
        begins=one.begins,
        today=one.today,
        spans=[(span.state.value, span.begins, span.ends) for span in one.spans],
        meetings=[(meeting.on, meeting.attended, meeting.led) for meeting in one.meetings],
        booked=one.booked,
        check_ins=[(check_in.on, check_in.motivation) for check_in in one.check_ins],
        scores=[(scored.on, scored.score, scored.level.value) for scored in one.scores],
    )
    return render_staff_page(
        "network",
        language,
        label=one.label,
        today=one.today,
        state=network.state,
        step=network.step,
        cadence_days=network.cadence_days,
        target_size=network.target_size,
        level=health and health.level.value,
        score=health and health.score,
        gates=health.gates if health else [],
        last_led=health and health.last_led,
        booked=next(iter(one.booked), None),
        parts=[
            {"name": part.name, "points": part.points, "most": part.most, "way": part.way,
             "bar": _bar((part.points or 0) / part.most)}
            for part in one.parts
        ],
        ladder=one.ladder,
        life=charts_health.network_life_chart(story, language).markdown(),
        who=staff_link_of(network),
        talk=_filled(talk, network_number=network.number, **({"signature": one.signature} if one.signature else {})),
        all=overview,
    )  # fmt: skip


def _bar(share: float) -> str:
    full = round(share * BAR)
    return "▰" * full + "▱" * (BAR - full)


async def show_all(found: dict[str, Any], opened: dict[str, int], today: date, most_warnings: int) -> None:
    """The overview: kept until the next one, and shown on this run with its nameless table."""
    language, other = settings().language, await _form_link(OVERVIEW)
    warned = found["warned"][:most_warnings]
    named = [*found["falls"], *found["rises"], *found["rows"]]
    numbers = {one["number"] for one in named} | {number for number, _, _ in warned}
    drawn = await addresses([key_of(number) for number in sorted(numbers)])

    def link(number: int, label: str) -> str:
        return _link(number, label, drawn, other)

    markdown = render_staff_page(
        "health-check",
        language,
        today=today,
        networks=found["networks"],
        levels=found["levels"],
        **opened,
        distribution=charts_health.distribution_chart(found["distribution"], language).markdown(),
        falls=[one | {"link": link(one["number"], one["label"])} for one in found["falls"]],
        rises=[one | {"link": link(one["number"], one["label"])} for one in found["rises"]],
        warnings=[{"link": link(number, label), "occasion": occasion} for number, label, occasion in warned],
        more_warnings=len(found["warned"]) - len(warned),
        dependence=charts_health.dependence_chart(
            [charts_health.QuarterShare(*one) for one in found["dependence"]], language
        ).markdown(),
        rows=[one | {"link": link(one["number"], one["label"])} for one in found["rows"]],
        gates=sorted({gate for one in found["rows"] for gate in one["gates"]}),
        shown=len(found["rows"]),
        other=other,
    )
    about = localized(f"Nätverkens hälsa {today}", f"The networks' health {today}")
    await keep_pages([KeptPage(OVERVIEW, about, markdown)])
    await acreate_markdown_artifact(markdown, description=about)
    await acreate_table_artifact(
        [_cells(one, language) for one in found["rows"]],
        key=f"{OVERVIEW}-table",
        description=f"{today}: {len(found['rows'])}/{found['networks']}",
    )


def _cells(one: dict[str, Any], language: str) -> dict[str, str]:
    return {
        localized("Nätverk", "Network"): one["label"],
        localized("Läge", "State"): state_name(one["state"], language),
        localized("Poäng", "Score"): points(one["score"], language),
        localized("Hälsa", "Health"): level_name(one["level"], language),
        localized("Spärrar", "Gates"): " ".join(one["gates"]),
    }


def _link(number: int, label: str, drawn: Mapping[str, UUID], form: str) -> str:
    """To the network's page; where it has none, to the form that draws it. And to who they are, on the staff pages."""
    address = _page_link(drawn[key_of(number)]) if key_of(number) in drawn else _filled(form, network_number=number)
    named = f"[{plain(label)}]({address})" if address else plain(label)
    return f"{named} · [{localized('vilka', 'who')}]({staff_link('network', number)})"


def _page_link(artifact: UUID | None) -> str:
    return f"/artifacts/artifact/{artifact}" if artifact else f"/artifacts/key/{OVERVIEW}"


async def _form_link(deployment: str) -> str:
    """Where the UI shows that deployment's form; empty where it is not deployed (`lots run` on a bare server)."""
    async with get_client() as client:
        try:
            found = await client.read_deployment_by_name(f"{deployment}/{deployment}")
        except ObjectNotFound:
            return ""
    return f"/deployments/deployment/{found.id}/run"


def _filled(form: str, **start: object) -> str:
    return f"{form}?parameters={quote(json.dumps({'form': start}))}" if form else ""
