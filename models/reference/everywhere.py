"""Words for everywhere: the country, what it lies in, and all that is in it (domain.md S8). Nobody meets there.

Alternatives of regular expressions, in small letters and with a single blank for every sign.
"""

import re

LANDS = (
    "sveriges?|landet|riket|norden|skandinavien|europa|eu|världen"
    "|sweden|country|nordics?|scandinavia|europe|world"
)  # fmt: skip
OF_LANDS = (
    "svenskt?|svenska|nordiskt?|nordiska|skandinaviskt?|skandinaviska|europeiskt?|europeiska|(?:inter)?nationell[ta]?"
    "|swedish|scandinavian|european|(?:inter)?national(?:ly)?|global(?:[ta]|ly)?"
)
WIDESPREAD = (
    "(?:riks|lands)(?:täckande|omfattande)|riks(?:nät|nätet|nätverk|nätverket)|(?:nation|country|sweden|europe) ?wide"
)
ANYWHERE = (
    "riks|vårt avlånga land|överallt|vart? som helst|digitalt?|på nätet|på distans"
    "|everywhere|anywhere|world ?wide|online"
)  # fmt: skip
SOUTH = "(?:ystad|smygehuk|trelleborg|malmö|skåne|söder|south)"
NORTH = "(?:haparanda|treriksröset|riksgränsen|kiruna|norrbotten|lappland|norr|north)"
END_TO_END = f"{SOUTH} (?:till|to) {NORTH}|{NORTH} (?:till|to) {SOUTH}"
PEOPLE = "medlem|medlemmar|chefer|ledare|ledarnas?|members?|managers|leaders"
PARTS = (
    "län|landskap|kommun|kommuner|region|regioner|ort|orter|stad|städer|platser|länder"
    "|count(?:y|ies)|municipalit(?:y|ies)|regions|towns?|city|cities|places|countries"
)
ALL = f"(?:alla|samtliga|varje|all|every|each) (?:(?:av|of|the|våra|our|sveriges|landets) )*(?:{PEOPLE}|{PARTS})"
NETWORK = "nätverk|nätverket|networks?"
JOINING = (
    "de|den|det|i|inom|över|runt|om|kring|från|till|och|eller|samt|för|av|vid|vårt|våra|ett|hela|alla|land|länder"
    "|länderna|region|regionen|in|across|over|around|throughout|within|from|to|and|or|for|the|of|our|a|an|whole"
    "|entire|all|wide|countries"
)


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b")


EVERYWHERE = _any(ALL, END_TO_END, ANYWHERE, WIDESPREAD, OF_LANDS, LANDS)
JOINS = _any(JOINING, PEOPLE, NETWORK)
# These say it in any company: a town named beside them makes no place of them.
SAYS_WHOLE = _any(
    WIDESPREAD,
    f"(?:hela|whole|entire|all of|all over) (?:(?:the|vårt|avlånga|vida|långa) )*(?:{LANDS}|land)",
    f"(?:{OF_LANDS}) (?:{NETWORK})",
)
SIGNS = re.compile(r"[\W_]+")


def is_everywhere(text: str) -> bool:
    """Whether a text in small letters says everywhere: with nothing beside it but what joins words, or so plainly that
    the name of a town beside it changes nothing.
    """
    words = SIGNS.sub(" ", text).strip()
    rest, found = EVERYWHERE.subn(" ", words)
    return bool(found and not JOINS.sub(" ", rest).strip()) or bool(SAYS_WHOLE.search(words))
