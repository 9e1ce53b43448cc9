"""What is left of a reply when the quoted original and what the program added are taken away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.inbox.quoted_text import without_quotes

LINE = "1 ja 2027-03-02 9; 2 nej; 3 2; 4 4; 5 talare"
LINES = LINE.replace("; ", "\n")
ASKED = "Hej Åke!\n\nHur har ni det i nätverket? 1 ja 2027-03-01 7; 2 nej; 3 2; 4 4; 5 inget"
QUOTED = "\n".join(f"> {line}" for line in ASKED.split("\n"))
STYLES = {
    "Gmail": f"{LINE}\n\nDen tis 2 mars 2027 kl 09:12 skrev Åsa Sjöström <asa@kansliet.example.org>:\n\n{QUOTED}",
    "Gmail, wrapped": f"{LINE}\n\nDen tis 2 mars 2027 kl 09:12 skrev Åsa Sjöström\n<asa@example.org>:\n\n{QUOTED}",
    "Gmail in English": f"{LINE}\n\nOn Tue, Mar 2, 2027 at 9:12 AM Åsa <asa@example.org> wrote:\n\n{QUOTED}\n",
    "Apple Mail": f"{LINE}\n\n> 2 mars 2027 kl. 09:12 skrev Åsa <asa@example.org>:\n> \n{QUOTED}",
    "iPhone": f"{LINE}\n\nSkickat från min iPhone\n\n2 mars 2027 kl. 09:12 skrev Åsa <asa@example.org>:\n\n{QUOTED}",
    "Thunderbird, below": f"Den 2027-03-02 kl. 09:12, skrev Åsa:\n{QUOTED}\n\n{LINE}\n",
    "Outlook": f"{LINE}\n\nFrån: Åsa <asa@example.org>\nSkickat: den 2 mars 2027 09:12\nTill: Åke\nÄmne: En\n\n{ASKED}",
    "Outlook in English": f"{LINE}\n\nFrom: Åsa <asa@example.org>\nSent: 2 March 2027 09:12\nTo: Åke\n\n{ASKED}",
    "Outlook on the web": f"{LINE}\n________________________________\nFrån: Åsa\nSkickat: idag\n\n{ASKED}",
    "Outlook on a phone": f"{LINE}\n\nSkaffa Outlook för iOS\n________________________________\nFrån: Åsa\n\n{ASKED}",
    "Outlook of old": f"{LINE}\n\n-----Ursprungligt meddelande-----\nFrån: Åsa\n\n{ASKED}",
    "Samsung": f"{LINE}\n\nSkickat från min Galaxy\n\n-------- Originalmeddelande --------\n{ASKED}",
    "Proton": f"{LINE}\n\nOn Tuesday, March 2nd, 2027 at 09:12, Åsa <asa@example.org> wrote:\n\n{QUOTED}",
    "one answer a line": f"{LINES}\nOn Tue, 2 Mar 2027 09:12, Åsa <asa@example.org> wrote:\n{QUOTED}",
    "with a signature": f"{LINE}\n\n-- \nÅke Öhman\nChef, Norrfrakt",
    "with windows' ends of line": f"{LINE}\r\n\r\nDen 2 mars 2027 kl 09:12 skrev Åsa:\r\n> {ASKED[:8]}\r\n",
}


@pytest.mark.parametrize("style", STYLES)
def test_a_reply_of_each_program_is_cut_to_what_was_written(style: str) -> None:
    assert without_quotes(STYLES[style]) == (LINES if style == "one answer a line" else LINE)


@pytest.mark.parametrize(
    "text",
    [
        "Hej!\n\nVi ses gärna. Den 4 mars skrev vi ett protokoll:\ndet kommer.",
        "Skickat ett mail till er om lokalen.",
        "Från: och med nu sköter Marit det här.\n\nHälsningar Åke",
        f"{LINE}\nSkickat från min iPhone\nP.S. Ring mig!",
    ],
)
def test_what_only_looks_quoted_is_kept(text: str) -> None:
    assert without_quotes(text) == text


def test_answers_between_the_quoted_lines_are_found() -> None:
    assert without_quotes("> 1 Har ni träffats?\n1 nej\n> 2 Är nästa bokad?\n2 nej") == "1 nej\n2 nej"


@given(st.text())
def test_nothing_is_added_and_nothing_breaks(text: str) -> None:
    assert len(without_quotes(text)) <= len(text)
