"""Text in pieces as quoted-printable (RFC 2045 section 6.7), what many mails share encoded once and for all.

Most of a mail is its template, the same in every one; encoding it anew took half the time of packing.
"""

from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from functools import lru_cache

LINE = 76
SOFT_BREAK = b"=\r\n"
LONG = 128  # mostly the template's pieces; of what lies between, much is the same in many mails too


def quoted_printable(pieces: Sequence[str]) -> bytes:
    """The pieces as one text, lines ended by CRLF and of at most 76 characters."""
    encoded: list[bytes] = []
    column = 0
    for part, first, last in _parts(pieces):
        if column and column + first >= LINE:
            encoded.append(SOFT_BREAK)
            column = 0
        encoded.append(part)
        column = last if last >= 0 else column + first
    return b"".join(encoded)


def _parts(pieces: Sequence[str]) -> Iterator[tuple[bytes, int, int]]:
    """The long pieces as they are kept, and what lies between them."""
    between: list[str] = []
    for piece in pieces:
        if len(piece) < LONG:
            between.append(piece)
            continue
        if between:
            yield _encoded("".join(between))
            between.clear()
        yield _encoded(piece)
    yield _encoded("".join(between))


@lru_cache(maxsize=4096)
def _encoded(piece: str) -> tuple[bytes, int, int]:
    """A piece encoded; how long its first line is, and its last where that is another (else -1).

    There is always room for a soft line break after the last.
    """
    lines = b2a_qp(piece.encode(), istext=True).split(b"\n")
    for place in range(len(lines) - 1, -1, -1):
        if len(lines[place]) >= LINE and not lines[place].endswith(b"="):
            # Full to the brim, or over it: the library adds to a full line what a blank at its end becomes.
            cut = -3 if lines[place][-3:-2] == b"=" else -1
            lines[place : place + 1] = [lines[place][:cut] + b"=", lines[place][cut:]]
    return b"\r\n".join(lines), len(lines[0]), len(lines[-1]) if len(lines) > 1 else -1
