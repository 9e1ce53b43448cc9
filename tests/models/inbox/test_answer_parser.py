"""An answer in one line of mail: what is one, what is none, and that nothing else is ever taken for one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.forms.check_in import CheckInAnswers
from models.i18n import Language
from models.inbox.answer_parser import WRITTEN, parse_answer_line
from models.tables.check_in import Sharing, Wish
from models.tables.meeting import MOST_ATTENDING

LINE = "1 ja 2027-03-02 9; 2 nej; 3 2; 4 4; 5 talare"
ANSWERS = CheckInAnswers(
    met=True, met_on="2027-03-02", met_attended=9, sharing=Sharing.two, motivation=4, wish=Wish.speaker
)
days = st.dates(date(1953, 1, 1), date(2099, 12, 31)).map(str)
forms = st.builds(
    lambda met, on, attended, **rest: CheckInAnswers(
        met=met, met_on=on if met else "", met_attended=attended if met else 0, **rest
    ),
    met=st.booleans(),
    on=days,
    attended=st.integers(0, MOST_ATTENDING),
    next_on=st.one_of(st.just(""), days),
    sharing=st.sampled_from(Sharing),
    motivation=st.integers(1, 5),
    wish=st.sampled_from(Wish),
)


def answer_line(form: CheckInAnswers, language: Language) -> str:
    """The line that `parse` reads as this form: what an answer by mail looks like."""
    yes, no, wishes = WRITTEN[language]
    met = f"{yes} {form.met_on} {form.met_attended}" if form.met else no
    wish = dict(zip(Wish, wishes, strict=True))[form.wish]
    return f"1 {met}; 2 {form.next_on or no}; 3 {form.sharing.value}; 4 {form.motivation}; 5 {wish}"


@given(forms, st.sampled_from(Language))
def test_every_form_can_be_written_as_a_line_and_read_back(form: CheckInAnswers, language: Language) -> None:
    assert parse_answer_line(answer_line(form, language)) == form


@given(forms, st.sampled_from(Language), st.data())
def test_how_it_is_laid_out_does_not_matter(form: CheckInAnswers, language: Language, data: st.DataObject) -> None:
    blanks = st.sampled_from([" ", "  ", "\u00a0", " \t "])
    between = st.sampled_from([";", " ; ", ";\n", "\n", "\r\n\r\n", ";;"])
    answers = [answer.replace(" ", data.draw(blanks)) for answer in answer_line(form, language).split("; ")]
    line = answers[0] + "".join(data.draw(between) + answer for answer in answers[1:])
    assert parse_answer_line(data.draw(st.sampled_from([line, line.upper(), f"\n {line}.", f"{line};\n"]))) == form


@given(st.text())
def test_whatever_else_is_written_is_no_answer_and_no_error(text: str) -> None:
    assert parse_answer_line(text) is None


@given(forms, st.sampled_from(Language), st.text(min_size=1, max_size=20), st.integers(0, 80))
def test_a_word_too_much_is_no_answer(form: CheckInAnswers, language: Language, word: str, place: int) -> None:
    line = answer_line(form, language)
    place = min(place, len(line))
    changed = f"{line[:place]} {word.replace(';', '')}x {line[place:]}"
    assert parse_answer_line(changed) is None


@pytest.mark.parametrize(
    "text",
    [
        LINE,
        "1 yes 2027-03-02 9; 2 no; 3 2; 4 4; 5 speaker",
        "1 JA 2027-03-02  9 ;2 Nej;\n 3 2; 4 4; 5 Talare.",
        "1 ja 2027-03-02 9\n2 nej\n3 2\n4 4\n5 talare",
        "1 ja 2027-03-02 9; 2 nej; 3 2; 4\n4; 5 en\ntalare",
        "1 ja 2027-03-02\n9; 2 nej; 3 2; 4 4; 5 talare",
    ],
)
def test_the_answers_may_be_written_so(text: str) -> None:
    assert parse_answer_line(text) == ANSWERS


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        (("2 nej", "2 2027-05-04"), "next_on", "2027-05-04"),
        (("2 nej", "2 ja 2027-05-04"), "next_on", "2027-05-04"),
        (("3 2", "3 bara jag"), "sharing", Sharing.only_me),
        (("3 2", "3 only me"), "sharing", Sharing.only_me),
        (("3 2", "3 3+"), "sharing", Sharing.three_or_more),
        (("talare", "inget"), "wish", Wish.nothing),
        (("talare", "sounding board"), "wish", Wish.sounding_board),
        (("talare", "fler arrango\u0308rer"), "wish", Wish.more_organisers),
        (("talare", "hjälp med inbjudan"), "wish", Wish.invitation),
        (("talare", "help with the invitation"), "wish", Wish.invitation),
        (("talare", "pause"), "wish", Wish.pause),
        (("talare", "avsluta"), "wish", Wish.close),
    ],
)
def test_each_answer_has_the_words_of_the_mail(change: tuple[str, str], field: str, value: str) -> None:
    assert parse_answer_line(LINE.replace(*change)) == ANSWERS.model_copy(update={field: value})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ja",
        LINE.replace(";", ","),  # a comma does not part answers
        LINE.replace("1 ja", "ja"),
        LINE.replace("1 ja 2027-03-02 9", "1 ja"),
        LINE.replace(" 9", ""),
        LINE.replace("2027-03-02", "2/3"),
        LINE.replace("2027-03-02", "20270302"),
        LINE.replace("4 4", "4 6"),
        LINE.replace("4 4", "4 4,5"),
        LINE.replace("3 2", "3 4"),
        LINE.replace("5 talare", "5 tårta"),
        LINE.replace("; 5 talare", ""),
        f"{LINE}; 6 nej",
        f"{LINE} och en projektor",
        f"Hej! {LINE}",
        f"{LINE}\nHälsningar Åke",
        "2 nej; 1 ja 2027-03-02 9; 3 2; 4 4; 5 talare",
    ],
)
def test_none_of_these_is_an_answer(text: str) -> None:
    assert parse_answer_line(text) is None
