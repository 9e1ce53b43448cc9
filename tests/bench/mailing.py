"""An outbox full of personal mails of about 8 kB, for the benchmark."""

from sqlalchemy import delete

from models.db.engine import reading, transaction
from models.mail.queue import QueuedMail, counts, enqueue
from models.tables.mail import OutgoingMail, Template
from models.tables.person import EmailStatus, Membership, Person, member_hash
from tasks.smtp.batch_sender import send_due
from tests.acts import ask, at
from tests.office import fill_office

AT_A_TIME = 5000
NOW = at("2027-03-02", 11)


def fill_outbox(count: int) -> None:
    """That many mails that may go, each to somebody of its own."""
    fill_office()
    with transaction() as session:
        request = ask(session, co_organisers="")
        context = {"number": request.number, "talk_due": "2027-03-09", "answer_due": "2027-03-23"}
        session.execute(delete(OutgoingMail))  # what the request itself sends is not measured
    for begin in range(0, count, AT_A_TIME):
        with transaction() as session:
            some = [_person(number) for number in range(begin, min(begin + AT_A_TIME, count))]
            keys = [person.id for person in some]
            session.add_all(some)
            session.flush()
            letters = [
                QueuedMail(Template.receipt, key, "bench", request_id=request.id, context=context) for key in keys
            ]
            enqueue(session, letters, NOW)


def _person(number: int) -> Person:
    return Person(
        member_hash=member_hash(f"bench {number}"),
        member_number=str(number),
        name=f"Åsa Öst {number}",
        email=f"asa{number}@example.org",
        email_status=EmailStatus.ok,
        membership=Membership.active,
    )


async def send_everything(count: int) -> None:
    """All batches, as the flow does. Raises AssertionError when not every mail went."""
    while await send_due(NOW):
        pass
    with reading() as session:
        assert counts(session)["sent"] == count
