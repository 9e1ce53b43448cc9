"""A network belongs to a place: what means everywhere is none, however it is said, and every real place is one."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.db.engine import reading
from models.reference import places
from models.reference.places import is_whole_country, municipality_names, region_names
from models.settings import Settings

DATA = Path(places.__file__).parent / "data"
EVERYWHERE = [
    "Sverige", "Landet", "Riket", "Riks", "Riksnät", "Riksnätet", "Riksnätverk", "Riksnätverket", "Rikstäckande",
    "Landsomfattande", "Nationellt", "Nationella", "Internationellt", "Globalt", "Norden", "Skandinavien", "Europa",
    "EU", "Världen", "Överallt", "Digitalt", "På distans", "Sweden", "Scandinavia", "The Nordics", "Nordic", "Europe",
    "National", "International", "Global", "Nationwide", "Country-wide", "Countrywide", "Worldwide", "World-wide",
    "Everywhere", "Online", "Norr till söder", "Söder till norr", "Ystad till Haparanda", "Kiruna till Malmö",
    "North to south", "Alla medlemmar", "Samtliga kommuner", "Alla Sveriges län", "All members", "Every municipality",
    "Var som helst",
]  # fmt: skip
SAID = [
    "Sverige runt", "Hela världen", "Rikstäckande nätverk", "Nordiskt nätverk", "I hela vårt avlånga land",
    "Från norr till söder", "Runt om i landet", "De nordiska länderna", "EU-länderna", "Nordic countries",
    "All over the world", "The whole of Europe", "Chefer i Sverige", "Alla medlemmar i Ledarna", "Norden/Europa",
    "Sveriges land", "Hela vårt land", "I hela vida världen",
    "Hela avlånga landet", "Luleå, hela landet", "Luleå och hela världen", "Riksnätverk för kvinnor", "Europewide",
    "International network", "Globalt nätverk",
]  # fmt: skip
PLACES = [
    "Rikstens gård", "Riksgränsen", "Riksbyggens hus", "Riksdagen", "Riksten", "Nordens Ark", "Nordanstig", "Nordstan",
    "Nordiska museet", "Sverigeparken", "Globen", "Globenområdet", "Global Village, Kista", "Europaplatsen",
    "Europavägen", "Europabron, Luleå", "Internationella handelskammaren i Luleå", "Kista International",
    "Worldwide Logistics park", "Scandinavium", "Svenska Mässan", "Världskulturmuseet", "Nationalparken", "Landskrona",
    "Norr", "Söder", "Norra Sverige", "Södra Norrland", "Mellansverige", "Halva Gotland", "Hela Norrbotten",
    "Hela länet", "Hela centrum", "Malmö till Lund", "Alla kommuner i Norrbotten", "Alla medlemmar i Luleå",
    "Luleå och digitalt", "Digitala huset, Boden", "Region Skåne", "Län", "Alla", "",
]  # fmt: skip


def shipped(kind: str) -> list[str]:
    """The names in the data that comes with the program."""
    with (DATA / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return [row["name"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("words", [*EVERYWHERE, *SAID])
def test_what_means_everywhere_is_no_place(words: str) -> None:
    assert is_whole_country(words)


@given(
    before=st.sampled_from(["", "i ", "Över ", "Ett nätverk för ", "(", "chefer i ", "Across ", "Hela "]),
    words=st.sampled_from(EVERYWHERE),
    after=st.sampled_from(["", "!", ")", " – digitalt", " runt", " och Norden", ", nätverk", " / online", " network"]),
    case=st.sampled_from([str, str.upper, str.lower, str.title]),
)
def test_everywhere_is_no_place_whatever_joins_it_and_however_it_is_written(
    before: str, words: str, after: str, case: type[str]
) -> None:
    assert is_whole_country(case(f"{before}{words}{after}"))


@pytest.mark.parametrize("place", PLACES)
def test_a_place_whose_name_looks_like_everywhere_is_a_place(place: str) -> None:
    assert not is_whole_country(place)


@pytest.mark.parametrize("kind", ["municipalities", "regions"])
@pytest.mark.parametrize(
    "said", ["{}", "{} kommun", "Hela {}", "Region {}", "Norra {}", "{} och Norden", "I {}, digitalt"]
)
def test_every_municipality_and_region_is_a_place(kind: str, said: str) -> None:
    names = shipped(kind)
    assert len(names) in (290, 21)
    assert [name for name in names if is_whole_country(said.format(name))] == []


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyzåäö", min_size=1, max_size=6), st.sampled_from(["by", "stad", "torp"])
)
def test_a_longer_word_that_begins_with_everywhere_is_a_place(letters: str, ends: str) -> None:
    assert not is_whole_country(f"Sverige{letters}{ends}") and not is_whole_country(f"Riks{letters}{ends}")


def test_names_are_in_the_order_of_the_swedish_alphabet(office: Settings) -> None:
    with reading() as session:
        names, regions = municipality_names(session), [name for _, name in region_names(session)]
    assert names.index("Årjäng") < names.index("Älmhult") < names.index("Ödeshög")
    assert regions[0] == "Blekinge län" and regions[-1] == "Östergötlands län"
