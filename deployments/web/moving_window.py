"""Counts how often somebody did something in the time of a limit, in memory.

The storage that `limits` brings begins a thread for each count, keeps every key for good and looks through all of them
each time: whoever sends links of their own making would fill the memory, and slow down everybody's pages.
"""

import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable

from limits import RateLimitItem

Counted = OrderedDict[tuple[str, ...], deque[float]]


class MovingWindow:
    """The times of each count, by limit and key; a key is forgotten when its last has left the window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.counted: defaultdict[RateLimitItem, Counted] = defaultdict(OrderedDict)

    def hit(self, limit: RateLimitItem, *key: str) -> bool:
        """Count one more; False, uncounted, when the limit is reached."""
        if not self.test(limit, *key):
            return False
        times = self.counted[limit].setdefault(key, deque())
        times.append(self.clock())
        self.counted[limit].move_to_end(key)
        return True

    def test(self, limit: RateLimitItem, *key: str) -> bool:
        """Whether one more would be within the limit."""
        counted, since = self.counted[limit], self.clock() - limit.get_expiry()
        while counted and next(iter(counted.values()))[-1] <= since:  # whoever came last is last
            counted.popitem(last=False)
        times = counted.get(key, deque())
        while times and times[0] <= since:
            times.popleft()
        return len(times) < limit.amount
