"""Every form as it opens in the Prefect UI: sent so, it does what its title says or says what is missing."""

import inspect
from datetime import date
from typing import Any

import pytest
import yaml
from prefect.utilities.schema_tools.validation import validate

from deployments.cli.run_flow import flow_named, parameters_for
from deployments.server.environment import PREFECT_YAML
from deployments.server.prefect_setup import deployment
from models.errors import UserError
from models.forms.kit.base import Form
from models.forms.kit.fields import Entries
from models.forms.kit.sweep import SweepForm
from models.forms.registry import FORMS
from tasks.staff_ui.form_schema import form_schema

TODAY = date(2026, 11, 26)
DEPLOYMENTS: dict[str, dict[str, Any]] = {
    one["name"]: one for one in yaml.safe_load(PREFECT_YAML.read_text())["deployments"]
}
LISTS = {
    name: Entries((f"Luleå · ort · #{number}",))
    for number, name in enumerate(("requests", "networks", "planned", "matters"))
}
# What staff read who press Submit at once: Prefect's own word for a field that is missing, or our sentence.
MISSING = {
    "support-request": "'member_number' is a required property",
    "needs-talk": "'request_number' is a required property",
    "need-signal": "'signature' is a required property",
    "meeting-report": "'network_number' is a required property",
    "catch-up": "'network_number' is a required property",
    "network-change": "'change' is a required property",
    "kickoff": "Nätverk: välj i listan, eller «Inget: kör dagens genomgång nu».",
    "check-in": "Vilket nätverk svarar: välj i listan, eller «Inget: kör veckans utskick nu».",
    "health-check": "Nätverk: välj i listan, eller «Alla: kör månadens kontroll nu».",
    "capacity": "Vad gäller det: välj i listan.",
    "congress-report": "Vilken rapport: välj i listan.",
    "outbox": "Vad ska göras: välj i listan.",
    "data-protection": "Begäran: välj i listan, eller «Ingen: kör nattens gallring nu».",
}
# These have no form: they are their sweep, and their page says so.
WITHOUT_A_FORM = {"work-list", "phase-out", "mail-check", "inbox", "backup", "member-register"}
SWEEPS = {"kickoff", "check-in", "health-check", "capacity", "congress-report", "outbox", "data-protection"}
IN_WORDS = {
    "kickoff": {"network_number": "Inget: kör dagens genomgång nu"},
    "check-in": {"network_number": "Inget: kör veckans utskick nu"},
    "health-check": {"network_number": "Alla: kör månadens kontroll nu"},
    "capacity": {"action": "Kvartalets genomgång"},
    "congress-report": {"action": "Årets: läget den 1 januari"},
    "outbox": {"action": "Skicka det som får gå nu"},
    "data-protection": {"request": "Ingen: kör nattens gallring nu"},
}


def opened(name: str) -> dict[str, Any]:
    """The form's values that stand there when its page opens."""
    schema = form_schema(FORMS[name], LISTS)["definitions"][f"{FORMS[name].__name__}~0"]
    standing = {field: one["default"] for field, one in schema["properties"].items() if "default" in one}
    form: dict[str, Any] = DEPLOYMENTS[name].get("parameters", {}).get("form", {})
    return standing | form


def answer_to(name: str, form: dict[str, Any]) -> str:
    """What whoever sends the form is told before anything is done; empty when it is taken."""
    if errors := validate({"form": form}, form_schema(FORMS[name], LISTS), raise_on_error=False):
        return " ".join(error.message for error in errors)
    return " ".join(read(name, form).all_problems(TODAY))


def read(name: str, form: dict[str, Any]) -> Form:
    return FORMS[name].model_validate(form)


def test_every_deployment_is_in_the_table() -> None:
    assert set(DEPLOYMENTS) == set(MISSING) | WITHOUT_A_FORM


@pytest.mark.parametrize("name", sorted(MISSING))
def test_a_form_sent_as_it_opens_says_what_is_missing(name: str) -> None:
    assert MISSING[name] in answer_to(name, opened(name))


@pytest.mark.parametrize("name", sorted(SWEEPS))
def test_with_a_signature_alone_it_still_says_what_is_missing(name: str) -> None:
    form = opened(name)
    if "signature" in FORMS[name].model_fields:
        form["signature"] = "asj"
    assert MISSING[name] in answer_to(name, form)
    assert not read(name, form).is_sweep


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_a_schedule_starts_the_sweep_and_nothing_else_is_one(name: str) -> None:
    schedules = deployment(DEPLOYMENTS[name]).schedules or []
    assert bool(schedules) == (name in SWEEPS | {"work-list", "phase-out", "inbox", "backup", "member-register"})
    for schedule in schedules:
        parameters = DEPLOYMENTS[name].get("parameters", {}) | schedule.parameters
        if name in FORMS:
            assert answer_to(name, parameters["form"]) == ""
            assert read(name, parameters["form"]).is_sweep


@pytest.mark.parametrize("name", sorted(SWEEPS))
def test_the_sweep_is_chosen_in_words_and_called_without_a_form_it_is_the_sweep(name: str) -> None:
    form = opened(name) | IN_WORDS[name]
    assert answer_to(name, form) == "" and read(name, form).is_sweep
    flow: Any = flow_named(name)
    assert parameters_for(flow, {}) == {}  # `lots run` without --param
    default: Form = inspect.signature(flow.fn).parameters["form"].default
    assert default.is_sweep and default.all_problems(TODAY) == []


@pytest.mark.parametrize("name", sorted(name for name in SWEEPS if issubclass(FORMS[name], SweepForm)))
def test_the_sweep_together_with_what_is_about_one_is_refused(name: str) -> None:
    about: dict[str, dict[str, Any]] = {
        "kickoff": {"first_meeting_at": "2026-12-01 17:30"},
        "check-in": {"motivation": 5},
        "health-check": {"network_number": 7},
        "data-protection": {"answer": "refused"},
    }
    told = read(name, {"sweep": True} | about[name]).all_problems(TODAY)
    [field] = about[name]
    assert told and str(FORMS[name].model_fields[field].title) in told[0] and "hör inte till valet" in told[0]


def test_what_a_person_told_is_no_sweep() -> None:
    told: dict[str, dict[str, Any]] = {
        "kickoff": {"network_number": 7},
        "check-in": {"network_number": 7},
        "health-check": {"network_number": 7},
        "capacity": {"action": "budget"},
        "outbox": {"action": "resend"},
        "data-protection": {"request": "1a2b3c4d"},
    }
    assert not any(read(name, form).is_sweep for name, form in told.items())


async def test_a_flow_does_nothing_for_a_form_as_it_opens(prefect_api: None, office: Any) -> None:
    for name in sorted(SWEEPS):
        with pytest.raises(UserError, match="välj i listan"):
            await flow_named(name)(form=read(name, opened(name)))
