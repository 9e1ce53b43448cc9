"""Our database's address and keys for the app around Prefect's server: handed over in memory.

They are never in that process's environment, which Prefect's templates and whoever looks at the process could read.
"""

import json
import os
import tempfile
from typing import Final

from models.settings import settings

KEYS: Final = ("LOTS_DATABASE_URL", "LOTS_SECRET_KEY", "LOTS_HASH_KEY", "LOTS_DATA_KEY")
LARGEST: Final = 2**16


def hand_over() -> int:
    """A file descriptor from which a child can take what this process has in its environment, as often as it starts."""
    told = json.dumps({name: os.environ[name] for name in KEYS if os.environ.get(name)}).encode()
    if hasattr(os, "memfd_create"):
        memory = os.memfd_create("lots")
    else:
        with tempfile.TemporaryFile(dir=settings().home) as file:  # where the keys of an embedded database lie as well
            memory = os.dup(file.fileno())
    os.write(memory, told)
    return memory


def take_over(memory: int) -> None:
    """Read our settings with what was handed over, and forget it again but for them."""
    told = json.loads(os.pread(memory, LARGEST, 0))
    os.close(memory)
    os.environ.update(told)
    settings()
    for name in told:
        del os.environ[name]
