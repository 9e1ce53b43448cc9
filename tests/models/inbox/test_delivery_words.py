"""What a refusal is about: words and replies weigh with the codes, and only some of it is about the address."""

import time

import pytest

from models.inbox.bounce import Report, Weight
from models.inbox.delivery_words import Refusal, by_words, refusal


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.1.1", ""),
        ("5.1.1", "smtp; 550 5.1.1"),
        ("5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        ("5.0.0", "smtp; 550 User unknown"),
        ("5.0.0", "smtp; 550 <ake.ohman@example.org>... No such user here"),
        ("", "550 No such user"),
        ("", "550 The mailbox does not exist"),
        ("5.7.1", "smtp; 550 5.7.1 <ake.ohman@example.org>: Recipient address rejected: nonexistent user"),
        ("5.5.0", "smtp; 550 Requested action not taken: mailbox unavailable"),
        ("5.2.1", "smtp; 550 5.2.1 The email account that you tried to reach is disabled"),
        ("5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 d"),
        ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied. [DB5EUR03.eop-EUR03.prod.outlook.com]"),
        ("5.0.0", "smtp; 550 <ake.ohman@example.org> is not a known user on this system"),
        ("5.0.0", "smtp; 551 <ake.ohman@example.org> is a deactivated mailbox"),
        ("5.0.0", "smtp; 550 Adressen finns inte"),
        ("5.0.0", "smtp; 550 Okänd mottagare"),
        ("5.0.0", "smtp; 550 Empfaenger unbekannt"),
        ("5.1.2", "dns; Host not found"),
        ("5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=example.org type=A"),
        ("5.0.0", "smtp; 550 blocked.user@example.org: User unknown"),  # what they are called says nothing
    ],
)
def test_these_say_that_nobody_has_the_address(status: str, said: str) -> None:
    assert Report("failed", status, said).weight == Weight.hard


@pytest.mark.parametrize(
    ("status", "said", "about"),
    [
        ("5.0.0", "smtp; 554 Service unavailable; Client host [192.0.2.10] blocked using dnsbl.example.net", "blocked"),
        ("5.1.1", "smtp; 550 5.7.1 IP address blacklisted by recipient", "blocked"),
        ("5.1.1", "smtp; 550 5.1.1 Not taken by policy: user unknown to our allow list", "blocked"),
        ("5.0.0", "smtp; 554 5.7.1 Recipient address rejected: Access denied", "blocked"),
        ("5.0.0", "smtp; 553 https://www.spamhaus.org/query/bl?ip=192.0.2.222", "blocked"),
        ("5.0.0", "smtp; 552 Error: disk quota exceeded", "full"),
        ("5.1.1", "smtp; 552 5.2.2 Mailbox full", "full"),
        ("5.0.0", "smtp; 550 Brevlådan är full", "full"),
        ("5.0.0", "smtp; 552 Message size exceeds fixed maximum message size", "size"),
        ("5.0.0", "smtp; 550 too many messages from your host, sending rate limited", "rate"),
        ("5.4.6", "smtp; 554 5.4.6 Too many hops", "loop"),
        ("5.0.0", "X-Postfix; mail for example.org loops back to myself", "loop"),
        ("5.7.1", "smtp; 550 5.7.1 Unable to relay for ake.ohman@example.org", "relay"),
        ("5.0.0", "smtp; 553 sorry, that domain isn't in my list of allowed rcpthosts", "relay"),
        ("5.1.8", "smtp; 553 5.1.8 Sender address rejected: Domain not found", "sender"),
        ("5.1.0", "550 5.1.0 No such domain (in reply to MAIL FROM command)", "sender"),
        ("5.0.0", "smtp; 554 Your message looks like spam", "content"),
        ("5.4.316", "smtp; 550 5.4.316 Message expired, connection refused", "expired"),
        ("5.4.4", "X-Postfix; Name service error for name=example.org: Host not found, try again", "system"),
        ("5.0.0", "smtp; 550 Rejected", "unclear"),
        ("5.4.1", "", "system"),
        ("5.0.0", "", "unclear"),
        ("", "", "unclear"),
    ],
)
def test_these_are_about_something_else_whatever_the_code_says(status: str, said: str, about: str) -> None:
    report = Report("failed", status, said)
    assert (report.refusal.value, report.weight) == (about, Weight.not_delivered)


def test_what_the_report_repeats_of_the_replies_counts_as_said() -> None:
    told = (
        "Your message could not be delivered.\n\n<ake@example.org>: host mx said: 550\n    Client blocked using rbl\n"
    )
    assert refusal("5.1.1", "smtp; 550 5.1.1 rejected", told) == Refusal.blocked


def test_what_every_report_says_takes_nothing_from_a_code_that_is_about_the_address() -> None:
    told = "Delivery to the following recipients failed.\n\nAny other use of this e-mail is prohibited."
    assert refusal("5.1.1", "", told) == Refusal.address
    assert refusal("5.0.0", "", told) == Refusal.blocked


def test_a_temporary_code_never_writes_an_address_off() -> None:
    assert Report("failed", "4.1.1", "smtp; 450 4.1.1 User unknown in local table").weight == Weight.not_delivered


@pytest.mark.parametrize("text", ["user ", "550 5.1.1 ", "mail a b c d ", "a@", "a/", "x", "relay to ", "sender a b "])
def test_megabytes_of_words_are_read_in_one_go(text: str) -> None:
    begun = time.perf_counter()
    by_words(text * 500_000)
    assert time.perf_counter() - begun < 2
