"""What a monitor reads: the office in figures, nobody in it, and for nobody else."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from deployments.web.app import create_app
from models.db.engine import transaction
from models.mail.queue import counts
from models.settings import Settings, settings
from tests.acts import ask, at, network_in

MONITOR = ("127.0.0.1", 4711)
AWAY = ("192.0.2.1", 4711)


def client(peer: tuple[str, int]) -> TestClient:
    app = create_app(lambda: at("2027-01-20"))
    return TestClient(app, client=peer, base_url="http://127.0.0.1:8080")


def figures(text: str) -> dict[tuple[str, str], float]:
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.each_database
def test_a_monitor_on_this_machine_reads_the_office_in_figures(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
        ask(session, member_number="800103-03")
        queued = counts(session)["queued"]
    reply = client(MONITOR).get("/metrics")
    assert reply.status_code == 200 and reply.headers["content-type"].startswith("text/plain; version=")
    found = figures(reply.text)
    assert found["natverkslots_mails", "queued"] == queued > 0
    assert found["natverkslots_networks", "starting"] == 1 and found["natverkslots_networks", "closed"] == 0
    assert found["natverkslots_requests", "received"] == 1
    assert found["natverkslots_oldest_mail_waiting_seconds", ""] > 0
    assert found["natverkslots_matters_overdue", ""] <= found["natverkslots_matters", ""]


def test_nothing_in_it_is_about_anybody(office: Settings) -> None:
    with transaction() as session:
        network_in(session)
    text = client(MONITOR).get("/metrics").text
    assert not [one for one in ("@", "Åke", "Öhman", "Luleå", "8001", "asj") if one in text]


def test_nobody_else_reads_it_without_the_offices_token(office: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    bearing = {"Authorization": "Bearer a-long-token"}
    assert client(AWAY).get("/metrics", headers=bearing).status_code == 403
    assert client(AWAY).get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403
    monkeypatch.setenv("LOTS_METRICS_TOKEN", "a-long-token")
    settings.cache_clear()
    assert client(AWAY).get("/metrics", headers=bearing).status_code == 200
    assert client(AWAY).get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 403
    assert client(AWAY).get("/metrics").status_code == 403


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Via", "Forwarded"])
def test_what_a_proxy_on_this_machine_passes_on_is_somebody_elses(office: Settings, header: str) -> None:
    assert client(MONITOR).get("/metrics", headers={header: "127.0.0.1"}).status_code == 403
