"""What `lots web` writes of itself: a line for each matter, with its time, and nothing that anybody typed."""

import logging
import traceback

LOGGERS = ("natverkslots", "uvicorn.error", "asyncio")


class OneLine(logging.Formatter):
    """Of an exception its kind, file and line: its own text may hold what somebody typed, or a token."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        # What follows asyncio's first line shows the exception as it is.
        first = (record.getMessage().splitlines() or [""])[0]
        told = f"{first}: {where(record.exc_info[1])}" if record.exc_info and record.exc_info[1] else first
        alone = logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, told, None, None)
        alone.created = record.created
        return super().format(alone)


def where(error: BaseException) -> str:
    """Kind, file and line."""
    steps = traceback.extract_tb(error.__traceback__)
    place = f" in {steps[-1].filename.rsplit('/', 1)[-1]}, line {steps[-1].lineno}" if steps else ""
    return f"{type(error).__name__}{place}"


def log_by_line() -> None:
    """For a process of its own: our lines, uvicorn's and asyncio's, to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
