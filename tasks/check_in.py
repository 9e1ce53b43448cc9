"""The weekly round of check-ins, and an answer keyed in by staff."""

from datetime import datetime

from models.check_ins import asking
from models.db.engine import transaction
from models.errors import UserError
from models.forms.check_in import CheckInForm
from models.i18n import localized
from models.networks.lookup import network_by_number
from models.stages import check_in as stages_check_in
from tasks.runtime.step import step


@step("Spara svaret", "Save the answer")
async def save_answer(form: CheckInForm, at: datetime) -> int:
    with transaction() as session:
        network = network_by_number(session, form.network_number, localized("Nätverk", "Network"))
        check_in = asking.latest(session, network.id)
        if check_in is None:
            raise UserError(
                localized(
                    f"Nätverk: ingen avstämning har skickats till #{network.number} än.",
                    f"Network: no check-in has been sent to #{network.number} yet.",
                )
            )
        asking.record_answers(session, check_in, form, at)
        return network.number


@step("Skicka avstämningar", "Send check-ins")
async def send_due(at: datetime) -> int:
    with transaction() as session:
        return stages_check_in.send_due(session, at)


@step("Påminn en gång", "Remind once")
async def remind(at: datetime) -> int:
    with transaction() as session:
        return stages_check_in.remind(session, at)


@step("Fråga en annan arrangör", "Ask another organiser")
async def ask_second(at: datetime) -> int:
    with transaction() as session:
        return stages_check_in.ask_second(session, at)


@step("Be personal ringa dem som ingen når", "Have staff call whom nobody reaches")
async def give_up_asking(at: datetime) -> int:
    with transaction() as session:
        return stages_check_in.give_up_asking(session, at)


@step("Ta hand om svaren", "Look after the answers")
async def follow_up_answers(at: datetime) -> int:
    with transaction() as session:
        return stages_check_in.follow_up_answers(session, at)
