"""What somebody wrote themselves in a reply: without what they answered, and without what their program added."""

import re

from models.text import without_unseen

LONGEST_INTRODUCTION = 3  # lines over which "Den … skrev …:" may be wrapped
BLANKS_BEFORE_MARKS = 4  # lines after an introduction within which its quote begins
HEADERS_SEEN = 4  # lines within which a quoted header has its second field

# "Den tis 2 mars 2027 kl 09:12 skrev Kansliet <…>:", "2 mars 2027 kl. 09:12 skrev …:", "On Tue, Mar 2, … wrote:".
# A sentence of somebody's own can look so; it seldom has an address or a time in it.
WROTE = r"\b(?:skrev|skriver|wrote|writes)\b"
INTRODUCTION = re.compile(rf"(?:den|on|på|kl|at|[0-9]|mån|tis|ons|tor|fre|lör|sön|[^:]*@).*{WROTE}.*:", re.I)
OWN_SENTENCE = re.compile(rf"{WROTE} (?:jag|vi|du|ni|han|hon|hen|de|man|i|we|you|he|she|they)\b", re.I)
ADDRESS_OR_TIME = re.compile(r"[<@]|\b[0-9]{1,2}[:.][0-9]{2}\b")
# Where ">" stands on the next lines, less will do: old Thunderbird's "Åsa Sjöström skrev:", old Gmail's date and
# address.
BEFORE_MARKS = re.compile(
    rf"[^:]{{0,100}}{WROTE}.{{0,100}}:|[0-9]{{4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,2}}\b.{{0,200}}<.{{0,200}}>:?",
    re.I,
)
# Zoho and Android: "---- Den tis, 02 mar 2027 09:12:00 +0100 skrev Kansliet <…> ----".
BETWEEN_DASHES = re.compile(rf"-{{2,}}\s.*{WROTE}.*\s?-{{2,}}:?", re.I)
DIVIDER = re.compile(
    r"\W{0,2}-{2,}\s*(?:ursprungligt (?:meddelande|brev)|original ?(?:message|meddelande)|oprindelig besked"
    r"|opprinnelig melding|vidarebefordrat (?:meddelande|brev)|forwarded message)\s*-{2,}\W{0,2}",
    re.I,
)
RULE = re.compile(r"_{10,}")
FROM = re.compile(r"\W{0,2}(?:från|from)\W{0,2}:.*", re.I)
SENT = re.compile(r"\W{0,2}(?:skickat|sent|datum|date|till|to)\W{0,2}:.*", re.I)
FROM_AND_SENT = re.compile(r"\W{0,2}(?:från|from)\W{0,2}:.{1,200}\b(?:skickat|sent|datum|date)\W{0,2}:.*", re.I)
SIGNATURE = re.compile(r"-- ?")
DEVICE = re.compile(
    r"(?:skickat|skickades|sänt|sent|sendt)\s+(?:från|from|fra|via|med|with)\b.{0,40}"
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
    last_mark = _last_mark_above_words(lines)
    last_question = max((here for here, line in enumerate(lines) if "?" in line), default=-1)
    own: list[str] = []
    here = 0
    while here < len(lines):
        if lines[here].startswith(">"):
            here += 1
        elif not lines[here]:
            own.append("")
            here += 1
        elif length := _introduction(lines, here):
            if not _quote_follows(lines, here + length) and here > last_mark:
                break
            here += length
        elif here > last_mark and _begins_the_original(lines, here):
            break
        elif here > max(last_mark, last_question) and SIGNATURE.fullmatch(lines[here]):
            break  # below the two dashes stands what somebody is called; a question there would be put to us
        else:
            own.append(lines[here])
            here += 1
    while own and (not own[-1] or DEVICE.fullmatch(own[-1])):
        own.pop()
    return "\n".join(own).strip()


def _last_mark_above_words(lines: list[str]) -> int:
    """The last line marked ">" with words of somebody's own below it: nothing above it goes on to the end. -1: none."""
    unmarked = (here for here in range(len(lines) - 1, -1, -1) if lines[here] and not lines[here].startswith(">"))
    words = next(unmarked, 0)
    return next((here for here in range(words, -1, -1) if lines[here].startswith(">")), -1)


def _introduction(lines: list[str], here: int) -> int:
    """Over how many lines a line introduces a quote; 0 when it does not.

    Its date and time, or whose it is, come first: a line above it that begins with a figure is no part of it, as
    answers do.
    """
    if BEFORE_MARKS.fullmatch(lines[here]) and lines[here + 1 : here + 3] and _quote_follows(lines, here + 1):
        return 1
    if BETWEEN_DASHES.fullmatch(lines[here][:500]):
        return 1
    if not ADDRESS_OR_TIME.search(lines[here][:500]):
        return 0
    together = ""
    for length, line in enumerate(lines[here : here + LONGEST_INTRODUCTION], 1):
        together = f"{together} {line}".strip()
        if not line or len(together) > 500:
            return 0
        if BETWEEN_DASHES.fullmatch(together) or (
            INTRODUCTION.fullmatch(together) and not OWN_SENTENCE.search(together)
        ):
            return length
    return 0


def _quote_follows(lines: list[str], here: int) -> bool:
    return next((line for line in lines[here : here + BLANKS_BEFORE_MARKS] if line), "").startswith(">")


def _begins_the_original(lines: list[str], here: int) -> bool:
    """A divider, or the header block that Outlook puts above what it quotes, with or without a rule above that."""
    line = lines[here]
    if DIVIDER.fullmatch(line) or FROM_AND_SENT.fullmatch(line):
        return True
    below = lines[here + 1 : here + 1 + HEADERS_SEEN]
    if RULE.fullmatch(line):
        return any(FROM.fullmatch(one) for one in below)
    return FROM.fullmatch(line) is not None and any(SENT.fullmatch(one) for one in below)
