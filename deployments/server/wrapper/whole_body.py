"""A request's body, read whole so that it can be asked with more than once."""

from typing import Final

from starlette.types import Message, Receive

LARGEST_BODY: Final = 2**20


async def read_whole(receive: Receive) -> tuple[list[Message], bool]:
    """The request's messages so far, and whether they are all of it (a caller that has gone counts as such).

    More than LARGEST_BODY is not kept.
    """
    messages: list[Message] = []
    size = 0
    while size <= LARGEST_BODY:
        messages.append(await receive())
        size += len(messages[-1].get("body", b""))
        if not messages[-1].get("more_body", False):
            return messages, True
    return messages, False


def replay(messages: list[Message], receive: Receive) -> Receive:
    """The messages once more, and what comes after them."""
    waiting: list[Message] = list(messages)

    async def again() -> Message:
        return waiting.pop(0) if waiting else await receive()

    return again
