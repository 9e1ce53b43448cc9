"""A sealed file: without its key, or with a byte changed, moved or missing, nothing of it is taken for what it was."""

import io
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.errors import BackupRefused
from tasks.archive.sealed import CHECK, CHUNK, MAGIC, SALT, TAG, Opener, Sealer

KEY = "a key for tests only"
HEADER = len(MAGIC) + SALT + CHECK
PLAIN = random.Random(1).randbytes(3 * CHUNK + 100)


def sealed(plain: bytes, key: str = KEY) -> bytes:
    file = io.BytesIO()
    sealer = Sealer(file, key)
    for start in range(0, len(plain), 10_000):
        sealer.write(plain[start : start + 10_000])
    sealer.close()
    return file.getvalue()


def opened(content: bytes, key: str = KEY) -> bytes:
    return Opener(io.BytesIO(content), key).read()


SEALED = sealed(PLAIN)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 100])
def test_what_was_sealed_opens_with_its_key(size: int) -> None:
    assert opened(sealed(PLAIN[:size])) == PLAIN[:size]


def test_it_is_read_a_piece_at_a_time_and_never_kept_whole() -> None:
    opener = Opener(io.BytesIO(SEALED), KEY)
    pieces = []
    while piece := opener.read(1000):
        pieces.append(piece)
        assert len(opener._read) <= CHUNK + 1000
    assert b"".join(pieces) == PLAIN and max(map(len, pieces)) == 1000


def test_the_same_is_sealed_differently_each_time_and_shows_nothing_of_itself() -> None:
    again = sealed(PLAIN)
    assert again[HEADER:] != SEALED[HEADER:]
    assert PLAIN[:16] not in SEALED


def test_another_key_is_told() -> None:
    with pytest.raises(BackupRefused, match="does not open with this LOTS_BACKUP_KEY"):
        opened(SEALED, "another key for tests")


@settings(max_examples=20)
@given(at=st.integers(0, len(SEALED) - 1), bit=st.integers(0, 7))
@example(at=0, bit=0)
@example(at=len(MAGIC) - 2, bit=0)
@example(at=len(MAGIC), bit=7)
@example(at=len(MAGIC) + SALT, bit=0)
@example(at=HEADER, bit=0)
@example(at=HEADER + CHUNK, bit=0)
@example(at=len(SEALED) - 1, bit=7)
def test_one_bit_changed_anywhere_is_told(at: int, bit: int) -> None:
    changed = bytearray(SEALED)
    changed[at] ^= 1 << bit
    with pytest.raises(BackupRefused):
        opened(bytes(changed))


BOUNDARIES = [HEADER + n * (CHUNK + TAG) for n in range(4)]


@pytest.mark.parametrize("length", [0, 1, len(MAGIC), HEADER - 1, *BOUNDARIES, *(b + 1 for b in BOUNDARIES), -1])
def test_a_file_cut_short_is_told_wherever_it_was_cut(length: int) -> None:
    with pytest.raises(BackupRefused):
        opened(SEALED[:length])


@pytest.mark.parametrize(
    "order",
    [(1, 0, 2, 3), (0, 2, 3), (1, 2, 3), (0, 1, 2, 2, 3), (0, 1, 2, 3, 3), (0, 1, 3, 2)],
)
def test_parts_moved_left_out_or_doubled_are_told(order: tuple[int, ...]) -> None:
    parts = [SEALED[start : start + CHUNK + TAG] for start in BOUNDARIES]
    with pytest.raises(BackupRefused):
        opened(SEALED[:HEADER] + b"".join(parts[n] for n in order))


def test_what_stands_after_the_end_is_told() -> None:
    with pytest.raises(BackupRefused):
        opened(SEALED + b"x")
