"""A member asks the office for support."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.support_request import SupportRequestForm
from models.i18n import localized
from models.vocabulary import REQUEST_STATE, word
from tasks import support_request as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment
from tasks.staff_ui.form_refresh import refresh_forms_and_start_outbox


@flow(name="support-request", flow_run_name=localized("Stödförfrågan", "Support request"))
@fail_with_sentence
async def support_request(form: SupportRequestForm, request: str = "", as_of: str = "") -> Counts:
    """En medlem vill starta ett nätverk: spara förfrågan, bekräfta den, utse någon som ringer och bjud in till samtal.

    Args:
        form: Vad medlemmen berättar.
        request: Webbsidan anger här en förfrågan som den redan har sparat, och lämnar formuläret tomt.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    if request:
        saved = await stage.find_request(request)
    else:
        intake = await stage.receive_request(form, at)
        await forget(form)
        saved = await stage.save_request(intake, at)
    nearby = await stage.neighbours(saved["id"], at)
    assigned = await stage.assign(saved["id"], at)
    invited = await stage.invite_to_talk(saved["id"], at)
    await refresh_forms_and_start_outbox(as_of)
    number, state = saved["number"], word(REQUEST_STATE, saved["state"])
    hands = localized(f", hos {assigned}", f", with {assigned}") if assigned else ""
    return outcome(
        localized(f"Förfrågan #{number}: {state}{hands}", f"Request #{number}: {state}{hands}"),
        request=number,
        state=saved["state"],
        new=int(saved["new"]),
        nearby=nearby,
        invited=invited,
    )
