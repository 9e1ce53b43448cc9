"""What goes on in an office while the storm blows: members ask on the web, staff take down what others ask for."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import Any, Final

import httpx

from tests.storm.office import MEMBERS, Office

PLACES: Final = ("Luleå", "Kiruna", "Piteå", "Boden", "Kalix", "Haparanda", "Gällivare", "Jokkmokk", "Pajala")
WEB_EVERY, STAFF_EVERY = 8, 16  # times what a run costs here; each starts one, and that starts one for its mail
PATIENCE: Final = 30.0
CONFIRM_SECONDS: Final = 300


def run_seconds() -> float:
    """What beginning a flow run costs on this machine: the load follows it, so that the faults are what is tried."""
    began = time.monotonic()
    subprocess.run((sys.executable, "-P", "-c", "import flows.outbox"), check=True)
    return time.monotonic() - began


class Load:
    """Three threads; each member asks once, and presses again until the page says that it is saved; then the link."""

    def __init__(self, office: Office, seed: int, run_seconds: float) -> None:
        self.office, self.random, self.run_seconds = office, random.Random(seed), run_seconds
        self.is_over = threading.Event()
        self.saved: set[str] = set()  # addresses of members who were told so
        self.confirmed: set[str] = set()  # those of them who pressed the link in their mail, and were told so
        self.staff_runs: list[str] = []
        self.answers: Counter[str] = Counter()
        self.asking = threading.Thread(target=self._members)
        others = [threading.Thread(target=work) for work in (self._staff, self._confirming)]
        self.threads = [self.asking, *others]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """No new ones begin; whoever has begun goes on until they are through."""
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def _members(self) -> None:
        for one in range(MEMBERS // 2):
            if self.is_over.is_set():
                return
            while not self._asks(one):
                time.sleep(1)
            self.is_over.wait(WEB_EVERY * self.run_seconds * self.random.uniform(0.5, 1.5))

    def _asks(self, one: int) -> bool:
        """One press of Send. Each comes from an address of its own: the page limits how often one may knock."""
        transport = httpx.HTTPTransport(local_address=f"127.0.{1 + one // 200}.{1 + one % 200}")
        form = self._form(one) | {"step": "send"}
        try:
            with httpx.Client(transport=transport, timeout=PATIENCE) as browser:
                answer = browser.post(f"{self.office.running.web}/request", data=form)
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1
            return False
        self.answers[str(answer.status_code)] += 1
        if answer.status_code != 200:
            return False
        self.saved.add(self.office.address(one))
        return True

    def _confirming(self) -> None:
        """Whoever was told that one step is left presses the link once it has come; until all have, or long after."""
        until = None
        while self.asking.is_alive() or self.saved - self.confirmed:
            if not self.asking.is_alive():
                until = until or time.monotonic() + CONFIRM_SECONDS
                if time.monotonic() > until:
                    return
            links = self.office.links_to_confirm()
            self.confirmed |= {one for one in self.saved - self.confirmed if one in links and self._press(links[one])}
            time.sleep(1)

    def _press(self, link: str) -> bool:
        try:
            answer = httpx.post(f"{self.office.running.web}{link}", timeout=PATIENCE)
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1
            return False
        self.answers[str(answer.status_code)] += 1
        return answer.status_code == 200

    def _form(self, one: int) -> dict[str, Any]:
        place = PLACES[one % len(PLACES)]
        need = f"Vi ses aldrig, och det vill vi ändra på. {one}"
        number = self.office.number(one)
        return {"municipality": place, "place": place, "nature": "town", "need": need, "member_number": number}

    def _staff(self) -> None:
        for one in range(MEMBERS // 2, MEMBERS):
            if self.is_over.wait(STAFF_EVERY * self.run_seconds * self.random.uniform(0.5, 1.5)):
                return
            while not (run := self._types_in(one)):
                time.sleep(1)
            self.staff_runs.append(run)

    def _types_in(self, one: int) -> str:
        body = {"parameters": {"form": self._form(one) | {"channel": "phone"}}, "idempotency_key": f"storm-{one}"}
        try:
            deployment = self.office.api("/deployments/name/support-request/support-request")["id"]
            return str(self.office.api(f"/deployments/{deployment}/create_flow_run", "POST", body)["id"])
        except OSError:
            return ""
