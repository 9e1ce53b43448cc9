"""Staff see a need that nobody has asked about."""

from prefect import flow

from flows.outcome import Counts, fail_with_sentence, outcome
from models.forms.need_signal import NeedSignalForm
from models.i18n import localized
from tasks import need_signal as stage
from tasks.runtime.form_intake import forget
from tasks.runtime.step import moment


@flow(name="need-signal", flow_run_name=localized("Behovssignal", "Need signal"))
@fail_with_sentence
async def need_signal(form: NeedSignalForm, as_of: str = "") -> Counts:
    """Anteckna ett behov som du sett. Ingen får e-post och inget startas: det gör medlemmar. Det räknas i rapporten.

    Args:
        form: Var, och vad du såg.
        as_of: Lämnas tomt. Räkna som om det vore den dagen (2027-03-02).
    """
    at = moment(as_of)
    intake = await stage.receive_signal(form, at)
    await forget(form)
    municipality = await stage.note(intake, at)
    line = localized(f"Behovet är antecknat i {municipality}", f"The need is noted in {municipality}")
    return outcome(line, noted=1, municipality=municipality)
