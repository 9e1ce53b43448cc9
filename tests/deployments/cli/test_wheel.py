"""The wheel, installed by itself somewhere else, run in a folder that has a `models` and a `deployments` of its own."""

import os
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

CHECKOUT = Path(__file__).parents[3]
VERSION = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"]
NEEDED = (
    "deployments/server/wrapper/lots.js",
    "deployments/prefect.yaml",
    "models/reference/data/municipalities.csv",
    "models/migrations/env.py",
    "models/migrations/versions/0001_",
    "templates/web/words.sv.toml",
    "templates/web/busy.html",
    "templates/mail/",
)


def run(*command: object, cwd: Path, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOTS_", "PREFECT_"))}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=kept | environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=CHECKOUT)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Iterator[Path]:
    """A Python of its own with the wheel in it. What it depends on is lent by ours, but never this checkout."""
    venv = wheel.parent / "venv"
    run(sys.executable, "-m", "venv", venv, cwd=wheel.parent)
    run(venv / "bin/python", "-m", "pip", "install", "--no-index", "--no-deps", "--quiet", wheel, cwd=wheel.parent)
    [packages] = venv.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_paths()["purelib"])
    yield venv / "bin"


def test_it_holds_everything_that_is_read_at_run_time(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    assert [needed for needed in NEEDED if not any(name.startswith(needed) for name in names)] == []
    tracked = run("git", "ls-files", "flows", "tasks", "models", "templates", "deployments", cwd=CHECKOUT).split()
    assert set(tracked) <= set(names)
    assert not any(name.startswith(("tests/", "docs/")) for name in names)


def test_it_works_where_others_have_modules_of_the_same_names(installed: Path, tmp_path: Path) -> None:
    for name in ("models", "deployments", "tasks", "flows", "templates"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('somebody else’s')\n")
    home = {"LOTS_HOME": str(tmp_path / "home")}
    assert run(installed / "lots", "--version", cwd=tmp_path).strip() == VERSION
    assert "version" in run(installed / "lots", "db", "upgrade", "--json", cwd=tmp_path, **home)
    assert "2027-08-16" in run(installed / "lots", "calendar", "2027-07-14", cwd=tmp_path, **home)
    told = run(installed / "python", "-P", "-m", "deployments", "outbox", "--json", cwd=tmp_path, **home)
    assert '"queued": 0' in told
