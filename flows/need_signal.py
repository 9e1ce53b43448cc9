"""Staff see a need that nobody has asked about."""

from typing import Any

from prefect import flow

from flows.outcome import in_words, told
from models.forms.need_signal import NeedSignalForm
from models.i18n import say
from tasks import need_signal as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment


@flow(name="need-signal", flow_run_name=say("Behovssignal", "Need signal"))
@in_words
async def need_signal(form: NeedSignalForm, as_of: str = "") -> Any:
    """Anteckna ett behov som du sett. Ingen får e-post och inget startas: det gör medlemmar. Det räknas i rapporten.

    Args:
        form: Var, och vad du såg.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    intake = await stage.receive_signal(form, at)
    await forget(form)
    municipality = await stage.note(intake, at)
    line = say(f"Behovet är antecknat i kommun {municipality}", f"The need is noted in municipality {municipality}")
    return told(line, noted=1, municipality=municipality)
