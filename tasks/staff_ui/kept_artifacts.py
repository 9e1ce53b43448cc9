"""Pages that stay in the Prefect UI until there is a newer one.

An artifact goes with its flow run after thirty days, and some months are longer. These belong to no run: each stands
under a key of its own and is written over in place, so that its address stays and nothing piles up.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

AT_A_TIME = 100


class KeptPage(NamedTuple):
    """A Markdown page under its key; `about` is the line that the list of artifacts shows."""

    key: str
    about: str
    markdown: str


async def keep_pages(pages: Sequence[KeptPage]) -> dict[str, UUID]:
    """Put each page in the place of the one before it, at the same address. Returns the artifact of each by its key."""
    places = await addresses([page.key for page in pages])
    async with get_client() as client:
        for page in pages:
            if page.key in places:
                newer = ArtifactUpdate(description=page.about, data=page.markdown)
                await client.update_artifact(places[page.key], newer)
            else:
                made = ArtifactCreate(key=page.key, type="markdown", description=page.about, data=page.markdown)
                places[page.key] = (await client.create_artifact(made)).id
    return places


async def addresses(keys: Sequence[str]) -> dict[str, UUID]:
    """The artifact that holds each of these pages, of those that there are."""
    found: dict[str, UUID] = {}
    async with get_client() as client:
        for first in range(0, len(keys), AT_A_TIME):
            wanted = ArtifactFilter(key=ArtifactFilterKey(any_=list(keys[first : first + AT_A_TIME])))
            for one in await client.read_artifacts(artifact_filter=wanted):
                if one.key and one.flow_run_id is None:
                    found[one.key] = one.id
    return found
