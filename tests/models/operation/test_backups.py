"""Which backups are kept and when one is late; and which mail may have gone since the one that was restored."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.db.engine import transaction
from models.mail import in_doubt
from models.mail.queue import QueuedMail, enqueue
from models.operation.backups import KEPT, is_late, made_at, name_of, surplus
from models.settings import Settings
from models.tables.mail import MailStatus, Template
from tests.acts import ask, at, mails, talk

RUN = "0123456789abcdef0123456789abcdef"
NIGHT = at("2026-11-27", 3)  # a Friday


def test_a_backups_name_tells_when_it_was_made() -> None:
    assert name_of(NIGHT, RUN) == "natverkslots-20261127T020000Z-01234567.backup"
    assert made_at(name_of(NIGHT, RUN)) == NIGHT
    assert made_at("bokslut.backup") is None


@given(st.sets(st.integers(0, 400), max_size=40))
def test_the_fourteen_newest_are_kept_and_what_is_not_ours_is_never_removed(days: set[int]) -> None:
    names = {day: name_of(NIGHT + timedelta(days=day), RUN) for day in days}
    gone = set(surplus([*names.values(), "annat.backup", "lots.db"]))
    assert gone == {names[day] for day in sorted(days)[: max(0, len(days) - KEPT)]}


def test_a_backup_is_late_after_two_days_and_a_new_home_has_two_days_for_its_first() -> None:
    hours = timedelta(hours=1)
    assert not is_late(NIGHT, NIGHT, NIGHT + 47 * hours)
    assert is_late(NIGHT, NIGHT, NIGHT + 49 * hours)
    assert not is_late(None, NIGHT, NIGHT + 47 * hours)
    assert is_late(None, NIGHT, NIGHT + 49 * hours)


def test_what_could_go_between_the_backup_and_now_is_in_doubt_and_what_could_not_still_waits(office: Settings) -> None:
    """A mail to founders goes Monday to Thursday: on a Friday none can have gone, but a receipt and a decision can."""
    with transaction() as session:
        network = talk(session, ask(session))
        assert network
        [receipt] = mails(session, "receipt")
        enqueue(
            session, [QueuedMail(Template.step, receipt.person_id, "a step", network_id=network.id)], at("2026-11-24")
        )
        counts = in_doubt.doubt_what_may_have_gone(session, NIGHT, at("2026-11-27", 16))
        session.expire_all()
        [receipt], [granted], [step] = (mails(session, kind) for kind in ("receipt", "granted", "step"))
        assert receipt.status == granted.status == MailStatus.in_doubt
        assert receipt.reason == "restored"
        statuses = [step.status]
        assert counts == len(in_doubt.in_doubt(session))
        in_doubt.doubt_what_may_have_gone(session, NIGHT, at("2026-11-30", 9))
        session.expire_all()
        assert [*statuses, step.status] == [MailStatus.queued, MailStatus.in_doubt]
