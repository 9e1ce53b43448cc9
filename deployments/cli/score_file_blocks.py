"""The list of networks in a JSON file of any size, read a little at a time."""

import re
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, Final

import orjson

from models.errors import UserError

BLOCK: Final = 1 << 17  # small enough that the parsed objects stay in the processor's cache: twice as fast
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_OPENING: Final = re.compile(rb'\s*\{\s*"networks"\s*:\s*\[')
_FIRST_KEY: Final = re.compile(rb'\s*\{\s*("[A-Za-z_]+")\s*:')


def networks_in(stream: BinaryIO) -> Iterator[list[object]]:
    """The list under "networks", in parts; a file that does not begin with it is read as a whole.

    A block is cut where a network seems to end: before `{` and the key that the first network begins with.
    `_JsonText.parse_list` tells whether the guess was right; if not, the block grows.

    Raises UserError with line and column when the file is not UTF-8 or not JSON, or holds no such list.
    """
    text = _JsonText(stream)
    opening = _OPENING.match(text.rest)
    if not opening:
        text.read_all()
        yield _networks_of(text.parse(b""))
        return
    text.drop(opening.end())
    key = _FIRST_KEY.match(text.rest)
    boundary = re.compile(rb"\}\s*,(?=\s*\{\s*" + re.escape(key[1] if key else b'"id"') + rb"\s*:)")
    while not text.at_end:
        cut = deque(boundary.finditer(text.rest), maxlen=1)
        if cut and (networks := text.parse_list(cut[0].start() + 1)) is not None:
            yield networks
            text.drop(cut[0].end())
        text.grow()
    yield _networks_of(text.parse(b'{"networks":['))


def _networks_of(document: object) -> list[object]:
    networks = document.get("networks") if type(document) is dict else None
    if type(networks) is not list:
        raise UserError('networks: the file must hold an object with a list called "networks"')
    return networks


class _JsonText:
    """The part of the file that is in memory, and where in the file it begins."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.rest = b""
        self.at_end = False
        self.line = 1
        self.column = 0  # characters before `rest` on its first line
        self.grow()
        self.rest = self.rest.removeprefix(_BYTE_ORDER_MARK)

    def grow(self) -> None:
        block = self.stream.read(max(BLOCK, len(self.rest)))
        self.at_end = not block
        self.rest += block

    def read_all(self) -> None:
        self.rest += self.stream.read()
        self.at_end = True

    def drop(self, size: int) -> None:
        """Forget the first bytes, which have been dealt with."""
        self.line, self.column = self._position(size)
        self.rest = self.rest[size:]

    def parse(self, prefix: bytes) -> object:
        """The rest of the file as JSON, after a prefix that stands for what was dropped."""
        try:
            return orjson.loads(prefix + self.rest)
        except orjson.JSONDecodeError as error:
            raise self._refusal(error, self.rest, len(prefix)) from None

    def parse_list(self, size: int) -> list[object] | None:
        """The first bytes as a list of values; None when they end inside a value or after the list's end.

        This makes a guessed cut safe: JSON is read from left to right, so text that begins at a value and
        parses as a list of values ends where a value ends. A cut inside a value fails at its very end, one
        after the list fails where the list ended; what fails elsewhere is wrong in the file itself.
        """
        text = b"[" + self.rest[:size] + b"]"
        try:
            values: list[object] = orjson.loads(text)
            return values
        except orjson.JSONDecodeError as error:
            if _is_utf8(text):
                upto = text.decode()[: error.pos].encode()
                if len(upto) >= len(text) - 1 or _is_json(upto):
                    return None
            raise self._refusal(error, self.rest[:size], 1) from None

    def _position(self, size: int) -> tuple[int, int]:
        """Line and number of characters before the byte `size` of the rest."""
        newlines = self.rest.count(b"\n", 0, size)
        start = self.rest.rfind(b"\n", 0, size) + 1
        before = len(self.rest[start:size].decode(errors="replace"))
        return self.line + newlines, before if newlines else self.column + before

    def _refusal(self, error: orjson.JSONDecodeError, text: bytes, prefix: int) -> UserError:
        try:
            text.decode()
        except UnicodeDecodeError as wrong:
            line, before = self._position(wrong.start)
            return UserError(f"line {line}, column {before + 1}: the file is not UTF-8 text")
        line = self.line + error.lineno - 1
        column = error.colno if error.lineno > 1 else self.column + error.colno - prefix
        return UserError(f"line {line}, column {column}: the file is not valid JSON ({error.msg})")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
