"""The five answers as one line of mail: `1 ja 2027-03-02 9; 2 nej; 3 2; 4 4; 5 talare` (domain.md section 6).

Structure is strict, because what follows from it is recorded as an answer: all five, in order, each by its number,
and nothing else beside them. Answers part at a semicolon or a new line (mail programs wrap lines, and some people
write one answer a line); a comma does not part them. Capitals, blanks and a full stop at the end do not matter.

1 ja|yes DATE NUMBER, or nej|no · 2 nej|no, or DATE, or ja|yes DATE · 3 1|2|3|3+, or bara jag|only me · 4 1–5 ·
5 one of the words below. DATE is 2027-03-02. Whether the answers make sense is asked of the form.
"""

import re
import unicodedata

from models.forms.check_in import CheckInAnswers
from models.i18n import Language
from models.tables.check_in import Sharing, Wish

LONGEST = 2000
WISHES: dict[str, Wish] = {
    "inget": Wish.nothing,
    "ingenting": Wish.nothing,
    "nothing": Wish.nothing,
    "bollplank": Wish.sounding_board,
    "ett bollplank": Wish.sounding_board,
    "sounding board": Wish.sounding_board,
    "a sounding board": Wish.sounding_board,
    "fler arrangörer": Wish.more_organisers,
    "more organisers": Wish.more_organisers,
    "more organizers": Wish.more_organisers,
    "talare": Wish.speaker,
    "en talare": Wish.speaker,
    "speaker": Wish.speaker,
    "a speaker": Wish.speaker,
    "inbjudan": Wish.invitation,
    "hjälp med inbjudan": Wish.invitation,
    "invitation": Wish.invitation,
    "help with the invitation": Wish.invitation,
    "paus": Wish.pause,
    "pause": Wish.pause,
    "avsluta": Wish.close,
    "close": Wish.close,
}
SHARES = {
    "1": Sharing.only_me,
    "bara jag": Sharing.only_me,
    "only me": Sharing.only_me,
    "2": Sharing.two,
    "3": Sharing.three_or_more,
    "3+": Sharing.three_or_more,
}
WRITTEN = {
    Language.sv: ("ja", "nej", ("inget", "bollplank", "fler arrangörer", "talare", "inbjudan", "paus", "avsluta")),
    Language.en: (
        "yes",
        "no",
        ("nothing", "sounding board", "more organisers", "speaker", "invitation", "pause", "close"),
    ),
}
DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
ANSWERS = (
    re.compile(rf"1 (?:nej|no|(?:ja|yes) (?P<met_on>{DAY}) (?P<attended>[0-9]{{1,3}}))"),
    re.compile(rf"2 (?:nej|no|(?:(?:ja|yes) )?(?P<next_on>{DAY}))"),
    re.compile("3 (?P<sharing>.+)"),
    re.compile("4 (?P<motivation>[1-5])"),
    re.compile("5 (?P<wish>.+)"),
)


def parse_answer_line(text: str) -> CheckInAnswers | None:
    """The answers in a text that holds them and nothing else; None for every other text."""
    text = unicodedata.normalize("NFC", text).lower().strip().removesuffix(".")
    if len(text) > LONGEST:
        return None
    answers = _apart(text)
    found = [rule.fullmatch(answer) for rule, answer in zip(ANSWERS, answers, strict=False)]
    if len(answers) != len(ANSWERS) or not all(found):
        return None
    told: dict[str, str | None] = {}
    for match in found:
        told |= match.groupdict() if match else {}
    sharing, wish = SHARES.get(told["sharing"] or ""), WISHES.get(told["wish"] or "")
    if sharing is None or wish is None:
        return None
    return CheckInAnswers(
        met=told["met_on"] is not None,
        met_on=told["met_on"] or "",
        met_attended=int(told["attended"] or 0),
        next_on=told["next_on"] or "",
        sharing=sharing,
        motivation=int(told["motivation"] or 0),
        wish=wish,
    )


def _apart(text: str) -> list[str]:
    """The answers of a text, their blanks made single. A line that does not begin an answer carries one on."""
    answers: list[str] = []
    for part in text.split(";"):
        fresh = True
        for line in part.splitlines():
            line = " ".join(line.split())
            if not line:
                continue
            if fresh or re.match(rf"{len(answers) + 1} ", line):
                answers.append(line)
            else:
                answers[-1] += f" {line}"
            fresh = False
    return answers
