"""Running one flow in this process: what `lots run` and the demo's sweeps do."""

import importlib
import inspect
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from deployments.server.environment import PREFECT_YAML
from models.errors import UserError


@cache
def entrypoints() -> dict[str, str]:
    """Every deployed flow's name and entry point, as prefect.yaml has them."""
    return {one["name"]: one["entrypoint"] for one in yaml.safe_load(PREFECT_YAML.read_text())["deployments"]}


def flow_named(name: str) -> Callable[..., Any]:
    """The flow that a deployment runs. Raises UserError when there is none of that name."""
    known = entrypoints()
    if name not in known:
        raise UserError(f"FLOW: {name} is not one of {', '.join(sorted(known))}")
    module, _, function = known[name].rpartition(".")
    return getattr(importlib.import_module(module), function)  # type: ignore[no-any-return]


def parameters_for(flow: Callable[..., Any], given: Mapping[str, str]) -> dict[str, object]:
    """The flow's parameters from `k=v` texts: a form's field by its name, a list as JSON.

    Raises UserError that names the parameter and what is wrong with it.
    """
    signature = inspect.signature(flow)
    form = signature.parameters.get("form")
    if form is None:
        for name in given:
            raise UserError(f"--param {name}: this flow takes none")
        return {}
    model: type[BaseModel] = form.annotation
    for name in given:
        if name not in model.model_fields:
            raise UserError(f"--param {name}: not one of {', '.join(model.model_fields)}")
    fields = {name: _value(name, text, model.model_fields[name].annotation) for name, text in given.items()}
    if not fields and form.default is not inspect.Parameter.empty:
        return {}
    try:
        return {"form": model.model_validate(fields)}
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise UserError(f"--param {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None


def _value(name: str, text: str, kind: object) -> Any:
    if get_origin(kind) is not list:
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise UserError(f"--param {name}: is not JSON") from None
