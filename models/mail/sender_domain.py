"""Whether the world can tell that the office's mail is the office's: SPF, DKIM and DMARC of the sender's domain.

What DNS said is given: the texts under a name, none where there are none, None where DNS did not answer.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Texts = Sequence[str] | None
MADE_UP = {"localhost", "local", "lan", "internal", "intranet", "home", "arpa", "test", "example", "invalid"}
EXAMPLES = ("example.org", "example.com", "example.net")
SELECTORS = ("selector1", "selector2", "google")  # Microsoft's two, and Google's
# What a provider's servers are called, and what an SPF record says to name them.
PROVIDERS = {
    "spf.protection.outlook.com": re.compile(r"(^|\.)(office365|outlook)\.com$"),
    "_spf.google.com": re.compile(r"(^|\.)(gmail|google|googlemail)\.com$"),
}
SPF, DKIM, DMARC = "SPF", "DKIM", "DMARC"


class Published(NamedTuple):
    """What DNS has about a domain. `dkim` by selector; `dmarc` by domain, the sender's own first, then those above."""

    domain: str
    spf: Texts
    dkim: Mapping[str, Texts]
    dmarc: Mapping[str, Texts]
    known: bool = True


class Remark(NamedTuple):
    """One thing that is not as it should be, and what to do. `missing`: receivers can make nothing of it at all."""

    about: str
    what: str
    do: str
    missing: bool = True


class Standing(NamedTuple):
    """How a sender's domain stands. `ok`: some of its mail's origin can be proved, or nothing is known."""

    ok: bool
    what: str
    do: str


def is_real(domain: str) -> bool:
    """Whether the world's DNS can know a name: not one of a machine alone, nor one kept for examples (RFC 6761)."""
    labels = domain.lower().rstrip(".").split(".")
    return len(labels) > 1 and labels[-1] not in MADE_UP and ".".join(labels[-2:]) not in EXAMPLES and domain[0] != "["


def above(domain: str) -> list[str]:
    """The domain and those above it, where a DMARC record may stand for it; no top-level one."""
    labels = domain.split(".")
    return [".".join(labels[first:]) for first in range(len(labels) - 1)]


def standing(told: Published, mail_host: str, chosen_selector: str) -> Standing:
    """What to say of the sender's domain. `mail_host`: the server that mail goes out by."""
    if not told.known:
        do = "see that LOTS_MAIL_FROM is an address that can be answered"
        return Standing(True, f"DNS knows no {told.domain}", do)
    found = {
        SPF: _spf(told, mail_host),
        DKIM: _dkim(told, chosen_selector),
        DMARC: _dmarc(told),
    }
    unseen = [about for about, remarks in found.items() if remarks is None]
    remarks = [one for some in found.values() for one in some or ()]
    good = [about for about, some in found.items() if some == []]
    parts = [f"{_listed(good)} in order"] if good else []
    parts += [one.what for one in remarks]
    if unseen:
        parts.append(f"{_listed(unseen)} could not be looked at, as DNS did not answer")
    missing = {one.about for one in remarks if one.missing}
    return Standing(not {SPF, DKIM} <= missing, f"{told.domain}: {'; '.join(parts)}", "; ".join(r.do for r in remarks))


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _spf(told: Published, mail_host: str) -> list[Remark] | None:
    """RFC 7208. None where DNS did not answer; no remark where all is well."""
    if told.spf is None:
        return None
    records = [text for text in told.spf if re.match(r"v=spf1( |$)", text, re.I)]
    include = next((one for one, names in PROVIDERS.items() if names.search(mail_host.lower())), None)
    named = f"include:{include}" if include else "a:" + mail_host
    if not records:
        do = f'publish a TXT record at {told.domain} that names your mail server: "v=spf1 {named} -all"'
        return [Remark(SPF, "no SPF", do)]
    if len(records) > 1:
        what = f"{len(records)} SPF records, and with more than one none counts"
        return [Remark(SPF, what, f"make them one at {told.domain}")]
    terms = records[0].lower().split()
    if {"+all", "all"} & set(terms):
        return [Remark(SPF, "SPF that lets anybody send", f"end the SPF record of {told.domain} with -all, not +all")]
    if include and f"include:{include}" not in [term.lstrip("+") for term in terms] and "redirect=" not in records[0]:
        what = f"SPF that does not name {mail_host}"
        return [Remark(SPF, what, f"put {named} into the SPF record of {told.domain}", missing=False)]
    return []


def _dkim(told: Published, chosen_selector: str) -> list[Remark] | None:
    """RFC 6376 section 3.6.1. A key under one selector is enough."""
    keys = [_tags(text).get("p") for texts in told.dkim.values() for text in texts or ()]
    if any(keys):
        return []
    if None in told.dkim.values():
        return None
    names = ", ".join(told.dkim)
    if "" in keys:
        return [Remark(DKIM, f"a DKIM key that was revoked ({names})", "have the provider make a new key, publish it")]
    if chosen_selector:
        do = f"publish the provider's key at {names}._domainkey.{told.domain}, or correct LOTS_DKIM_SELECTOR"
        return [Remark(DKIM, f"no DKIM key under {names}", do)]
    do = "switch on DKIM signing at the provider and publish its key, or set LOTS_DKIM_SELECTOR to the key's own name"
    return [Remark(DKIM, f"no DKIM key under {names}", do)]


def _dmarc(told: Published) -> list[Remark] | None:
    """RFC 7489 section 6.6.3; the domain's own record counts, else the nearest above it."""
    for domain, texts in told.dmarc.items():
        if texts is None:
            return None
        records = [text for text in texts if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]
        if len(records) > 1:
            what = f"{len(records)} DMARC records at _dmarc.{domain}, and with more than one none counts"
            return [Remark(DMARC, what, "make them one")]
        if records:
            if _tags(records[0]).get("p", "").lower() in ("none", "quarantine", "reject"):
                return []
            return [Remark(DMARC, "DMARC without a policy", f"write p=none, quarantine or reject at _dmarc.{domain}")]
    do = f'publish a TXT record at _dmarc.{told.domain}, to begin with "v=DMARC1; p=none"'
    return [Remark(DMARC, "no DMARC", do)]


def _tags(text: str) -> dict[str, str]:
    """The tags of a DKIM or DMARC record (RFC 6376 section 3.2)."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): re.sub(r"\s", "", value) for name, found, value in pairs if found}
