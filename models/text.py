"""Text as people mean it: without signs that nobody sees, composed; and what a name may hold (domain.md section 13)."""

import re
import unicodedata

from email_validator import validate_email

# Direction marks turn what stands there around, signs of no width hide in it: neither is ever meant by who types.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
BETWEEN = re.compile(r"[,;\n]+")
AFTER_Z = str.maketrans("åäö", "{|}")
NAME_SIGNS = "-'’.,&/()"
# A dot with letters on both sides is what mail programs make a link of: example.org, also in ledarna.example/login.
ADDRESS = re.compile(r"\w\.\w{2,}|\bwww\b|//", re.I)
PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{4,24}")


def without_unseen(text: str) -> str:
    """The text without control signs, direction marks and signs of no width; line breaks stay."""
    return UNSEEN.sub("", text)


def nfc(text: str) -> str:
    """Text as people mean it: composed letters (å is one), no blanks around, runs of blanks as one, nothing unseen."""
    return " ".join(unicodedata.normalize("NFC", without_unseen(text)).split())


def listed(text: str) -> list[str]:
    """What a list names, one a line or with commas between."""
    return [name for part in BETWEEN.split(text) if (name := nfc(part))]


def alphabetical(text: str) -> str:
    """What a text is put in order by: å, ä and ö last, as in Swedish, and capitals among the others."""
    return text.casefold().translate(AFTER_Z)


def is_name(text: str) -> bool:
    """Whether it can be the name of a place, a person or a company: letters, digits, blanks and a few signs, and no
    address on the web or by mail.
    """
    name = nfc(text)
    return all(_may_stand(sign) for sign in name) and not ADDRESS.search(name)


def holds_address(text: str) -> bool:
    """Whether there is an address on the web or by mail in it."""
    return "@" in text or ADDRESS.search(text) is not None


def _may_stand(sign: str) -> bool:
    return sign.isalpha() or sign.isdecimal() or sign in f" {NAME_SIGNS}" or unicodedata.category(sign)[0] == "M"


def canonical_address(address: str) -> str:
    """The address as it is compared: case does not matter, and a domain is the same in letters and in punycode."""
    user, _, domain = unicodedata.normalize("NFC", address.strip()).lower().rpartition("@")
    try:
        return f"{user}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{user}@{domain}"


def usable_address(text: str) -> str:
    """The address as it is kept, in one form. Raises ValueError when nobody can be mailed there, as far as its form
    tells; that its domain exists is not asked.
    """
    found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=True, test_environment=True)
    return found.normalized


def is_phone(text: str) -> bool:
    """Whether it can be a phone number: figures, blanks and a few signs, a plus before them."""
    return bool(PHONE.fullmatch(text))
