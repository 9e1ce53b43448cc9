"""Staff's pages are whole, and as quick, while Prefect does not answer."""

import asyncio
import time

import pytest

from deployments.web.staff import page
from deployments.web.staff.page import Forms
from tasks.staff_ui.form_links import FormLinks


def test_only_the_first_page_ever_waits_for_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "WAIT_SECONDS", 0.2)

    async def story() -> None:
        answered = asyncio.Event()

        async def find() -> FormLinks:
            await answered.wait()
            return FormLinks("https://prefect.example.org", {"needs-talk": "x"})

        forms = Forms(find)
        began = time.monotonic()
        assert not (await forms.links()).ui_url and time.monotonic() - began >= 0.2
        for _ in range(3):
            forms.until, began = 0.0, time.monotonic()
            assert not (await forms.links()).ui_url and time.monotonic() - began < 0.1
        answered.set()
        forms.until = 0.0
        await forms.links()
        await asyncio.sleep(0.05)
        assert (await forms.links()).ui_url, "what came meanwhile is there for the next page"

    asyncio.run(story())
