"""The gates: what holds a level down, whatever the score (domain.md section 7)."""

import numpy as np

from models.db.columnar import Ints
from models.health.batch import Batch, Flags, Floats
from models.health.components import Answers, Work
from models.health.parameters import GREEN, RED, YELLOW, Gate, ModelParameters


def gates_and_cap(
    batch: Batch, meetings: Ints, work: Work, ratio: Floats, answers: Answers, gap: Ints, settings: ModelParameters
) -> tuple[Ints, Ints]:
    """The gates that fire, as bits, and the highest level they leave."""
    cadence = batch.cadence_days
    enough = meetings >= settings.gate_meetings
    shared = enough & (batch.step >= settings.share_from_step)
    none = np.zeros(len(batch), dtype=bool)
    fires: tuple[tuple[Gate, Flags, Flags], ...] = (
        (Gate.G1, gap > settings.gap_yellow * cadence, gap > settings.gap_red * cadence),
        (Gate.G2, enough & (work.share > 0) & (work.n_eff < settings.spread_yellow), none),
        (Gate.G3, shared & (work.share < settings.share_yellow), shared & (work.share < settings.share_red)),
        (Gate.G4, ratio <= settings.ratio_yellow, none),  # no ratio is NaN, which is never less
        (Gate.G5, (answers.latest > 0) & (answers.latest <= settings.wish_yellow), none),
        (
            Gate.G6,
            answers.missed >= settings.missed_yellow,
            (answers.missed >= settings.missed_red) & (gap > settings.missed_red_gap * cadence),
        ),
    )
    bits = np.zeros(len(batch), dtype=np.int64)
    cap = np.full(len(batch), GREEN)
    for gate, yellow, red in fires:
        bits |= np.where(yellow, gate.value, 0)
        cap = np.minimum(cap, np.where(red, RED, np.where(yellow, YELLOW, GREEN)))
    return bits, cap
