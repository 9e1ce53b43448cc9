"""The nightly backup as a flow: one file a run, the newest kept, and a sentence when it cannot be written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.backup import backup
from models.db.engine import engine
from models.errors import LotsError
from models.operation.backups import KEPT, made_at
from models.operation.upgrade import upgrade
from models.settings import Settings, settings
from tasks import backup as stage
from tasks.archive.read import verify


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An office on the embedded database."""
    monkeypatch.setenv("LOTS_HOME", str(tmp_path))
    monkeypatch.delenv("LOTS_DATABASE_URL", raising=False)
    settings.cache_clear()
    upgrade(engine())
    yield tmp_path
    engine().dispose()
    settings.cache_clear()


async def test_a_night_leaves_one_backup_more_that_opens_and_only_the_newest_stay(home: Path) -> None:
    folder = home / "backups"
    folder.mkdir()
    for day in range(1, 21):
        (folder / f"natverkslots-202601{day:02}T023000Z-00000000.backup").touch()
    (folder / "årsbokslut.backup").touch()
    (folder / ".natverkslots-20260121T023000Z-00000000.backup.part").touch()
    told = await backup()
    names = sorted(path.name for path in folder.iterdir())
    ours = [name for name in names if made_at(name)]
    assert len(ours) == told["kept"] == KEPT and ours[0].startswith("natverkslots-20260108")
    assert set(names) - set(ours) == {"årsbokslut.backup"}
    newest = folder / ours[-1]
    assert newest.stat().st_size == told["bytes"]
    assert verify(newest, (home / "backup_key").read_text()).rows["person"] == 0


async def test_a_run_that_is_started_again_makes_no_second(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "run_id", lambda: "0123456789abcdef")
    sizes = {await stage.write.fn(), await stage.write.fn()}  # type: ignore[attr-defined]
    assert len(sizes) == len(list((home / "backups").iterdir())) == 1


async def test_a_folder_that_cannot_be_used_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "backups").touch()
    with pytest.raises(LotsError, match=r"LOTS_BACKUP_DIR=\S+/backups går inte att använda"):
        await backup()


async def test_another_database_is_left_to_its_own_tools(office: Settings) -> None:
    assert (await backup())["bytes"] == 0
    assert not office.backup_dir.exists()
