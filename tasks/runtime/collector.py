"""Python's collector in a process that works through much at once: it leaves alone what will stay."""

import gc
from functools import cache
from typing import Final

COLLECTED_AFTER: Final = (50_000, 20, 20)
"""Objects made, and rounds of the younger generations: one page with a long list makes tens of thousands."""


@cache
def leave_what_is_loaded() -> None:
    """From here on nobody walks again and again through what is loaded by now, some hundred thousand objects.

    Once a process: what it works with later is collected as ever, and seldomer. What is of no use by now is not looked
    for first: that takes a tenth of a second of every run, and finds little.
    """
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
