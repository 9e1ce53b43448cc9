"""A file of any size is read in blocks, and whatever stands in it is scored or refused with a sentence."""

import copy
import json
from io import BytesIO

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deployments.cli.score_file_blocks
from deployments.cli.score_file import read_histories, score_stream
from models.errors import UserError
from models.health.batch import DUTIES
from tests.deployments.cli.score_files import TODAY, changed, network, score_file, scored

# --- reading in blocks ----------------------------------------------------------------------------


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployments.cli.score_file_blocks, "BLOCK", 50)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("networks", [0, 1, 2, 40])
def test_a_file_read_in_small_blocks_scores_the_same(networks: int, indent: int | None) -> None:
    document = {"networks": [network(f"å{i}") for i in range(networks)], "more": [{"id": "x"}, {"id": "y"}]}
    raw = json.dumps(document, indent=indent, ensure_ascii=False).encode()
    assert [found["id"] for found in score_stream(BytesIO(raw), TODAY)] == [f"å{i}" for i in range(networks)]


@pytest.mark.usefixtures("small_blocks")
def test_text_that_looks_like_the_end_of_a_network_does_not_cut_it() -> None:
    tricky = network('},{"id":"') | {
        "note": 'x},{"id":"}]},{"id":',
        "list": [{"a": 1}, {"id": 2}, {"id": '\\"},'}],
    }
    found = scored(tricky, *(network(f"n{i}") for i in range(5)), tricky | {"id": "last"})
    assert [entry["id"] for entry in found] == ['},{"id":"', "n0", "n1", "n2", "n3", "n4", "last"]


@pytest.mark.usefixtures("small_blocks")
def test_line_and_column_are_those_of_the_whole_file() -> None:
    good = json.dumps({"networks": [network(f"å{i}") for i in range(30)]}, indent=1, ensure_ascii=False)
    lines = good.split("\n")
    where = lines.index(' "networks": [') + len(lines) // 2
    lines[where] = "  oops"
    with pytest.raises(UserError, match=f"line {where + 1}, column 3: the file is not valid JSON"):
        score_file("\n".join(lines).encode(), TODAY)
    wide = json.dumps({"networks": [network(f"å{i}") for i in range(30)]}, ensure_ascii=False)
    column = wide.index('"å20"') + 1
    with pytest.raises(UserError, match=f"line 1, column {column}: the file is not valid JSON"):
        score_file(wide.replace('"å20"', "nope").encode(), TODAY)
    with pytest.raises(UserError, match=f"line 1, column {column + 1}: the file is not UTF-8 text"):
        score_file(wide.encode().replace('"å20"'.encode(), b'"\xe520"'), TODAY)


JUNK: st.SearchStrategy[object] = (
    st.none()
    | st.booleans()
    | st.integers(-5, 400)
    | st.floats(0, 9)
    | st.text(max_size=12)
    | st.just([])
    | st.just({})
)
PLACES = st.sampled_from(
    ["id", "kickoff_on", "cadence_days", "target_size", "step", "meetings", "check_ins"]
    + [f"meetings.1.{field}" for field in ("on", "status", "attended", "branches", "companies", "duties")]
    + [f"meetings.1.duties.{duty}" for duty in (*DUTIES, "coffee")]
    + [f"check_ins.1.{field}" for field in ("sent_on", "answered_on", "q4")]
)


@settings(deadline=None)
@given(PLACES, JUNK | st.sampled_from(["office", "held", "planned", "2027-02-03"]))
def test_whatever_a_field_holds_it_is_scored_or_refused_with_a_sentence(path: str, value: object) -> None:
    try:
        (found,) = scored(changed(path, value))
    except UserError as refused:
        assert str(refused).startswith("network ")
        assert path.split(".")[-1] in str(refused)
    else:
        assert found["level"] in ("green", "yellow", "red", "not_assessed")


@settings(deadline=None)
@given(PLACES, JUNK | st.sampled_from(["office", "held", "planned", "2027-02-03"]))
def test_the_glance_takes_nothing_that_the_close_look_refuses(path: str, value: object) -> None:
    """An absent optional key sends a record to the close look: both ways must agree."""
    glanced = changed(path, value)
    looked = copy.deepcopy(glanced)
    for meeting in looked["meetings"] if isinstance(looked["meetings"], list) else []:
        if isinstance(meeting.get("duties"), dict) and meeting["duties"].get("host") is None:
            meeting["duties"].pop("host", None)
        if meeting.get("branches") is None:
            meeting.pop("branches", None)
    assert outcome(glanced) == outcome(looked)


def outcome(found: object) -> object:
    try:
        return scored(found)
    except UserError as refused:
        return str(refused)


def test_the_histories_of_a_file_can_be_had_without_scoring_them() -> None:
    ids, batch = read_histories(BytesIO(orjson.dumps({"networks": [network("a"), network("b")]})), TODAY)
    assert (ids, len(batch), len(batch.meeting_day), len(batch.sent_day)) == (["a", "b"], 2, 12, 6)
