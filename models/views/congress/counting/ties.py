"""What figures of different chapters tell of one another: who knows the one knows the other, or a bound of it.

Each is so by the lifecycle (domain.md section 4), but for what was corrected or opened again: it is tied where it is
so.
"""

from models.tables.network import ENDED, NetworkState
from models.views.congress.counting.networks import NEVER_STARTED, PLACES
from models.views.congress.counting.tally import Tally
from models.views.congress.disclosure.small_cells import CellId
from models.views.congress.facts.rows import Facts
from models.views.congress.report import EVERYWHERE


def tie_requests(facts: Facts, tally: Tally) -> None:
    """Each network began by a request that was granted; one is granted after a talk, and waits before it expires."""
    granted = [("requests", (year,), "granted") for year in facts.years]
    tally.add_up_if_so(granted, [one for year in facts.years for one in tally.of_year("starters", "networks", year)])
    for year in facts.years:
        decided, waited = ("requests", (year,), "decided"), ("requests", (year,), "waited")
        tally.at_most([("requests", (year,), "granted")], [("requests", (year,), "talked")])
        tally.at_most([("requests", (year,), one) for one in ("granted", "declined", "referred")], [decided])
        tally.at_most([("requests", (year,), one) for one in ("waiting", "expired")], [waited])
        for place in facts.places:
            row = (year, place)
            there: CellId = ("requests_by_region", row, "decided")
            tally.at_most([("requests_by_region", row, "granted")], [there])
            tally.at_most([there], [("requests_by_region", row, "received")])
        tally.add_up([("requests_by_region", (year, EVERYWHERE), "decided")], [decided])


def tie_networks(facts: Facts, tally: Tally) -> None:
    """A network is created before it starts, starts before its support ends, and rests because it was put to rest."""
    created: list[CellId] = []
    left: list[CellId] = []
    started: list[CellId] = []
    phased_out: list[CellId] = []
    for year in facts.years:
        country = (year, EVERYWHERE)
        created += tally.of_year("starters", "networks", year)
        ends = tally.of_year("ends", "networks", year)
        left += [("networks", country, "started"), *(one for one in ends if one[1][1] == NEVER_STARTED)]
        tally.at_most(left, created)
        started.append(("networks", country, "started"))
        phased_out.append(("phase_outs", (year,), "networks"))
        tally.at_most(phased_out, started)
        rests = [one for one in ends if one[1][1] == NetworkState.resting]
        resting: CellId = ("networks", country, "resting")
        tally.at_most([resting], [("networks", (year - 1, EVERYWHERE), "resting"), *rests])
        tally.add_up_if_so([("hours_per_living", (year,), "networks")], [started[-1]])
        lived: list[CellId] = [("networks", country, "living"), ("networks", country, "ended")]
        tally.at_most(tally.of_year("health", "networks", year), lived)
        tally.add_up([one for one in ends if one[1][1] in ENDED], [("networks", country, "ended")])
        tally.at_most([(PLACES, (year,), "municipalities")], [("networks", country, "active")])
        tally.at_most([(PLACES, (year,), "regions")], [(PLACES, (year,), "municipalities")])
        tally.both_or_none(PLACES, (year,), "municipalities", "regions")


def tie_meetings(facts: Facts, tally: Tally) -> None:
    """A network starts with a meeting, and none meets that neither lives at the year's end nor ended in it; nor is one
    assessed that does not.
    """
    for year in facts.years:
        for column, met in (("networks", "networks"), ("meetings", "held")):
            country = (year, EVERYWHERE)
            tally.add_up_if_so([("duties", country, column)], [("meetings", country, met)])
        for place in facts.places:
            row = (year, place)
            those_who_met: CellId = ("meetings", row, "networks")
            lived: list[CellId] = [("networks", row, "living"), ("networks", row, "ended")]
            tally.at_most([("networks", row, "started")], [those_who_met])
            tally.at_most([those_who_met], lived)
            tally.at_most([("cadence", row, "networks")], lived)
