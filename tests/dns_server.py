"""A DNS server on loopback (UDP) that has the texts it is given, and can fall silent."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.message
import dns.name
import dns.rcode
import dns.rrset
from dns.asyncresolver import Resolver


@dataclass
class DnsServer:
    """`texts`: by name, without the dot at its end. `silent`: names that are not answered; `refuses`: all are."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    refuses: bool = False
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def resolver(self) -> Resolver:
        """A resolver that asks this server."""
        made = Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], self.port
        return made

    def answer(self, query: dns.message.Message) -> dns.message.Message | None:
        """NXDOMAIN for what neither it has nor anything below it; no answer for what it keeps silent about."""
        [asked] = query.question
        name = asked.name.to_text(omit_final_dot=True)
        self.asked.append(name)
        if name in self.silent:
            return None
        reply = dns.message.make_response(query)
        texts = self.texts.get(name, [])
        if self.refuses:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif not any(known == name or known.endswith(f".{name}") for known in self.texts):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif texts:
            reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "TXT", *map(_quoted, texts)))
        return reply


def _quoted(text: str) -> str:
    """In strings of 255 signs at most, as DNS has it (RFC 1035 section 3.3.14)."""
    return " ".join(f'"{text[first : first + 255]}"' for first in range(0, len(text), 255))


@contextmanager
def dns_server() -> Iterator[DnsServer]:
    """A server of its own, on a free port."""
    server = DnsServer()

    class Query(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            raw, line = self.request
            if reply := server.answer(dns.message.from_wire(raw)):
                line.sendto(reply.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Query) as listener:
        address: Any = listener.server_address
        server.port = address[1]
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        listener.shutdown()
        thread.join(10)
