"""The doctor tells what the world can make of the sender's address, and what to publish where it can make nothing."""

import time
from collections.abc import Iterator

import pytest
from dns.asyncresolver import Resolver

from deployments.cli.check import Check
from deployments.cli.doctor import examine
from deployments.cli.mail_checks import look_at_sender
from models.settings import Settings, settings
from tests.dns_server import DnsServer, dns_server

DOMAIN = "kansliet.ledarna.se"
KEY = f"v=DKIM1; k=rsa; p={'A' * 392}"  # longer than one string of a record
WHOLE = {
    DOMAIN: ["v=spf1 include:spf.protection.outlook.com -all", "another thing's proof"],
    f"selector1._domainkey.{DOMAIN}": [KEY],
    f"_dmarc.{DOMAIN}": ["v=DMARC1; p=quarantine; rua=mailto:dmarc@ledarna.se"],
}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[DnsServer]:
    """The office sends from DOMAIN by Microsoft's server, and DNS has all that belongs to it."""
    monkeypatch.setenv("LOTS_MAIL_FROM", f"Kansliet <natverk@{DOMAIN}>")
    monkeypatch.setenv("LOTS_SMTP_HOST", "smtp.office365.com")
    monkeypatch.setenv("LOTS_SMTP_TLS", "starttls")
    settings.cache_clear()
    with dns_server() as server:
        server.texts = dict(WHOLE)
        yield server
    settings.cache_clear()


def asked_of(resolver: Resolver) -> Check | None:
    return look_at_sender(settings(), settings().smtp_host, resolver)


def looked_at(world: DnsServer) -> Check:
    found = asked_of(world.resolver())
    assert found
    return found


def test_a_domain_that_has_all_is_in_order(world: DnsServer) -> None:
    assert looked_at(world) == Check("sender", True, f"{DOMAIN}: SPF, DKIM and DMARC in order")


@pytest.mark.parametrize(
    ("changes", "told", "do"),
    [
        ({DOMAIN: []}, "no SPF", '"v=spf1 include:spf.protection.outlook.com -all"'),
        ({DOMAIN: ["v=spf1 a -all"]}, "SPF that does not name smtp.office365.com", "put include:spf.protection"),
        ({DOMAIN: ["v=spf1 +all"]}, "SPF that lets anybody send", "-all, not +all"),
        ({DOMAIN: ["v=spf1 -all", "v=spf1 mx ~all"]}, "2 SPF records", "make them one"),
        (
            {f"selector1._domainkey.{DOMAIN}": []},
            "no DKIM key under selector1, selector2, google",
            "LOTS_DKIM_SELECTOR",
        ),
        ({f"selector1._domainkey.{DOMAIN}": ["v=DKIM1; p="]}, "a DKIM key that was revoked", "make a new key"),
        ({f"_dmarc.{DOMAIN}": []}, "no DMARC", f'at _dmarc.{DOMAIN}, to begin with "v=DMARC1; p=none"'),
        ({f"_dmarc.{DOMAIN}": ["v=DMARC1; rua=mailto:x@y.se"]}, "DMARC without a policy", "write p=none"),
        ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "2 DMARC records", "make them one"),
    ],
)
def test_one_thing_that_is_missing_is_a_remark_with_what_to_do(
    world: DnsServer, changes: dict[str, list[str]], told: str, do: str
) -> None:
    world.texts |= changes
    found = looked_at(world)
    assert found.ok and told in found.what and do in found.do


def test_a_domain_that_proves_nothing_is_not_in_order(world: DnsServer) -> None:
    world.texts = {DOMAIN: ["another thing's proof"]}
    found = looked_at(world)
    assert not found.ok
    assert all(word in found.what for word in ("no SPF", "no DKIM", "no DMARC")) and found.do.count(";") >= 2


def test_a_policy_of_the_domain_above_holds_too(world: DnsServer) -> None:
    del world.texts[f"_dmarc.{DOMAIN}"]
    world.texts["_dmarc.ledarna.se"] = ["v=DMARC1; p=reject"]
    assert looked_at(world).do == ""
    assert "_dmarc.se" not in world.asked


def test_a_key_may_have_another_name(world: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTS_DKIM_SELECTOR", "own2026")
    settings.cache_clear()
    assert f"publish the provider's key at own2026._domainkey.{DOMAIN}" in looked_at(world).do
    world.texts[f"own2026._domainkey.{DOMAIN}"] = [KEY]
    assert looked_at(world).do == ""


def test_googles_server_wants_googles_name(world: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOTS_SMTP_HOST", "smtp-relay.gmail.com")
    settings.cache_clear()
    assert "put include:_spf.google.com" in looked_at(world).do


def test_a_domain_that_dns_does_not_know_is_a_remark(world: DnsServer) -> None:
    world.texts = {"ledarna.se": ["v=spf1 -all"]}
    found = looked_at(world)
    assert found.ok and found.what == f"DNS knows no {DOMAIN}" and "LOTS_MAIL_FROM" in found.do


@pytest.mark.parametrize("how", ["refuses", "silent", "nobody there"])
def test_where_dns_does_not_answer_it_could_not_be_looked_at_and_that_is_no_fault(world: DnsServer, how: str) -> None:
    resolver = world.resolver()
    if how == "refuses":
        world.refuses = True
    elif how == "silent":
        world.silent = {DOMAIN, *(f"{name}._domainkey.{DOMAIN}" for name in ("selector1", "selector2", "google"))}
        world.silent |= {f"_dmarc.{DOMAIN}", "_dmarc.ledarna.se"}
    else:
        resolver.port = 1
    began = time.monotonic()
    found = asked_of(resolver)
    told = f"DNS does not answer here: SPF, DKIM and DMARC of {DOMAIN} could not be looked at"
    assert found == Check("sender", True, told)
    assert time.monotonic() - began < 4


def test_what_was_answered_is_told_and_what_was_not_is_named(world: DnsServer) -> None:
    world.silent = {f"_dmarc.{DOMAIN}"}
    found = looked_at(world)
    told = f"{DOMAIN}: SPF and DKIM in order; DMARC could not be looked at, as DNS did not answer"
    assert found == Check("sender", True, told)


@pytest.mark.parametrize(
    "sender", ["natverk@localhost", "x@kansliet.example.org", "x@office.lan", "x@[192.0.2.1]", "x@a.test", "nobody"]
)
def test_a_name_that_the_world_cannot_know_is_not_asked_about(
    world: DnsServer, monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    monkeypatch.setenv("LOTS_MAIL_FROM", sender)
    settings.cache_clear()
    assert asked_of(world.resolver()) is None
    assert world.asked == []


def test_the_doctor_tells_it_among_the_rest(
    office: Settings, world: DnsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTS_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("LOTS_SMTP_PORT", "1")
    settings.cache_clear()
    world.texts[f"_dmarc.{DOMAIN}"] = []
    [found] = [one for one in examine(settings(), world.resolver()).checks if one.name == "sender"]
    assert found.ok and "no DMARC" in found.what and found.do
