"""The weekly round of check-ins, and an answer keyed in by staff."""

from datetime import datetime

from models.db.engine import transaction
from models.forms.check_in import CheckInForm
from models.stages import check_in as check_in_round
from models.tables.transition import Actor, Cause
from tasks.runtime.step import run_id, step


@step("Spara svaret", "Save the answer")
async def save_answer(form: CheckInForm, at: datetime) -> int:
    """Save what a member answered by phone, as theirs. Returns the network's number."""
    with transaction() as session:
        cause = Cause("check-in", Actor.member, at, flow_run_id=run_id())
        return check_in_round.take_told_answer(session, form, cause)


@step("Skicka avstämningar", "Send check-ins")
async def send_due(at: datetime) -> int:
    """One check-in to each network that is due. Returns how many."""
    with transaction() as session:
        return check_in_round.send_due(session, at)


@step("Påminn en gång", "Remind once")
async def remind(at: datetime) -> int:
    """One reminder after seven active days of silence. Returns how many."""
    with transaction() as session:
        return check_in_round.remind(session, at)


@step("Fråga en annan arrangör", "Ask another organiser")
async def ask_second(at: datetime) -> int:
    """Another organiser after a silent reminder. Returns how many."""
    with transaction() as session:
        return check_in_round.ask_second(session, at)


@step("Be personal ringa dem som ingen når", "Have staff call whom nobody reaches")
async def give_up_asking(at: datetime) -> int:
    """Nobody answered: staff are to try by phone. Returns how many networks."""
    with transaction() as session:
        return check_in_round.give_up_asking(session, at)


@step("Ta hand om svaren", "Look after the answers")
async def follow_up_answers(at: datetime) -> int:
    """What answers ask of staff goes on their list. Returns how many."""
    with transaction() as session:
        return check_in_round.follow_up_answers(session, at)
