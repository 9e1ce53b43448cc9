"""A stream that nobody reads without the key, and in which a byte changed, moved or missing is told.

Format 1: MAGIC, 16 bytes of salt, 32 bytes of HMAC-SHA256 over both; then chunks of 64 KiB, each sealed with
AES-256-GCM (16 bytes longer). A chunk's nonce is its number (11 bytes, big-endian) and 1 for the last chunk, else 0: so
a chunk left out, doubled or moved does not open, nor a file cut between two chunks. Both keys come from LOTS_BACKUP_KEY
and the salt by scrypt, anew in every file, so that no nonce is used twice under one key.
"""

import hmac
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from models.errors import BackupRefused

FAMILY = b"natverkslots backup "
MAGIC = FAMILY + b"1\n"
SALT, CHECK, CHUNK, TAG = 16, 32, 64 * 1024, 16


def _keys(passphrase: str, salt: bytes) -> tuple[bytes, bytes]:
    """The key that seals and the key that the header is checked by; 32 MB and a tenth of a second to make."""
    made = Scrypt(salt=salt, length=64, n=2**15, r=8, p=1).derive(passphrase.encode())
    return made[:32], made[32:]


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Sealer:
    """Seals what is written to it into `file`; without `close` the file does not open."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        header = MAGIC + os.urandom(SALT)
        key, check = _keys(passphrase, header[len(MAGIC) :])
        file.write(header + hmac.digest(check, header, "sha256"))
        self._file, self._cipher, self._number, self._waiting = file, AESGCM(key), 0, bytearray()

    def write(self, data: bytes) -> int:
        """Seal some more bytes. Returns how many were taken: all."""
        self._waiting += data
        while len(self._waiting) > CHUNK:  # one stays back: the last is sealed as the last
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Seal the last chunk."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, plain: bytes, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), plain, None))
        self._number += 1


class Opener:
    """Reads what a Sealer wrote. Nothing is given out that was not sealed so, in this order."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        """Raises BackupRefused when this is no backup, one of a newer format, or sealed with another key."""
        header, check = file.read(len(MAGIC) + SALT), file.read(CHECK)
        if not header.startswith(MAGIC):
            newer = header.startswith(FAMILY)
            raise BackupRefused(
                "is a backup of a newer natverkslots; restore it with that version" if newer else "is no backup of ours"
            )
        key, mine = _keys(passphrase, header[len(MAGIC) :])
        if not hmac.compare_digest(check, hmac.digest(mine, header, "sha256")):
            raise BackupRefused("does not open with this LOTS_BACKUP_KEY (or its first 70 bytes are damaged)")
        self._file, self._cipher, self._number, self._read = file, AESGCM(key), 0, bytearray()
        self._ahead, self._ended = file.read(CHUNK + TAG), False

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, all that are left if negative. Raises BackupRefused at what is not as it was written."""
        while not self._ended and (size < 0 or len(self._read) < size):
            self._read += self._open()
        given = bytes(self._read if size < 0 else self._read[:size])
        del self._read[: len(given)]
        return given

    def _open(self) -> bytes:
        sealed, self._ahead = self._ahead, self._file.read(CHUNK + TAG)
        self._ended = not self._ahead
        try:
            plain = self._cipher.decrypt(_nonce(self._number, self._ended), sealed, None)
        except (InvalidTag, ValueError):
            raise BackupRefused(f"is damaged or cut short in its part {self._number + 1}") from None
        self._number += 1
        return plain
