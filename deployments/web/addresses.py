"""Addresses on the net, as far as it matters whose they are."""

import ipaddress
import re
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PORT = r"(?::\d{1,5})?"
WRITTEN = re.compile(rf"([0-9.]+){PORT}|\[([0-9a-f:.]+)\]{PORT}|([0-9a-f:.]+)", re.ASCII | re.IGNORECASE)


def address_of(host: str) -> Address | None:
    """None for what is no address; an IPv4 address also where it comes dressed as IPv6 (::ffff:192.0.2.1)."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def forwarded_address(told: str) -> Address | None:
    """An address as proxies write it: bare, with a port, and in IPv6 in brackets too. None for what is none."""
    found = WRITTEN.fullmatch(told)
    return address_of(next(filter(None, found.groups()))) if found else None


def neighbour(host: str) -> str:
    """An address as one household holds it: in IPv6 that is a whole /64."""
    address = address_of(host)
    if address is None:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def is_within(host: str, networks: Iterable[Network]) -> bool:
    """Whether the address lies in one of them; what is no address lies nowhere."""
    address = address_of(host)
    return address is not None and any(address in network for network in networks)
