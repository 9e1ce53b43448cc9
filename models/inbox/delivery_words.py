"""What servers write when they do not take a mail, sorted by what it is about: the address, or anything else.

An enhanced status code alone misleads: many servers give 5.0.0 or 5.1.1 whatever the matter is (RFC 3463, RFC 5321
section 4.2). So the words go first, and what a code says counts only where they say nothing.

The kinds stand in their order of precedence, and the first that has a phrase in the text decides:

0. what holds a word of the next kinds and means the address all the same: one server's fixed sentence;
1. what is about us, this mail or the moment, whatever else is said beside it ("blocked", "over quota");
2. what says that nobody reads mail at the address, or that its domain takes none;
3. what is said of many things: it is not about the address where nothing before it was.

Phrases are regular expressions over text in small letters with single blanks, several a line. `{who}` stands for what
an address is called, `{ours}` for a sender, and `<3>` for up to three words: every gap has an end, so that text of any
length is read in one go.
"""

import re
from enum import StrEnum
from typing import Final

LONGEST = 20_000
"""Characters that are looked at: what a server says is at the beginning."""


class Refusal(StrEnum):
    """What a refusal is about."""

    address = "address"
    domain = "domain"
    full = "full"
    size = "size"
    rate = "rate"
    loop = "loop"
    relay = "relay"
    sender = "sender"
    content = "content"
    blocked = "blocked"
    expired = "expired"
    system = "system"
    unclear = "unclear"


ABOUT_THE_ADDRESS: Final = frozenset({Refusal.address, Refusal.domain})

WHO: Final = (
    "(user|recipient|mailbox|mail box|account|address(ee?)?|e-?mail|alias|inbox|local part|destination|person|customer|"
    "subscriber|member|name|userid|user id)"
)
OURS: Final = "(sender|from address|from domain|envelope|mail from|return.?path|originator)"

WORDS: Final[tuple[tuple[Refusal, str], ...]] = (
    # 0. Exchange Online's sentence for an address that its directory does not have.
    (
        Refusal.address,
        r"""
        5\.4\.1 <1>recipient address rejected: access denied
        recipient address rejected: access denied\.? (as\(\d+\) )?\[\w+\.\w+\.prod\.
        """,
    ),
    # 1. About us, this mail or the moment.
    (Refusal.expired, "message (has )?expired|delivery time expired|in the queue too long"),
    (
        Refusal.system,
        r"""
        (host|domain|name)( name)? not found[,.:;]? try again|find a gateway|will (be retried|retry|try again)
        temporar\w+ (failure|error|problem|lookup|unavailable|disabled|rejected|deferred|suspended|blocked)
        connection (refused|reset|lost|closed|dropped|failed|timed out)
        """,
    ),
    (
        Refusal.full,
        r"""
        (over|exceed\w*|above|out of|beyond|reached|insufficient|no) <4>(quota|storage|disk space)
        quota (is |usage |has been )?(exceed|full|limit|reached|violation|used)|over ?quota|quota_?exceeded|disk quota
        (mailbox|inbox|mail box|mail ?drop|folder|account|disk|maildir|user|system) <3>full\b
        (postfach|boîte) <3>(voll|pleine)\b
        mailfull|mailbox_full|full mailbox|mailbox size limit|size limit for this mailbox|no space left
        not enough (storage|disk|space|room)|out of (disk )?space|(disk|file ?system) full|(lådan|korgen) <3>full
        maximum number of (messages|mails)|too (much|many) (mail|messages) (data )?(in|stored)
        """,
    ),
    (
        Refusal.size,
        r"""
        (message|mail|size|file|attachments?|letter|body) <5>(too (big|large|long)|exceed(s|ed)|(larger|bigger) than)
        exceed\w* <5>size|too (big|large)\b|larger than the (current )?(system )?limit|size ?limit|maxsize
        over max(imum)? (message )?size
        """,
    ),
    (
        Refusal.loop,
        """
        loops? back|mail (forwarding )?loop|loop detected|routing loop|too many (hops|received)|hop count|looping
        loop count
        """,
    ),
    (
        Refusal.relay,
        r"""
        relay(ing)? <2>(denied|prohibited|disallowed|disabled|reject\w+|not (allowed|permitted|authori[sz]ed))
        (unable|not (allowed|permitted|authori[sz]ed)|refus\w+|don't|do not|cannot|can't|won't) (to )?relay|no relay
        open relay|not a relay|allowed rcpthosts
        """,
    ),
    (
        Refusal.rate,
        r"""
        too many (connections|messages|sessions|concurrent|e-?mails|errors|invalid|unknown|simultaneous|recipients)
        too many (bad|smtp|delivery)|rate.?limit|throttl|too (fast|frequent\w*|quickly)|sending rate|at a rate
        unusual (rate|traffic)|rate that|(hourly|daily|message|sending) (sending )?(limit|quota)|limit exceeded
        exceeded (the |your )?<2>limit
        """,
    ),
    (
        Refusal.sender,
        r"""
        {ours} <4>(rejected|denied|refused|unknown|invalid|blocked|banned|verif\w+|failed|fails)
        {ours} <4>(not|n't) (exist|found|accepted|allowed|verified|valid|permitted|listed|resolve|match)
        (unknown|invalid|bad|unresolvable|unverified|nonexistent|forged|illegal) {ours}|domain of sender
        sender (verify|verification|callback|callout|domain must|policy|no mx)|verif\w+ <2>sender
        your (domain|e-?mail address|host|hostname|address) <3>(not|does|unknown|invalid|reject)
        (after|in reply to|in response to|response to|to your|to our) (the )?mail from|>>> mail from:<4><<< 5
        \b(helo|ehlo)\b|reverse.?(dns|lookup|hostname|map|record)|\bptr\b|rdns|cannot find your|unable to verify
        unauthori[sz]ed sender|fcrdns|dns (entry|record)s? for (your|the) (ip|host)|fix reverse
        """,
    ),
    (
        Refusal.content,
        r"""
        \bspam\b|spam(my|ming|med| ?score| content)|looks like spam|malware|unsolicited|\bjunk\b|phish|\b(uce|ube)\b
        (contain\w*|infected|detected|found|carr\w+|a) <3>virus|virus(es)? <1>(found|detected|infect\w*|alert)
        bulk (e-?)?mail|suspicious|message (content|refused by)|(by|a) (content )?filter|filtered
        content <3>(reject\w*|denied|not accept\w*|blocked|filter\w*|restrict\w*|violat\w+)
        contains? (a |an )?(virus|illegal|banned|prohibit|url|forbidden)|attachments? <3>(not|blocked|reject)
        rfc ?(2822|5322|2047)|bare (lf|linefeed|cr)|8.?bit|non-ascii|smtputf8
        (malformed|missing|invalid|illegal|duplicate) <2>headers?
        """,
    ),
    (
        Refusal.blocked,
        r"""
        block(ed|ing)?[ -]?list|black ?list|deny ?list|dnsbl|\brbl|spamhaus|spamcop|\bsorbs\b|barracuda ?central
        reputation|\b(blocked|blocking|banned)\b|gr[ea]y-?list|white-?list|polic(y|ies)\b|\b(spf|dkim|dmarc|tls)\b
        authenticat|not authori[sz]ed|authori[sz]ation|not (permitted|allowed|accepted here)|prohibit|for security
        pas autorisé|nicht (autorisiert|berechtigt)|inte behörig|saknar behörighet|no autorizado|security reasons
        (client host|connection|your ip|\bip|your host|your server|network|mail server|client|access)
            <4>(rejected|refused|denied|not allowed|dropped|bad)\b
        access (denied|restricted)|refused to talk|(transaction|mail) (rejected|refused)|starttls|encryption
        spamassassin|restricted|reject your|rejected by (user|recipient|header)|unwanted|listed by|challenge
        (not accepting|not accept|don't accept) (mail|messages|e-?mail) from|verify that you|abuse
        """,
    ),
    # 2. The address, or its domain.
    (
        Refusal.address,
        r"""
        (unknown|invalid|no such|bad|wrong|incorrect|illegal|not a (valid|known)|not an active) <2>{who}\b|bad_recipient
        (non-?exist\w*|unroute?able|undeliverable|disabled|inactive|deactivated) <2>{who}\b
        \b{who}\b[>)\]]?:? <7>(unknown|invalid|non-?exist\w*|undeliverable|unrouteable|expired)
        \b{who}\b[>)\]]?:? <7>(disabled|inactive|closed|deactivated|terminated|deleted|removed|discontinued)
        \b{who}\b[>)\]]?:? <7>(not|never) (a )?(found|valid|known|exist\w*|recogni[sz]ed|available|active|listed)
        \b{who}\b[>)\]]?:? <7>(not|never) (local|here|been activated|our|in (our|the|this)|on (this|our)|hosted)
        \b{who}\b[>)\]]?:? <7>(not|never) (reachable|correct|registered|defined|configured|present)
        \b{who}\b[>)\]]?:? <7>(do(es)? ?n[o']?t|did not|didn't) (exist|match)
        \b{who}\b[>)\]]?:? <7>no longer (exist\w*|valid|active|available|in use|accept\w*|receiv\w*|monitored)
        \b{who}\b <7>(can ?not|can't|couldn't|could not|wasn't|was not) (be )?(found|located|resolved|verified)
        \b{who}\b <7>(can ?not|can't|couldn't|could not|wasn't|was not) (be )?(reached|matched|recogni[sz]ed)
        (couldn't|could not|can't|cannot|wasn't|was not) (be found|found|find <3>(user|recipient|mailbox|account))
        do(es)?(n't|sn't|snt| not) exist|no longer (exist|valid|active|available|in use|with|here|works|employed)
        no longer (on (this|our|server)|a valid|accepts?|receiv)|no mail ?box|not have a final|not our customer
        no such (?!file|message)|no_such|no (user|account|recipient|local mailbox)\b|no match(ing|es)|have a \S+ account
        recip(ient)?notfound|resolver\.adr|user_unknown|unknown_user|nosuchuser|address not found|not listed in
        not in (the )?(domino )?directory|not known|unknown (to|at|in|here|or)|is unknown|unknown([:.]|$)
        not exactly match|unknown local|ha(s|ve) moved|user not local|not a valid|isn't (a )?valid|isn't active
        (mailbox|account) (is )?(unavailable|not available)|new address|address (has )?changed
        (mailbox|account) (is |has been )?(disabled|closed|inactive|suspended|locked)
        finns inte|hittades inte|inte hittas|okänd (mottagare|användare|adress)|ogiltig (mottagare|adress)
        findes ikke|finnes ikke|ukjent|ukendt|ei löydy|tuntematon|unbekannt|existiert nicht|nicht gefunden|onbekend
        bestaat niet|n'existe (pas|plus)|inconnu|introuvable|no existe|desconocid|casilla ha expirado|sconosciut
        inesistente|não existe|inexistente|nie istnieje|nieznany|nie ma takiego|недоступен|не существует|не найден
        ありません|見つかりません|存在しません
        """,
    ),
    (
        Refusal.domain,
        r"""
        (unknown|no such|bad|illegal|invalid) (mail )?(host|domain)|nxdomain|name or service not known
        (host|domain|name)( or domain)?( name)?:? <3>(unknown|not found|does not exist|lookup fail\w*|not resolve\w*)
        no (valid )?(mx|mail exchanger|a record|dns)|unrouteable mail domain|dns (error|fail\w*|lookup)
        host(name)? lookup|find (any |a )?(host|mail exchanger)|bad destination|no route to domain
        (can't|unable to) resolve|domain is not reachable|(host|domain)\S* does not accept mail|null mx
        """,
    ),
    # 3. Said of many things.
    (Refusal.expired, r"expired|time(d)? ?out|retry time|too long|giv(e|ing) up|gave up|\d+ (days|hours)"),
    (
        Refusal.system,
        """
        unreachable|no route|try again|temporar|local error|system (error|problem)|configuration|i/o error
        protocol error|not responding|could not connect|failed to connect|service (un|not )available
        """,
    ),
)

CODES: Final[tuple[tuple[Refusal, str], ...]] = (
    (Refusal.address, r"5\.1\.(1|3|6|10)|5\.2\.1"),
    (Refusal.domain, r"5\.1\.2"),
    (Refusal.sender, r"5\.1\.[78]"),
    (Refusal.full, r"[45]\.2\.2"),
    (Refusal.size, r"[45]\.(2\.3|3\.4)"),
    (Refusal.loop, r"[45]\.4\.6"),
    (Refusal.expired, r"[45]\.4\.7"),
    (Refusal.content, r"[45]\.6\.\d+"),
    (Refusal.blocked, r"[45]\.7\.\d+"),
    (Refusal.system, r"[45]\.[34]\.\d+"),
)
"""What an enhanced code is about where no words say it; any other says nothing."""


def _compiled(lines: str) -> re.Pattern[str]:
    """The phrases of a kind as one expression. A line that is set in goes on the one above it."""
    joined = re.sub(r"\n\s{12,}", " ", lines.strip("\n"))
    phrases = "|".join(line.strip() for line in joined.splitlines() if line.strip())
    phrases = phrases.replace("{who}", WHO).replace("{ours}", OURS)
    return re.compile(re.sub(r"<([0-9])>", r"(\\S{1,80} ){0,\1}?", phrases))


_BY_WORDS: Final = tuple((about, _compiled(lines)) for about, lines in WORDS)
_BY_CODE: Final = tuple((about, re.compile(code)) for about, code in CODES)
# Addresses, and what follows the host in a link: what they are called says nothing of what is the matter.
_NAMES: Final = re.compile(r"[^\s<>\[\]()'\":,;]{1,200}@[^\s<>\[\]()'\":,;]{1,200}|(?<=[a-z])/[^\s<>\[\]]{1,500}")
_REPLY: Final = re.compile(r"(?<![0-9.#])[45][0-9]{2}(?:[ :-]|$)")


def refusal(status: str, said: str, told: str = "") -> Refusal:
    """What a refusal is about: by what the server said, else by the code and by what the report tells.

    What the report repeats of the server's replies counts as said. Round it stand sentences for every reader, which
    take nothing from a code that is about the address.
    """
    if (by_reply := by_words(f"{said}\n{_replies(told[:LONGEST])}")) is not Refusal.unclear:
        return by_reply
    by_code = next((about for about, code in _BY_CODE if code.fullmatch(status)), Refusal.unclear)
    by_report = Refusal.unclear if by_code in ABOUT_THE_ADDRESS else by_words(told)
    return by_code if by_report is Refusal.unclear else by_report


def by_words(text: str) -> Refusal:
    """What the words are about; unclear where they hold no known phrase."""
    words = _NAMES.sub("@", " ".join(text[:LONGEST].lower().split()))
    return next((about for about, phrases in _BY_WORDS if phrases.search(words)), Refusal.unclear)


def _replies(text: str) -> str:
    """The lines with a server's reply, what it answered (one line above) and what follows from it (three below)."""
    lines = text.splitlines()
    found = {here for here, line in enumerate(lines) if _REPLY.search(line)}
    return "\n".join(line for here, line in enumerate(lines) if found & {here + 1, here, here - 1, here - 2, here - 3})
