"""How a mail written in Markdown with Jinja becomes HTML and plain text."""

import re

import pytest

from templates.rendering.markdown import Marks, translate


def both(source: str) -> tuple[str, str]:
    marks = Marks()
    html, text = translate(source, marks)
    return marks.restore(html), marks.restore(text)


def test_raw_html_in_a_file_is_shown_not_used() -> None:
    assert both("Hej <b>du</b>")[0] == "<p>Hej &lt;b&gt;du&lt;/b&gt;</p>\n"


def test_pictures_are_not_for_mails() -> None:
    assert "<img" not in both("![x](https://a.example/x.png)")[0]


def test_lines_that_were_wrapped_in_the_file_become_one() -> None:
    assert both("ett\ntvå\n\ntre")[1] == "ett två\n\ntre\n\n"


def test_signs_of_markdown_do_not_show_in_plain_text() -> None:
    source = "## Rubrik\n\n**fet** *kursiv* `kod`\n\n1. a\n2. b\n\n- c\n  - d\n"
    assert both(source)[1] == "Rubrik\n\nfet kursiv kod\n\n1. a\n2. b\n\n- c\n  - d\n\n"


def test_a_hard_break_in_a_list_stays_inside_its_item() -> None:
    assert both("- a\\\n  b\n")[1] == "- a\n  b\n\n"


def test_a_link_is_written_out_and_a_button_stands_in_a_cell() -> None:
    html, text = both('före\n\n[Svara]({{ where }} "button")\n\nefter')
    before, table, after = re.split(r"\n(?=<table)|(?<=</table>)\n", html)
    assert (before, after) == ("<p>före</p>", "<p>efter</p>\n")
    assert '<td class="button" align="center"><a href="{{ (where) | link }}">Svara</a></td>' in table
    assert text == "före\n\nSvara: {{ (where) | link }}\n\nefter\n\n"


def test_a_scale_is_for_html_only_a_cell_for_each_and_its_question_before_it() -> None:
    html, text = both('före\n\nVälj:\\\n[1]({{ where }}?q4=1 "scale") [**2**]({{ where }}?q4=2 "scale")\n\nefter')
    assert html.index("<p>Välj:</p>") < html.index("<table") < html.index("<p>efter</p>")
    cells = re.findall(r'<td class="scale"[^>]*><a href="{{ \(where\) \| link }}\?q4=.">(.*?)</a></td>', html)
    assert cells == ["1", "<strong>2</strong>"]
    assert text == "före\n\nefter\n\n"


def test_a_mail_address_is_not_written_twice() -> None:
    assert both("[{{ who }}](mailto:{{ who }})")[1] == "{{ who }}\n\n"


def test_a_loop_around_a_list_makes_one_list() -> None:
    html, text = both("{% for x in xs %}\n- {{ x }}\n{% endfor %}\n\nslut")
    assert html == "<ul>\n{% for x in xs %}<li>{{ x }}</li>\n{% endfor %}</ul>\n<p>slut</p>\n"
    assert text == "{% for x in xs %}- {{ x }}\n{% endfor %}\nslut\n\n"


def test_a_condition_on_its_own_line_leaves_no_empty_paragraph() -> None:
    html, text = both("a\n{% if x %}\nb\n{% endif %}\nc")
    assert html == "<p>a</p>\n{% if x %}<p>b</p>\n{% endif %}<p>c</p>\n"
    assert text == "a\n\n{% if x %}b\n\n{% endif %}c\n\n"


def test_a_line_that_begins_and_ends_with_a_condition_stays_in_its_item() -> None:
    source = "{% for x in xs %}\n- {{ x }}\\\n  {% if y %}y{% endif %} b{% if z %} z{% endif %}\n{% endfor %}"
    assert (
        both(source)[1]
        == "{% for x in xs %}- {{ x }}\n  {% if y %}y{% endif %} b{% if z %} z{% endif %}\n{% endfor %}\n"
    )


@pytest.mark.parametrize("address", ["https://a.example/x", "mailto:a@example.org"])
def test_an_address_that_the_file_itself_gives_is_left_alone(address: str) -> None:
    assert f'href="{address}"' in both(f"[x]({address})")[0]
