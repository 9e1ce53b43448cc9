"""What DNS says about the sender's domain, asked all at once and for two seconds at most."""

import asyncio
from collections.abc import Sequence

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.rdatatype import TXT
from dns.resolver import NXDOMAIN, NoAnswer

from models.mail.sender_domain import Published, Texts, above

SECONDS = 2


async def look_up(domain: str, selectors: Sequence[str], resolver: Resolver | None = None) -> Published:
    """SPF, DKIM and DMARC as they are published. `resolver`: another than this machine's."""
    try:
        asked = resolver or Resolver()
    except DNSException:  # a machine that has none
        return Published(domain, None, dict.fromkeys(selectors), dict.fromkeys(above(domain)))
    names = [f"{one}._domainkey.{domain}" for one in selectors]
    policies = [f"_dmarc.{one}" for one in above(domain)]
    (known, spf), *others = await asyncio.gather(*(_texts(asked, name) for name in (domain, *names, *policies)))
    texts = [found for _, found in others]
    dkim = dict(zip(selectors, texts, strict=False))
    return Published(domain, spf, dkim, dict(zip(above(domain), texts[len(names) :], strict=True)), known)


async def _texts(resolver: Resolver, name: str) -> tuple[bool, Texts]:
    """Whether DNS knows the name as far as it says, and the texts there; None when it does not answer."""
    try:
        found = await resolver.resolve(name, TXT, search=False, lifetime=SECONDS)
    except NXDOMAIN:
        return False, []
    except NoAnswer:
        return True, []
    except (DNSException, OSError):
        return True, None
    return True, [b"".join(one.strings).decode("utf-8", "replace") for one in found]
