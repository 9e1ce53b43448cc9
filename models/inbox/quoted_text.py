"""What somebody wrote themselves in a reply: without what they answered, and without what their program added."""

import re

from models.text import without_unseen

LONGEST_INTRODUCTION = 3  # lines over which "Den … skrev …:" may be wrapped
HEADERS_SEEN = 4  # lines within which a quoted header has its second field

# "Den tis 2 mars 2027 kl 09:12 skrev Kansliet <…>:", "2 mars 2027 kl. 09:12 skrev …:", "On Tue, Mar 2, … wrote:".
# A sentence of somebody's own can look so; it seldom has an address or a time in it.
INTRODUCTION = re.compile(r"(?:den|on|på|[0-9]|mån|tis|ons|tor|fre|lör|sön).*\b(?:skrev|wrote)\b.*:", re.I)
ADDRESS_OR_TIME = re.compile(r"[<@]|\b[0-9]{1,2}[:.][0-9]{2}\b")
DIVIDER = re.compile(
    r"-{2,}\s*(?:ursprungligt meddelande|original ?(?:message|meddelande)"
    r"|vidarebefordrat meddelande|forwarded message)\s*-{2,}"
    r"|_{10,}",
    re.I,
)
FROM = re.compile(r"\W{0,2}(?:från|from)\W{0,2}:.*", re.I)
SENT = re.compile(r"\W{0,2}(?:skickat|sent|datum|date|till|to)\W{0,2}:.*", re.I)
SIGNATURE = re.compile(r"-- ?")
DEVICE = re.compile(
    r"(?:skickat|skickades|sänt|sent)\s+(?:från|from|via|med|with)\b.{0,40}"
    r"\b(?:iphone|ipad|android|mobil|mobile|telefon|phone|outlook|yahoo|gmail|mail|samsung|galaxy)\b.{0,40}"
    r"|(?:skaffa|hämta|get)\s+(?:outlook|yahoo mail|bluemail)\s+(?:för|for)\s.{0,40}",
    re.I,
)


def without_quotes(text: str) -> str:
    """The text that is the sender's own.

    Lines quoted with ">" are dropped wherever they stand, so that an answer below the question counts too. What is
    quoted without ">" begins with a line that introduces it, and goes on to the end.
    """
    lines = [line.strip("\ufeff\u200b\u00a0 \t\r") for line in without_unseen(text).replace("\r\n", "\n").split("\n")]
    own: list[str] = []
    here = 0
    while here < len(lines):
        if lines[here].startswith(">"):
            here += 1
        elif length := _introduction(lines, here):
            if not _quote_follows(lines, here + length):
                break
            here += length
        elif _begins_the_original(lines, here) or SIGNATURE.fullmatch(lines[here]):
            break
        else:
            own.append(lines[here])
            here += 1
    while own and (not own[-1] or DEVICE.fullmatch(own[-1])):
        own.pop()
    return "\n".join(own).strip()


def _introduction(lines: list[str], here: int) -> int:
    """Over how many lines a line introduces a quote; 0 when it does not. Its date and time, or whose it is, come first.

    A line above it that begins with a figure is no part of it: answers do.
    """
    if not ADDRESS_OR_TIME.search(lines[here]):
        return 0
    together = ""
    for length, line in enumerate(lines[here : here + LONGEST_INTRODUCTION], 1):
        together = f"{together} {line}".strip()
        if not line or len(together) > 500:
            return 0
        if INTRODUCTION.fullmatch(together):
            return length
    return 0


def _quote_follows(lines: list[str], here: int) -> bool:
    return next((line for line in lines[here:] if line), "").startswith(">")


def _begins_the_original(lines: list[str], here: int) -> bool:
    """A divider, or the header block that Outlook puts above what it quotes."""
    if DIVIDER.fullmatch(lines[here]):
        return True
    return bool(FROM.fullmatch(lines[here])) and any(
        SENT.fullmatch(line) for line in lines[here + 1 : here + 1 + HEADERS_SEEN]
    )
