"""A step that meets what passes by itself is tried again; what does not pass is told at once."""

from unittest.mock import AsyncMock

import pytest
from prefect import flow
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models.errors import DatabaseBusy, DatabaseFull, UserError
from tasks.runtime import step as steps

BUSY = DatabaseBusy("upptagen")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda _low, _high: 0.01)


@pytest.mark.parametrize("error", [BUSY, StaleDataError(), IntegrityError("", None, Exception())], ids=repr)
async def test_what_passes_is_tried_again(error: Exception) -> None:
    work = AsyncMock(side_effect=[error, error, "done"])
    assert await steps.again(work, steps.TRIES, "with this") == "done"
    assert [one.args for one in work.call_args_list] == [("with this",)] * 3


async def test_after_three_tries_it_says_so() -> None:
    work = AsyncMock(side_effect=BUSY)
    with pytest.raises(DatabaseBusy):
        await steps.again(work, steps.TRIES)
    assert work.call_count == 3


@pytest.mark.parametrize("error", [UserError("ort: skriv en ort"), DatabaseFull("full")], ids=repr)
async def test_what_does_not_pass_is_told_at_once(error: Exception) -> None:
    work = AsyncMock(side_effect=error)
    with pytest.raises(type(error)):
        await steps.again(work, steps.TRIES)
    assert work.call_count == 1


async def test_a_step_that_sends_mail_is_tried_once() -> None:
    work = AsyncMock(side_effect=BUSY)
    with pytest.raises(DatabaseBusy):
        await steps.again(work, 1)
    assert work.call_count == 1


async def test_a_refused_step_stands_in_the_log_as_its_sentence_once_and_without_a_traceback(
    prefect_api: None, caplog: pytest.LogCaptureFixture
) -> None:
    @steps.step("Neka", "Refuse")
    async def refuse() -> None:
        raise UserError("Plats: fyll i den.")

    @flow
    async def refused() -> None:
        await refuse()

    with pytest.raises(UserError):
        await refused()
    logged = [one for one in caplog.records if one.name == "prefect.task_runs" and "Plats" in one.getMessage()]
    assert [(one.getMessage(), one.exc_info) for one in logged] == [("Plats: fyll i den.", None)]
