"""What one cell of a file says, read strictly: what cannot be taken is refused with what to do about it.

Nothing repeats what stands in the cell: it may be somebody's.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from models.i18n import localized
from models.text import NAME_SIGNS, is_name, is_phone, usable_address
from models.vocabulary import Words

YES: Final = ("ja", "yes", "j", "y", "x", "sant", "true", "1")
NO: Final = ("", "nej", "no", "n", "falskt", "false", "0", "-")
# Eight figures with an exponent, a number with decimals of nothing, a day: what Excel makes of a number that is none.
EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]\d+", re.I)
DECIMALS = re.compile(r"[+-]?\d+[.,]\d+")
WITHOUT_ZERO = re.compile(r"[1-9]\d{6,9}")
PLAIN_NUMBER = re.compile(r"\d+(?:-\d{1,4})?")
DAY = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d")
PROTECTED_NUMBER = re.compile(r"['’]\+?\d[^@]*")
TOO_NARROW, FORMULA, ERROR = (
    re.compile(r"#{2,}"),
    re.compile(r"="),
    re.compile(r"#[A-ZÅÄÖ][A-ZÅÄÖ0-9/]*[!?]?|(?:Err|Fel):\d{3}"),
)
BROKEN_LETTERS = re.compile("\ufffd|Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
SIGNS_OF_SPOILING = (*(f"\n{begins}" for begins in ("#", "=", "'", "’", "Err:", "Fel:")), "\ufffd", "Ã")
"""What stands in cells that are looked at more closely, with a line break before each cell."""
PROTECTED_FORMULA = re.compile(r"'[=+\-@]")
"""How our own exports keep a text from being taken for a formula; the apostrophe is not part of it."""
# What nearly every name and address is made of; the others are looked at sign by sign.
PLAIN_NAME = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ0-9 '’,&()-]+")
PLAIN_USER = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*")
MOST_OF_A_USER, MOST_OF_AN_ADDRESS = 64, 254
Read = Callable[[str], object]


class NotUsable(ValueError):
    """A cell cannot be taken; the text says why and what to do."""


def folded(text: str) -> str:
    """How words of headings and codes are compared: å ä ö, capitals, blanks and signs do not matter."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def unspoiled(text: str) -> str:
    """The text. Raises NotUsable when a spreadsheet put something else in its place."""
    if TOO_NARROW.fullmatch(text):
        why = localized("kolumnen var för smal när filen sparades", "the column was too narrow when the file was saved")
        raise NotUsable(f"{why}; {localized('bredda den och spara om', 'widen it and save the file anew')}")
    if ERROR.fullmatch(text):
        raise NotUsable(localized("cellen har ett fel; rätta den i Excel", "the cell has an error; mend it in Excel"))
    if FORMULA.match(text):
        why = localized("börjar med =, som en formel", "begins with =, as a formula")
        raise NotUsable(f"{why}; {as_text()}")
    if PROTECTED_NUMBER.fullmatch(text):
        why = localized("börjar med en apostrof", "begins with an apostrophe")
        raise NotUsable(f"{why}; {as_text()}")
    if BROKEN_LETTERS.search(text):
        raise NotUsable(
            localized(
                "bokstäver gick sönder när filen sparades; spara den som ”CSV UTF-8” eller .xlsx",
                "letters were broken when the file was saved; save it as “CSV UTF-8” or .xlsx",
            )
        )
    return text[1:] if PROTECTED_FORMULA.match(text) else text


def as_text() -> str:
    """What to do about a number that is none."""
    return localized(
        "formatera kolumnen som text och fyll i den igen", "format the column as text and fill it in again"
    )


def number_as_text(text: str) -> str:
    """A number that names something: its figures and signs as they are, letters too.

    Raises NotUsable when a spreadsheet took it for something to calculate with.
    """
    if PLAIN_NUMBER.fullmatch(text):
        return text
    for spoils, why in (
        (EXPONENT, ("Excel har gjort om numret till ett tal med exponent", "Excel made a number with exponent of it")),
        (DECIMALS, ("Excel har gjort om numret till ett tal med decimaler", "Excel made a number with decimals of it")),
        (DAY, ("Excel har gjort om numret till ett datum", "Excel made a date of it")),
    ):
        if spoils.fullmatch(text):
            raise NotUsable(f"{localized(*why)}; {as_text()}")
    if not any(letter.isalnum() for letter in text):
        raise NotUsable(localized("här ska stå ett nummer eller en kod", "a number or code must stand here"))
    return text


def digits(length: int) -> Read:
    """Reads so many digits. Raises NotUsable: Excel takes away the zeros before a number."""

    def read(text: str) -> str:
        number_as_text(text)
        if len(text) != length or not text.isascii() or not text.isdigit():
            what = localized(f"måste vara {length} siffror", f"must be {length} digits")
            zeros = localized("nollor i början försvinner annars", "zeros at its beginning are lost otherwise")
            raise NotUsable(f"{what}; {as_text()}, {zeros}")
        return text

    return read


def whole(least: int, most: int) -> Read:
    """Reads a count. Raises NotUsable when it is none, or outside what is likely."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise NotUsable(
                localized(f"skriv ett heltal från {least} till {most}", f"write a number, {least} to {most}")
            )
        return int(text)

    return read


def numbers(text: str) -> tuple[str, ...]:
    """Several member numbers with commas, semicolons or blanks between. Raises NotUsable when one is spoiled."""
    return tuple(number_as_text(one) for one in re.split(r"[,;\s]+", text) if one)


def name(text: str) -> str:
    """The name of somebody or something (domain.md section 13). Raises NotUsable when it cannot be one."""
    if not (PLAIN_NAME.fullmatch(text) and "ww" not in text.lower()) and not is_name(text):
        raise NotUsable(
            localized(
                f"får ha bokstäver, siffror, mellanslag och {NAME_SIGNS}, och ingen webb- eller mejladress",
                f"takes letters, digits, blanks and {NAME_SIGNS} only, and no web or mail address",
            )
        )
    return text


@lru_cache(maxsize=4096)
def _domain(domain: str) -> str:
    return usable_address(f"a@{domain}").rpartition("@")[2]


def address(text: str) -> str:
    """An e-mail address in the one form in which it is kept. Raises NotUsable when it cannot be one."""
    user, _, domain = text.rpartition("@")
    try:
        if len(user) <= MOST_OF_A_USER and PLAIN_USER.fullmatch(user):
            found = f"{user}@{_domain(domain)}"
            if len(found) <= MOST_OF_AN_ADDRESS:
                return found
        return usable_address(text)
    except ValueError:
        raise NotUsable(localized("är ingen e-postadress", "is not an e-mail address")) from None


def phone(text: str) -> str:
    """A phone number as it is written. Raises NotUsable when it cannot be one."""
    if EXPONENT.fullmatch(text):
        number_as_text(text)
    if WITHOUT_ZERO.fullmatch(text):
        why = localized("nollan i början har försvunnit", "the zero at its beginning is lost")
        raise NotUsable(f"{why}; {as_text()}")
    if not is_phone(text):
        what = localized(
            "är inget telefonnummer; skriv det som 070-123 45 67", "is no phone number; write 070-123 45 67"
        )
        raise NotUsable(what)
    return text


def day(text: str) -> date:
    """A day. Raises NotUsable when it is none, or could be two."""
    try:
        if not DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise NotUsable(localized("skriv datum som 2027-03-02", "write a date as 2027-03-02")) from None


def yes(text: str) -> bool:
    """Whether it says yes. Raises NotUsable when it is neither yes nor no; an empty cell is no."""
    word = text.casefold()
    if word not in YES and word not in NO:
        raise NotUsable(localized("skriv ja eller nej", "write yes or no"))
    return word in YES


def one_of(codes: Iterable[str], words: Words, also: Mapping[str, str] | None = None) -> Read:
    """Reads one of our codes by itself, by its word in either language, or by another way to say it.

    Raises NotUsable that lists them when it is none.
    """
    by_code = {str(one): one for one in codes}
    known = {folded(text): one for code, one in by_code.items() for text in (code, *words[code])}
    known |= {folded(text): by_code[code] for text, code in (also or {}).items()}

    def read(text: str) -> str:
        try:
            return known[folded(text)]
        except KeyError:
            listed = ", ".join(f"{code} ({words[code][0]})" for code in by_code)
            english = ", ".join(by_code)
            raise NotUsable(localized(f"skriv någon av {listed}", f"must be one of {english}")) from None

    return read
