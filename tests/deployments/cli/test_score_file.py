"""The file of `lots score`: what it accepts, what it refuses and how it says so."""

import json
import re

import orjson
import pytest

from models.errors import UserError
from models.health.batch import DUTIES
from tests.deployments.cli.score_files import DELETE, TODAY, changed, network, refusal, score_file, scored

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
