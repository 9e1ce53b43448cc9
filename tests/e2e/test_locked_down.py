"""Prefect's server as natverkslots starts it: nobody else's page or machine gets in, and nothing goes out."""

import contextlib
import sqlite3
import subprocess
import sys
import urllib.error
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from deployments.server.processes import free_port
from tests.e2e.prefect_api import ask, token_of
from tests.e2e.staff import deployment_of, runs_of, watch
from tests.left import processes_of
from tests.up import Running, lots_up

pytestmark = pytest.mark.e2e
PAGES = (
    "/dashboard", "/runs", "/flows", "/deployments", "/work-pools", "/blocks", "/blocks/catalog", "/variables",
    "/automations", "/events", "/concurrency-limits", "/artifacts", "/settings",
)  # fmt: skip
PASSWORD = "kansliet:correct horse battery"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_the_ui_asks_anybody_but_its_own_server(running: Running, page: Page, path: str) -> None:
    errors, outside = watch(page)
    page.goto(running.prefect + path)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name="Deployments").first).to_be_visible()
    assert (errors, outside) == ([], [])


def test_the_second_ui_which_asks_an_outside_host_is_neither_offered_nor_served(running: Running, page: Page) -> None:
    errors, outside = watch(page)
    page.goto(f"{running.prefect}/v2/dashboard")
    expect(page.get_by_role("button", name="Deployments").first).to_be_visible()
    assert page.url == f"{running.prefect}/dashboard"
    assert page.get_by_text("V2").count() == 0
    assert (errors, outside) == ([], [])


def test_the_server_says_itself_that_it_is_locked(running: Running) -> None:
    settings = ask(f"{running.prefect}/api/admin/settings", headers=token_of(running))
    server = settings["server"]
    assert server["api"]["csrf_protection_enabled"]
    own = running.prefect.replace("127.0.0.1", "{}")
    assert server["api"]["cors_allowed_origins"] == f"{own.format('127.0.0.1')},{own.format('localhost')}"
    assert server["analytics_enabled"] is False
    assert server["ui"]["show_promotional_content"] is False
    assert server["ui"]["v2_enabled"] is False
    vacuum = server["services"]["db_vacuum"]
    assert (set(vacuum["enabled"]), vacuum["retention_period"]) == ({"events", "flow_runs"}, "P30D")


def test_a_password_that_staff_save_is_locked_with_a_key_that_does_not_lie_beside_it(running: Running) -> None:
    token = token_of(running)
    kind = ask(f"{running.prefect}/api/block_types/slug/mail-server", headers=token)
    wanted = {"block_schemas": {"block_type_id": {"any_": [kind["id"]]}}}
    [schema] = ask(f"{running.prefect}/api/block_schemas/filter", "POST", wanted, token)
    data = {"host": "smtp.example.org", "port": 587, "tls": "tls", "username": "kansliet", "password": "tranbärssylt"}
    block = {"name": "prov", "data": data, "block_type_id": kind["id"], "block_schema_id": schema["id"]}
    ask(f"{running.prefect}/api/block_documents/", "POST", block, token)
    with contextlib.closing(sqlite3.connect(running.home / ".lots" / "prefect" / "prefect.db")) as kept:
        [(locked,)] = kept.execute("select data from block_document where name = 'prov'")
        assert "smtp.example.org" not in locked and "tranb" not in locked
        assert kept.execute("select count(*) from configuration where key = 'ENCRYPTION_KEY'").fetchall() == [(0,)]


def test_nobody_gets_in_without_the_password_that_every_home_has(running: Running, browser: Browser) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        ask(f"{running.prefect}/api/admin/settings")
    page = browser.new_context().new_page()
    page.goto(f"{running.prefect}/variables")
    password = page.get_by_role("textbox").first
    expect(password).to_be_visible()
    assert page.get_by_text("lots_quarter_hours").count() == 0
    password.fill(running.login)
    password.press("Enter")
    expect(page.get_by_text("lots_quarter_hours").first).to_be_visible()
    page.goto(f"{running.prefect}/deployments")
    expect(page.get_by_text("capacity").first).to_be_visible()
    page.context.close()


def test_a_foreign_host_is_refused(running: Running) -> None:
    """As by a page elsewhere whose own name was pointed at this machine."""
    for host in ("evil.example", f"evil.example:{running.prefect.rpartition(':')[2]}"):
        with pytest.raises(urllib.error.HTTPError, match="421"):
            ask(f"{running.prefect}/api/health", headers={"Host": host})


@pytest.mark.parametrize("wanted", [{"command": "touch /tmp/owned"}, {"env": {"A": "b"}}, {"working_dir": "/tmp"}])
def test_a_run_takes_no_command_environment_or_folder_from_whoever_creates_it(
    running: Running, wanted: dict[str, Any]
) -> None:
    deployment, token = deployment_of(running, "mail-check/mail-check"), token_of(running)
    url = f"{running.prefect}/api/deployments/{deployment}/create_flow_run"
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(url, "POST", {"job_variables": wanted, "state": {"type": "SCHEDULED"}}, token)
    assert refused.value.code in (409, 422)
    assert runs_of(running, deployment) == []


def test_prefects_server_holds_none_of_our_keys_and_nobody_else_reads_the_home(running: Running) -> None:
    home = running.home / ".lots"
    keys = [(home / name).read_text().strip().encode() for name in ("secret_key", "data_key")]
    servers = [one for one in processes_of(home) if "prefect_app" in one.command]
    assert len(servers) == 1
    assert not any(key in servers[0].environment for key in keys)
    assert home.stat().st_mode & 0o777 == 0o700
    open_ones = [path for path in home.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o077]
    assert open_ones == []


def test_a_change_without_the_servers_token_is_refused_and_so_is_another_pages(running: Running) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        authorized = {"Authorization": token_of(running)["Authorization"]}
        ask(f"{running.prefect}/api/variables/", "POST", {"name": "x", "value": 1}, authorized)
    request = {"Origin": "http://elsewhere.example.org", "Access-Control-Request-Method": "POST"}
    with pytest.raises(urllib.error.HTTPError, match="400"):
        ask(f"{running.prefect}/api/variables/", "OPTIONS", headers=request)


def test_the_ui_works_under_the_machines_other_name_too(running: Running, page: Page) -> None:
    errors, outside = watch(page)
    page.goto(running.prefect.replace("127.0.0.1", "localhost") + "/variables")
    expect(page.get_by_text("lots_quarter_hours").first).to_be_visible()
    assert (errors, outside) == ([], [])


def test_listening_to_others_with_the_password_taken_away_is_refused_in_one_sentence(tmp_path: Path) -> None:
    environment = {"LOTS_HOME": str(tmp_path), "LOTS_PREFECT_HOST": "0.0.0.0", "PATH": "/usr/bin:/bin"}
    environment |= {"PREFECT_SERVER_API_AUTH_STRING": "", "LOTS_WEB_PORT": str(free_port(18900))}
    command = (sys.executable, "-P", "-m", "deployments", "up")
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert refused.returncode == 2
    assert refused.stderr.strip() == (
        "lots: LOTS_PREFECT_HOST=0.0.0.0 lets others reach Prefect's UI, and it has no password: "
        "set PREFECT_SERVER_API_AUTH_STRING=NAME:PASSWORD, or leave LOTS_PREFECT_HOST at 127.0.0.1."
    )


def test_with_a_password_everything_works_and_nobody_gets_in_without_it(tmp_path: Path, page: Page) -> None:
    lines = ("LOTS_PREFECT_HOST=0.0.0.0", f"PREFECT_SERVER_API_AUTH_STRING={PASSWORD}")
    with lots_up(tmp_path, free_port(3525), *lines) as (running, _):
        prefect = running.prefect
        with pytest.raises(urllib.error.HTTPError, match="401"):
            ask(f"{prefect}/api/admin/settings")
        token = token_of(running)
        # The command line and the worker have it from the same setting.
        assert '"planned"' not in running.lots("run", "work-list", "--json")
        name = f"{prefect}/api/deployments/name/work-list/work-list"
        deployment = ask(name, headers=token)["id"]
        run = ask(f"{prefect}/api/deployments/{deployment}/create_flow_run", "POST", {}, token)
        assert _ended(prefect, run["id"], token)["state_type"] == "COMPLETED"

        page.goto(f"{prefect}/variables")
        page.get_by_role("textbox").first.fill(PASSWORD)
        page.get_by_role("textbox").first.press("Enter")
        expect(page.get_by_text("lots_quarter_hours").first).to_be_visible()


def _ended(prefect: str, run: str, token: dict[str, str]) -> Any:
    import time

    for _ in range(300):
        found = ask(f"{prefect}/api/flow_runs/{run}", headers=token)
        if found["state_type"] in ("COMPLETED", "FAILED", "CRASHED"):
            return found
        time.sleep(0.2)
    raise AssertionError(found["state"])
