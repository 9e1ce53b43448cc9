"""Who asks, behind proxies: only a proxy of ours is believed, and only the last word that is not a proxy's own."""

import asyncio
from typing import Any

import pytest
from limits import parse
from starlette.testclient import TestClient

from deployments.web import rate_limits
from deployments.web.app import create_app
from deployments.web.trusted_proxy import TrustedProxy
from models import settings
from tests.deployments.conftest import PUBLIC_URL, World

PROXY, OUTER = "192.0.2.10", "192.0.2.77"
TRUSTED = "192.0.2.0/28, 192.0.2.77, 2001:db8:f::/48"


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTS_TRUSTED_PROXY", TRUSTED)
    settings.settings.cache_clear()


def seen(peer: str, *headers: tuple[str, str]) -> tuple[str, str]:
    """Whom the pages take for the caller, and over which scheme, when `peer` sends these headers."""
    found: dict[str, Any] = {}

    async def page(scope: Any, _receive: Any, _send: Any) -> None:
        found.update(scope)

    lines = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "client": (peer, 4711), "scheme": "http", "headers": lines}
    asyncio.run(TrustedProxy(page)(scope, None, None))  # type: ignore[arg-type]
    return found["client"][0], found["scheme"]


def caller(peer: str, *forwarded: str) -> str:
    return seen(peer, *(("X-Forwarded-For", one) for one in forwarded))[0]


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize("peer", ["203.0.113.5", "127.0.0.1", "192.0.2.16", "2001:db8:e::1", "testclient", ""])
def test_the_word_of_whoever_is_no_proxy_of_ours_counts_for_nothing(peer: str) -> None:
    told = (("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-Proto", "https"))
    assert seen(peer, *told) == (peer, "http")


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize("peer", [PROXY, f"::ffff:{PROXY}", "2001:db8:f:1::2"])
def test_a_proxy_of_ours_tells_who_called_and_how(peer: str) -> None:
    told = (("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-Proto", "HTTPS"))
    assert seen(peer, *told) == ("198.51.100.1", "https")


def test_without_a_choice_only_a_proxy_on_this_machine_is_believed(office: settings.Settings) -> None:
    assert [caller(peer, "198.51.100.1") for peer in ("127.0.0.1", "::1", PROXY)] == [*2 * ["198.51.100.1"], PROXY]


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize(
    "forwarded",
    [
        ["198.51.100.1"],
        ["10.9.9.9, 198.51.100.1"],  # what the caller wrote stands first
        ["127.0.0.1, 192.0.2.10, 198.51.100.1"],  # and is not believed where it names our own
        [f"198.51.100.1, {OUTER}"],
        [f"10.9.9.9, 198.51.100.1, {OUTER}, 192.0.2.11"],
        ["10.9.9.9", f"198.51.100.1, {OUTER}"],  # a header that comes twice is one list
        ["", "198.51.100.1"],
        ["so made up, 198.51.100.1"],
        ["  198.51.100.1\t"],
    ],
)
def test_in_a_chain_the_caller_is_the_last_that_is_no_proxy_of_ours(forwarded: list[str]) -> None:
    assert caller(PROXY, *forwarded) == "198.51.100.1"


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize(
    ("told", "who"),
    [
        ("198.51.100.1:50123", "198.51.100.1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("[::ffff:198.51.100.1]:443", "198.51.100.1"),
        ("2001:db8:1::5", "2001:db8:1::5"),
        ("2001:DB8:1:0::5", "2001:db8:1::5"),
        ("[2001:db8:1::5]", "2001:db8:1::5"),
        ("[2001:db8:1::5]:50123", "2001:db8:1::5"),
        ("[198.51.100.1]:443", "198.51.100.1"),
        (f"2001:db8:1::5, {OUTER}:443", "2001:db8:1::5"),
        ("2001:db8:1::5, [2001:db8:f::9]:443", "2001:db8:1::5"),
    ],
)
def test_an_address_is_the_same_with_a_port_in_brackets_or_dressed_as_ipv6(told: str, who: str) -> None:
    assert caller(PROXY, told) == who


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize(
    "told",
    [
        "", " ", ",", "unknown", "_hidden", "localhost", "founder.example.org", "198.51.100", "198.51.100.256",
        "198.51.100.1:", "198.51.100.1:http", "198.51.100.1:1:2", "198.51.100.1/24", "[198.51.100.1", "198.51.100.1]",
        "[2001:db8::5]443", "[2001:db8::5]:", "2001:db8::5::1", "fe80::1%eth0", "[]", "0x7f000001", "2130706433",
        "198.51.100.1, unknown", "198.51.100.1,", f"unknown, {OUTER}", "\u0661.1.1.1", "'198.51.100.1'", "x" * 30_000,
    ],
)  # fmt: skip
def test_where_the_last_word_is_no_address_it_is_the_proxy_that_is_counted_and_nobody_made_up(told: str) -> None:
    assert caller(PROXY, told) == PROXY


@pytest.mark.usefixtures("proxies")
def test_where_all_are_our_own_it_is_the_one_that_called() -> None:
    assert caller(PROXY, f"192.0.2.12, {OUTER}") == PROXY


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize("scheme", ["", "javascript", "https, http", "https://", "wss"])
def test_a_scheme_that_is_none_changes_nothing(scheme: str) -> None:
    assert seen(PROXY, ("X-Forwarded-Proto", scheme))[1] == "http"


def test_whoever_makes_up_addresses_or_changes_their_port_is_one_to_the_limits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTS_TRUSTED_PROXY", PROXY)
    monkeypatch.setattr(rate_limits, "SENT_BY_ADDRESS", parse("3 per 10 minute"))
    settings.settings.cache_clear()
    app = create_app(now=lambda: world.now, start=world.start)

    def sent(peer: str, forwarded: str) -> int:
        client = TestClient(app, PUBLIC_URL, client=(peer, 1))
        return int(client.post("/my-data", headers={"X-Forwarded-For": forwarded}).status_code)

    proxied = [sent(PROXY, f"10.0.0.{number}, 198.51.100.1:{50_000 + number}") for number in range(4)]
    direct = [sent("203.0.113.5", f"10.0.0.{number}") for number in range(4)]
    assert proxied == direct == [422, 422, 422, 429]
    assert sent(PROXY, "198.51.100.2:50000") == 422
