"""Addresses that open a form in the Prefect UI, already filled in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from prefect.client.orchestration import get_client
from prefect.settings import get_current_settings

from models.settings import settings
from models.views.work_item import WorkItem
from tasks.staff_ui.form_refresh import deployed_ones

NOT_SENT = "not-sent"
"""The key of the table of mails that did not go."""


@dataclass(frozen=True)
class FormLinks:
    """Where the UI is, and the deployments on it by name; none where flows run without being deployed."""

    ui_url: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)

    def link(self, one: WorkItem) -> str:
        """The form that deals with what waits, filled in; the table of what did not go where no form can help.

        Of a run that broke off: the run itself, where its Retry is.
        """
        if self.ui_url and one.run:
            return f"{self.ui_url}/runs/flow-run/{one.run}"
        if not self.ui_url or one.opens not in self.ids:
            return ""
        return self.form(one.opens, one.filled) if one.filled else f"{self.ui_url}/artifacts/key/{NOT_SENT}"

    def form(self, deployment: str, filled: Mapping[str, object]) -> str:
        """A deployment's form, filled in; an empty text where there is none."""
        if not self.ui_url or deployment not in self.ids:
            return ""
        started = json.dumps({"form": dict(filled)}, ensure_ascii=False, separators=(",", ":"))
        return f"{self.ui_url}/deployments/deployment/{self.ids[deployment]}/run?parameters={quote(started, safe='')}"


async def find_forms() -> FormLinks:
    """Every form that is deployed where this run's Prefect is, under the address that staff's browsers use."""
    async with get_client() as client:
        found = await deployed_ones(client)
    ui_url = settings().prefect_ui_url or get_current_settings().ui_url or ""
    return FormLinks(ui_url.rstrip("/"), {name: str(one.id) for name, one in found.items()})
