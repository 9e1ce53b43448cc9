"""What only one place may do: the sources themselves are read (domain.md S2, I4)."""

import ast
from pathlib import Path

import pytest

SOURCES = Path(__file__).parent.parent.parent
PATHS = {
    "Network": {"models/networks/creation.py:_add_network"},
    "SupportGrant": {"models/support/grants.py:grant_line"},
    "Meeting": {
        "models/meetings/booking.py:book_meeting",
        "models/stages/meeting_report.py:_save",
        "models/networks/history.py:_meet",
    },
    "Transition": {"models/audit.py:log_step"},
    "CapacityEntry": {"models/support/ledger.py:append_entry"},
    "OutgoingMail": set(),
}


def made_in() -> dict[str, set[str]]:
    """For each table: where rows of it are made, as file:function."""
    found: dict[str, set[str]] = {}
    for layer in ("models", "tasks", "flows"):
        for path in (SOURCES / layer).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    where = f"{path.relative_to(SOURCES)}:{function.name}"
                    for call in ast.walk(function):
                        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                            found.setdefault(call.func.id, set()).add(where)
    return found


@pytest.mark.parametrize("table", PATHS)
def test_rows_are_made_in_one_place_only(table: str) -> None:
    assert made_in().get(table, set()) == PATHS[table]


def test_no_sweep_can_reach_what_creates_a_network_or_a_grant() -> None:
    callers = made_in()
    assert callers["create_network"] == {"models/stages/needs_talk.py:_grant"}
    assert callers["_add_network"] == {f"models/networks/creation.py:create_{kind}" for kind in ("network", "historic")}
    assert callers["create_historic"] == {"models/networks/history.py:_live"}
    assert "import_history" not in callers, "only the command line lets a file in"
    sweeps = {"check_in_round", "health_check", "phase_out", "work_list", "resting", "still_planned", "waiting"}
    granting = {where.split("/")[1].split(".")[0] for where in callers["grant_line"]}
    assert not granting & sweeps
