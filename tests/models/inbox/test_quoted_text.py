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
    "Thunderbird of old": f"{LINE}\n\nÅsa Sjöström skrev:\n{QUOTED}\n",
    "Thunderbird of old, with the day": f"{LINE}\n\nÅsa Sjöström skrev den 2027-03-02 09:12:\n{QUOTED}\n",
    "Thunderbird of old, in English": f"Åsa Sjöström wrote:\n{QUOTED}\n\n{LINE}\n",
    "Gmail of old": f"{LINE}\n\n2027-03-02 9:12 GMT+01:00 Åsa Sjöström <asa@example.org>:\n\n{QUOTED}\n",
    "Zoho": f"{LINE}\n\n\n---- Den tis, 02 mar 2027 09:12:00 +0100 skrev Åsa <asa@example.org> ----\n\n\n{ASKED}",
    "Zoho, wrapped": f"{LINE}\n\n---- Den tis, 02 mar 2027 09:12:00 +0100 skrev Åsa\n<asa@example.org> ---\n\n{ASKED}",
    "Zoho in English": f"{LINE}\n\n---- On Tue, 02 Mar 2027 09:12:00 +0100 Åsa<a@example.org> wrote ----\n\n{ASKED}",
    "Android": f"{LINE}\n\n---- Åsa Sjöström skrev ----\n\n{ASKED}",
    "by name and address": f"{LINE}\n\nÅsa Sjöström (asa@example.org) skrev 2027-03-02:\n\n{ASKED}",
    "Outlook on a Mac": f'{LINE}\n\nDen 2027-03-02 09:12 skrev "Åsa" <asa@example.org> följande:\n\n{ASKED}',
    "Outlook of 2007": f"{LINE}\n\nFrån: Åsa [mailto:asa@example.org]\nSkickat: den 2 mars 2027 09:12\n\n{ASKED}",
    "Outlook today": f"{LINE}\n\nFrån: Åsa <asa@example.org>\nDatum: tisdag, 2 mars 2027 09:12\nTill: Åke\n\n{ASKED}",
    "Outlook, bold": f"{LINE}\n\n*Från:* Åsa <asa@example.org>\n*Skickat:* den 2 mars 2027 09:12\n\n{ASKED}",
    "Outlook, on one line": f"{LINE}\n\nFrån: Åsa <asa@example.org> Skickat: den 2 mars 2027 09:12\n{ASKED}",
    "an old divider": f"{LINE}\n\n-----Originalmeddelande-----\n{ASKED}",
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
        f"{LINE}\n--\nKan ni ringa mig?",
        f"{LINE}\n__________\nRing mig!",
        f"{LINE}\nDen 4 mars kl. 18:00 skrev vi ett protokoll:\ndet kommer.",
        f"{LINE}\nSå skrev Marit:\nhon vill sluta.",
    ],
)
def test_what_only_looks_quoted_is_kept(text: str) -> None:
    assert without_quotes(text) == text


def test_what_stands_below_a_quote_is_the_senders_whatever_began_it() -> None:
    """No program writes below what it quotes to the end: so it did not go on to the end."""
    text = f"{LINE}\n\nOn 2 March 2027 09:12, Åsa <asa@example.org> wrote:\n\nHej!\n\n> Hur går det?\n\nRing mig.\n"
    assert without_quotes(text).endswith("Ring mig.")


def test_answers_between_the_quoted_lines_are_found() -> None:
    assert without_quotes("> 1 Har ni träffats?\n1 nej\n> 2 Är nästa bokad?\n2 nej") == "1 nej\n2 nej"


@given(st.text())
def test_nothing_is_added_and_nothing_breaks(text: str) -> None:
    assert len(without_quotes(text)) <= len(text)
