"""The file of `lots score`: what it accepts, what it refuses and how it says so."""

import copy
import json
import re
from datetime import date
from io import BytesIO
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deployments.cli.score_file_blocks
from deployments.cli.score_file import read_histories, score_stream
from models.errors import UserError
from models.health.batch import DUTIES

TODAY = date(2027, 11, 1)
DAYS = ("2026-11-25", "2027-01-20", "2027-03-17", "2027-05-12", "2027-08-25", "2027-10-20")
DELETE = object()


def network(name: str = "n1", who: tuple[str, ...] = ("m1", "m2", "m3", "m1", "m2")) -> dict[str, Any]:
    """The worked example of section 7, in the contract's form."""
    return {
        "id": name,
        "kickoff_on": "2026-11-25",
        "cadence_days": 60,
        "target_size": 8,
        "step": 4,
        "meetings": [
            {
                "on": day,
                "status": "held",
                "attended": attended,
                "branches": 3,
                "companies": 5,
                "duties": dict(zip(DUTIES, who, strict=True)),
            }
            for day, attended in zip(DAYS, (9, 9, 10, 9, 11, 10), strict=True)
        ],
        "check_ins": [
            {"sent_on": "2027-03-02", "answered_on": "2027-03-03", "q4": 4},
            {"sent_on": "2027-06-01", "answered_on": "2027-06-01", "q4": 5},
            {"sent_on": "2027-09-07", "answered_on": "2027-09-09", "q4": 4},
        ],
    }


def score_file(raw: bytes, as_of: date) -> list[dict[str, Any]]:
    return score_stream(BytesIO(raw), as_of)


def scored(*networks: object) -> list[dict[str, Any]]:
    return score_file(orjson.dumps({"networks": list(networks)}), TODAY)


def changed(path: str, value: object) -> dict[str, Any]:
    """The example with one field at `meetings.2.attended` set or deleted."""
    found = network("n7")
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    here: Any = found
    for part in way:
        here = here[part]
    if value is DELETE:
        del here[last]
    else:
        here[last] = value
    return found


def refusal(*networks: object) -> str:
    with pytest.raises(UserError) as refused:
        scored(*networks)
    return str(refused.value)


# --- what comes out -------------------------------------------------------------------------------


def test_the_worked_example_comes_out_as_the_contract_says() -> None:
    assert scored(network()) == [
        {
            "id": "n1",
            "score": 95.8,
            "level": "green",
            "gates": [],
            "components": {"R": 1.0, "A": 1.0, "O": 1.0, "B": 0.888889, "D": 1.0, "F": 0.75},
        }
    ]


def test_the_worked_example_carried_by_one_person_is_yellow_by_G2() -> None:
    alone = network(who=("m1",) * 5)
    for check_in, q4 in zip(alone["check_ins"], (4, 4, 3), strict=True):
        check_in["q4"] = q4
    (found,) = scored(alone)
    assert (found["score"], found["level"], found["gates"]) == (80.0, "yellow", ["G2"])


def test_the_input_order_is_kept() -> None:
    names = [f"n{i * 7 % 10}" for i in range(10)]
    assert [found["id"] for found in scored(*map(network, names))] == names


def test_a_network_too_young_to_assess_has_no_score_but_its_components() -> None:
    young = network() | {"kickoff_on": "2027-10-20", "meetings": network()["meetings"][-1:], "check_ins": []}
    (found,) = scored(young)
    assert (found["score"], found["level"], found["gates"]) == (None, "not_assessed", [])
    assert found["components"] == {"R": 1.0, "A": 1.0, "O": 1.0, "B": 0.888889, "D": 1.0, "F": 0.5}


def test_no_networks_give_no_scores() -> None:
    assert scored() == []


def test_the_result_is_json() -> None:
    assert json.loads(orjson.dumps(scored(network()))) == scored(network())


# --- what is accepted -----------------------------------------------------------------------------


def test_an_unanswered_check_in_has_nulls_or_nothing() -> None:
    with_nulls = changed("check_ins.2", {"sent_on": "2027-09-07", "answered_on": None, "q4": None})
    with_nothing = changed("check_ins.2", {"sent_on": "2027-09-07"})
    assert scored(with_nulls) == scored(with_nothing)
    assert scored(with_nulls)[0]["components"]["F"] == 0.75


def test_what_lies_after_the_date_is_not_known() -> None:
    later = network()
    later["meetings"].append(later["meetings"][0] | {"on": "2027-11-02", "attended": 0})
    later["check_ins"].append({"sent_on": "2027-11-02", "answered_on": "2027-11-03", "q4": 1})
    assert scored(later) == scored(network())


@pytest.mark.parametrize("status", ["planned", "cancelled"])
def test_a_meeting_that_was_not_held_needs_no_numbers(status: str) -> None:
    for bare in ({}, {"attended": None, "branches": None, "companies": None, "duties": None}):
        with_it = network()
        with_it["meetings"].append({"on": "2027-10-25", "status": status} | bare)
        assert scored(with_it) == scored(network())


@pytest.mark.parametrize("field", ["branches", "companies"])
@pytest.mark.parametrize("value", [None, DELETE])
def test_branches_and_companies_nobody_wrote_down_are_unknown(field: str, value: object) -> None:
    assert scored(changed(f"meetings.5.{field}", value))[0]["components"]["D"] == 1


@pytest.mark.parametrize("value", [None, DELETE, {}, dict.fromkeys(DUTIES)])
def test_duties_nobody_wrote_down_are_not_recorded(value: object) -> None:
    assert scored(changed("meetings.5.duties", value))[0]["components"]["O"] == 1


def test_the_office_is_the_office_and_any_other_text_a_member() -> None:
    assert scored(changed("meetings.5.duties.host", "office"))[0]["components"]["O"] == 0.95
    assert scored(changed("meetings.5.duties.host", "Åsa Öberg é"))[0]["components"]["O"] == 1


def test_keys_that_the_contract_does_not_name_are_ignored() -> None:
    extended = network() | {"name": "x", "nested": {"a": [1, {"id": "n2"}]}}
    extended["meetings"][0]["form"] = "digital"
    extended["check_ins"][0]["q1"] = "yes"
    raw = orjson.dumps({"made_by": [1, 2], "networks": [extended], "more": {"networks": []}})
    assert score_file(raw, TODAY) == scored(network())


def test_a_kickoff_on_the_date_itself_is_accepted() -> None:
    assert scored(changed("kickoff_on", "2027-11-01"))[0]["id"] == "n7"


def test_meetings_before_kickoff_are_accepted() -> None:
    assert scored(changed("kickoff_on", "2027-10-01"))[0]["components"]["A"] == 1


def test_a_byte_order_mark_is_accepted() -> None:
    raw = orjson.dumps({"networks": [network()]})
    assert score_file(b"\xef\xbb\xbf" + raw, TODAY) == scored(network())


# --- what is refused ------------------------------------------------------------------------------

NOT_A_DATE = 'must be a date such as "2026-11-25" in the years 1900 to 2200, not '
NOT_0_TO_300 = "must be a whole number from 0 to 300, not "
NOT_ORGANISER = 'must be null, "office" or a text that stands for the organiser'


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("kickoff_on", DELETE, "kickoff_on: is missing"),
        ("cadence_days", DELETE, "cadence_days: is missing"),
        ("target_size", DELETE, "target_size: is missing"),
        ("step", DELETE, "step: is missing"),
        ("meetings", DELETE, "meetings: is missing"),
        ("check_ins", DELETE, "check_ins: is missing"),
        ("meetings.2.on", DELETE, "meetings[2].on: is missing"),
        ("meetings.2.status", DELETE, "meetings[2].status: is missing"),
        ("meetings.2.attended", DELETE, "meetings[2].attended: is missing"),
        ("check_ins.1.sent_on", DELETE, "check_ins[1].sent_on: is missing"),
        ("kickoff_on", "2027-11-02", "kickoff_on: must not lie after the as-of date 2027-11-01"),
        ("kickoff_on", "2027-02-29", f'kickoff_on: {NOT_A_DATE}"2027-02-29"'),
        ("kickoff_on", "20261125", f'kickoff_on: {NOT_A_DATE}"20261125"'),
        ("kickoff_on", "2026-W48-3", f'kickoff_on: {NOT_A_DATE}"2026-W48-3"'),
        ("kickoff_on", "0001-01-01", f'kickoff_on: {NOT_A_DATE}"0001-01-01"'),
        ("kickoff_on", None, f"kickoff_on: {NOT_A_DATE}null"),
        ("kickoff_on", 20261125, f"kickoff_on: {NOT_A_DATE}20261125"),
        ("kickoff_on", ["2026-11-25"], f"kickoff_on: {NOT_A_DATE}a list"),
        ("cadence_days", 45, "cadence_days: must be 30, 60, 90 or 180, not 45"),
        ("cadence_days", 60.0, "cadence_days: must be 30, 60, 90 or 180, not 60.0"),
        ("target_size", 0, "target_size: must be a whole number from 1 to 1000000, not 0"),
        ("target_size", True, "target_size: must be a whole number from 1 to 1000000, not true"),
        ("step", 5, "step: must be a whole number from 0 to 4, not 5"),
        ("step", -1, "step: must be a whole number from 0 to 4, not -1"),
        ("step", "2", 'step: must be a whole number from 0 to 4, not "2"'),
        ("meetings", None, "meetings: must be a list, not null"),
        ("meetings", {}, "meetings: must be a list, not an object"),
        ("check_ins", "none", 'check_ins: must be a list, not "none"'),
        ("meetings.2", [], "meetings[2]: must be an object, not a list"),
        ("meetings.2", None, "meetings[2]: must be an object, not null"),
        ("meetings.2.on", "17 March", f'meetings[2].on: {NOT_A_DATE}"17 March"'),
        ("meetings.2.on", {}, f"meetings[2].on: {NOT_A_DATE}an object"),
        ("meetings.2.status", "done", 'meetings[2].status: must be planned, held or cancelled, not "done"'),
        ("meetings.2.status", ["held"], "meetings[2].status: must be planned, held or cancelled, not a list"),
        ("meetings.2.attended", -1, f"meetings[2].attended: {NOT_0_TO_300}-1"),
        ("meetings.2.attended", 900, f"meetings[2].attended: {NOT_0_TO_300}900"),
        ("meetings.2.attended", 301, f"meetings[2].attended: {NOT_0_TO_300}301"),
        ("meetings.2.attended", None, f"meetings[2].attended: {NOT_0_TO_300}null"),
        ("meetings.2.attended", True, f"meetings[2].attended: {NOT_0_TO_300}true"),
        ("meetings.2.attended", 9.0, f"meetings[2].attended: {NOT_0_TO_300}9.0"),
        ("meetings.2.attended", "9", f'meetings[2].attended: {NOT_0_TO_300}"9"'),
        ("meetings.2.branches", -1, f"meetings[2].branches: {NOT_0_TO_300}-1"),
        ("meetings.2.branches", False, f"meetings[2].branches: {NOT_0_TO_300}false"),
        ("meetings.2.companies", 301, f"meetings[2].companies: {NOT_0_TO_300}301"),
        ("meetings.2.companies", 2**63, f"meetings[2].companies: {NOT_0_TO_300}{2**63}"),
        ("meetings.2.duties", ["m1"], "meetings[2].duties: must be an object, not a list"),
        (
            "meetings.2.duties.coffee",
            "m1",
            'meetings[2].duties: has no "coffee", only invitation, host, programme, lead, follow_up',
        ),
        ("meetings.2.duties.lead", 7, f"meetings[2].duties.lead: {NOT_ORGANISER}"),
        ("meetings.2.duties.lead", True, f"meetings[2].duties.lead: {NOT_ORGANISER}"),
        ("meetings.2.duties.lead", ["m1"], f"meetings[2].duties.lead: {NOT_ORGANISER}"),
        ("meetings.2.duties.lead", " ", f"meetings[2].duties.lead: {NOT_ORGANISER}"),
        ("check_ins.1", 3, "check_ins[1]: must be an object, not 3"),
        ("check_ins.1.sent_on", "", f'check_ins[1].sent_on: {NOT_A_DATE}""'),
        ("check_ins.1.answered_on", "soon", f'check_ins[1].answered_on: {NOT_A_DATE}"soon"'),
        ("check_ins.1.answered_on", "2027-05-31", "check_ins[1].answered_on: must not lie before sent_on"),
        ("check_ins.1.answered_on", None, "check_ins[1].answered_on: must be a date, as q4 is answered"),
        (
            "check_ins.1.q4",
            None,
            "check_ins[1].q4: must be a whole number from 1 to 5, as answered_on is given",
        ),
        ("check_ins.1.q4", 6, "check_ins[1].q4: must be a whole number from 1 to 5, not 6"),
        ("check_ins.1.q4", 0, "check_ins[1].q4: must be a whole number from 1 to 5, not 0"),
        ("check_ins.1.q4", True, "check_ins[1].q4: must be a whole number from 1 to 5, not true"),
        ("check_ins.1.q4", 4.5, "check_ins[1].q4: must be a whole number from 1 to 5, not 4.5"),
    ],
)
def test_a_wrong_field_is_refused_by_network_and_name(path: str, value: object, sentence: str) -> None:
    assert refusal(network("n1"), changed(path, value)) == f'network "n7", {sentence}'


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (DELETE, "id: is missing"),
        (None, "id: must be a text, not null"),
        (7, "id: must be a text, not 7"),
        ("", 'id: must be a text, not ""'),
    ],
)
def test_a_network_without_a_name_is_refused_by_its_index(value: object, sentence: str) -> None:
    assert refusal(network("n1"), changed("id", value)) == f"network at index 1, {sentence}"


def test_something_that_is_no_network_is_refused_by_its_index() -> None:
    assert refusal(network("n1"), 5) == "network at index 1, network: must be an object, not 5"


def test_two_networks_with_one_name_are_refused() -> None:
    assert refusal(network("n1"), network("n2"), network("n1")) == 'network "n1", id: is used by an earlier network too'


def test_what_an_organiser_is_called_never_comes_back() -> None:
    assert "Karin" not in refusal(changed("meetings.2.duties.lead", {"name": "Karin"}))


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", r"line 1, column 1: the file is not valid JSON"),
        (b"{", r"line 1, column 2: the file is not valid JSON"),
        (b'{"networks": [\n  {"id": "n1",,}\n]}', r"line 2, column 15: the file is not valid JSON"),
        (b'{"networks":\n []]}', r"line 2, column 4: the file is not valid JSON"),
        (b'{"networks": [NaN]}', r"line 1, column 15: the file is not valid JSON"),
        (b'{"other": [\nInfinity]}', r"line 2, column 1: the file is not valid JSON"),
        (b'{"networks": [],\n "\xe5": 1}', r"line 2, column 3: the file is not UTF-8 text"),
        ('{"networks": []}'.encode("utf-16"), r"line 1, column 1: the file is not UTF-8 text"),
        (b"[]", r'networks: the file must hold an object with a list called "networks"'),
        (b"{}", r"networks: the file must hold"),
        (b'{"networks": {}}', r"networks: the file must hold"),
        (b"null", r"networks: the file must hold"),
    ],
)
def test_a_file_that_is_not_the_right_json_is_refused_by_line_and_column(raw: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=re.escape(sentence)):
        score_file(raw, TODAY)


def test_a_refusal_is_one_line() -> None:
    assert "\n" not in refusal(changed("meetings.2.status", "a\nb" * 100))


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
