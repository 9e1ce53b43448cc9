"""What an import says when it is done, or would do: how the file was read, and what became of its lines."""

from deployments.cli.output import show
from models.i18n import localized
from models.reference.file_import import Outcome


def show_import(outcome: Outcome, as_json: bool) -> None:
    """Print it, as one JSON document or as lines that staff read."""
    if as_json:
        show(outcome.document(), as_json=True)
        return
    told, numbers = outcome.told, outcome.numbers
    columns = ", ".join(ours if ours == theirs else f"{ours} ← {theirs}" for ours, theirs in told.columns.items())
    changed = ", ".join(f"{column} {count}" for column, count in outcome.changes.columns.items())
    lines: dict[str, object] = {
        localized("fil", "file"): f"{told.file} ({told.read_as})",
        localized("kolumner", "columns"): columns,
        localized("används inte", "not used"): ", ".join(told.not_used),
        localized("andra blad", "other sheets"): ", ".join(told.other_sheets),
        localized("rader", "lines"): numbers["read"],
        localized("nya", "new"): numbers["new"],
        localized("ändrade", "changed"): f"{numbers['changed']} ({changed})" if changed else numbers["changed"],
        localized("lika", "same"): numbers["same"],
    }
    names = {"networks": localized("nya nätverk", "new networks"), "meetings": localized("nya träffar", "new meetings")}
    names["gone"] = localized("har utträtt", "have left")
    lines |= {names[name]: count for name, count in outcome.beside.items()}
    if outcome.is_trial:
        nothing = localized("inget skrevs; så här skulle det bli", "nothing was written; this is what would change")
        lines["--dry-run"] = nothing
    show({name: value for name, value in lines.items() if value != ""}, as_json=False)
