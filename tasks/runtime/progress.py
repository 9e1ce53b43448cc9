"""How far a long piece of work has come: a progress bar among the run's artifacts and, on a terminal, a line."""

import sys
from time import monotonic
from uuid import UUID

from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact

EVERY_SECONDS = 1.0


class Progress:
    """Shows `before` plus what it is told, out of `total`: once a second at most, and not for what is done sooner."""

    def __init__(self, before: int, total: int, description: str) -> None:
        self.before, self.total, self.description = before, total, description
        self.artifact: UUID | None = None
        self.shown_at = monotonic()

    async def __call__(self, done: int) -> None:
        """So many more are done."""
        if monotonic() - self.shown_at >= EVERY_SECONDS:
            await self._show(done)

    async def end(self, done: int) -> None:
        """The last word, if anything was shown."""
        if self.artifact:
            await self._show(done)

    async def _show(self, done: int) -> None:
        self.shown_at = monotonic()
        come, total = self.before + done, max(self.total, self.before + done)
        line = f"{self.description}: {come} / {total}"
        if sys.stderr.isatty():
            print(f"\r{line}", end="\n" if come == total else "", file=sys.stderr, flush=True)
        share = 100 * come / total
        if self.artifact is None:
            self.artifact = await acreate_progress_artifact(share, description=line)
        else:
            await aupdate_progress_artifact(self.artifact, progress=share, description=line)
