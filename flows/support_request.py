"""A member asks the office for support."""

from typing import Any

from prefect import flow

from flows.telling import in_words, told
from models.forms.support_request import SupportRequestForm
from models.language import say
from models.words import REQUEST_STATE, word
from tasks import support_request as stage
from tasks.intake import forget
from tasks.step import moment
from tasks.wrap_up import wrap_up


@flow(name="support-request", flow_run_name=say("Stödförfrågan", "Support request"))
@in_words
async def support_request(form: SupportRequestForm, as_of: str = "") -> Any:
    """En medlem vill starta ett nätverk: spara förfrågan, bekräfta den, utse någon som ringer och bjud in till samtal.

    Args:
        form: Vad medlemmen berättar.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    intake = await stage.receive_request(form, at)
    await forget(form)
    request = await stage.save_request(intake, at)
    nearby = await stage.neighbours(request["id"], at)
    assigned = await stage.assign(request["id"], at)
    invited = await stage.invite_to_talk(request["id"], at)
    await wrap_up(as_of)
    number, state = request["number"], word(REQUEST_STATE, request["state"])
    hands = say(f", hos {assigned}", f", with {assigned}") if assigned else ""
    return told(
        say(f"Förfrågan #{number}: {state}{hands}", f"Request #{number}: {state}{hands}"),
        request=request["number"],
        state=request["state"],
        new=int(request["new"]),
        nearby=nearby,
        invited=invited,
    )
