"""The member register is a snapshot apart: taken in whole or not at all, and persons follow it (domain.md 3)."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.db.engine import reading, transaction
from models.errors import DatabaseFull, UserError
from models.i18n import Language
from models.people.person import by_member_number, known_by_number
from models.reference import register_import
from models.reference.member_register import newest_import, register_contents, register_is_loaded
from models.reference.register_import import AS_A_PART, How, import_members
from models.settings import Settings
from models.tables.person import EmailStatus, Membership, Person
from models.tables.place import Region
from models.tables.register import RegisterEntry, RegisterImport
from models.tables.request import RequestState
from tests.acts import AKE, GOREL, MARIT, ask, at, member, morning, named, network_in, no_register

LINES = 3000
HEAD = "member_number,name,email,membership"
NEW = "990101-99"


def take_in(
    folder: Path, *lines: str, head: str = HEAD, day: str = "2026-11-20", how: How = AS_A_PART
) -> dict[str, int]:
    """The office takes in a register with these lines."""
    file = folder / "members.csv"
    file.write_text("\n".join([head, *lines]), encoding="utf-8")
    outcome = import_members(file, at(day), how=how)
    return {**outcome.numbers, **outcome.beside}


def many(folder: Path, domain: str = "example.org", *last: str) -> dict[str, int]:
    return take_in(folder, *(f"9{one:05},Medlem {one},m{one}@{domain},active" for one in range(LINES)), *last)


def told(number: str) -> dict[str, Any]:
    with reading() as session:
        return register_contents(session, number) or {}


def persons() -> int:
    with reading() as session:
        return len(session.exec(select(Person.id)).all())


def rows() -> list[tuple[str, int]]:
    with reading() as session:
        return list(session.exec(select(RegisterEntry.member_hash, RegisterEntry.since)).all())


# --- taken in -------------------------------------------------------------------------------------


def test_a_register_makes_nobody_a_person_and_a_second_time_changes_nothing(office: Settings, tmp_path: Path) -> None:
    before = persons()
    assert many(tmp_path) == {"read": LINES, "new": LINES, "changed": 0, "same": 0}
    held = rows()
    assert many(tmp_path) == {"read": LINES, "new": 0, "changed": 0, "same": LINES}
    assert persons() == before and rows() == held
    assert told("9 00007")["email"] == "m7@example.org"


def test_what_it_says_is_sealed(office: Settings, tmp_path: Path) -> None:
    take_in(tmp_path, f"{NEW},Nils Ny,nils@example.org,active")
    with reading() as session:
        rows = session.connection().exec_driver_sql("SELECT member_hash, sealed FROM register_entry").all()
    assert len(rows) == 7
    for open_text in (NEW, NEW.replace("-", ""), "Nils", "nils@example.org", "active"):
        assert not [row for row in rows if open_text in row[0] or open_text.encode() in bytes(row[1])]


def test_pages_that_write_get_their_turn_meanwhile(office: Settings, tmp_path: Path) -> None:
    work, waits = threading.Thread(target=many, args=(tmp_path,)), list[float]()
    work.start()
    while work.is_alive():
        begun = time.monotonic()
        with transaction() as session:
            session.add(Region(code=f"x{len(waits)}", name="Region"))
        waits.append(time.monotonic() - begun)
    assert len(rows()) >= LINES and len(waits) > 3 and max(waits) < 2.5, "a page gives up after 2.5 s"


@pytest.mark.parametrize("turn", [1, 2])
def test_one_that_is_broken_off_leaves_the_old_one_whole_and_the_next_clears_it_away(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    many(tmp_path)
    write, turns = register_import._write, []

    def full(session: Session, *given: Any) -> None:
        turns.append(1)
        if len(turns) > turn:
            raise DatabaseFull
        write(session, *given)

    with monkeypatch.context() as away:
        away.setattr(register_import, "_write", full)
        away.setattr(register_import, "TURN_SECONDS", 0.0)
        with pytest.raises(DatabaseFull):
            many(tmp_path, "example.com")
    assert len(rows()) > LINES + 6
    assert {told(f"9{one:05}")["email"] for one in range(9)} == {f"m{one}@example.org" for one in range(9)}
    assert take_in(tmp_path, "900001,Medlem 1,ny@example.org,active")["changed"] == 1
    assert (told("900001")["email"], told("900002")["email"]) == ("ny@example.org", "m2@example.org")
    assert len(rows()) == LINES + 6
    with reading() as session:
        unfinished = select(RegisterImport).where(col(RegisterImport.finished_at).is_(None))
        assert session.exec(unfinished).all() == []


def test_one_that_another_overtook_changes_nothing(
    office: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = register_import.plan_import

    def overtaken(*given: Any, **how: Any) -> Any:
        planned = plan(*given, **how)
        monkeypatch.setattr(register_import, "plan_import", plan)
        take_in(tmp_path, f"{NEW},Den andra,b@example.org,active")
        return planned

    monkeypatch.setattr(register_import, "plan_import", overtaken)
    with pytest.raises(UserError, match="en annan inläsning började"):
        take_in(tmp_path, f"{NEW},Den första,a@example.org,active")
    assert told(NEW)["name"] == "Den andra" and len(rows()) == 7


def test_a_wrong_line_leaves_everything_as_it_was(office: Settings, tmp_path: Path) -> None:
    held = rows()
    with pytest.raises(UserError, match=rf"rad {LINES + 2}, email"):
        many(tmp_path, "example.org", "999999,X,no address,active")
    assert rows() == held


def test_a_column_that_a_file_lacks_stays_as_it_is(office: Settings, tmp_path: Path) -> None:
    line = "990101-99,Nils Ny,nils@example.org,active"
    take_in(tmp_path, f"{line},en,ja,070-123 45 67,ja", head=f"{HEAD},language,is_representative,phone,protected")
    assert take_in(tmp_path, line)["same"] == 1
    assert take_in(tmp_path, f"{line},", head=f"{HEAD},language")["same"] == 1
    nils = member_of(NEW)
    assert (nils.language, nils.is_representative, nils.phone) == (Language.en, True, "070-123 45 67")
    assert nils.protected_at and not nils.may_be_mailed
    take_in(tmp_path, f"{line},nej", head=f"{HEAD},protected")
    assert member_of(NEW).may_be_mailed


def member_of(number: str) -> Person:
    with reading() as session:
        found = known_by_number(session, number)
        assert found
        return found


# --- who is looked up -----------------------------------------------------------------------------


def test_who_asks_is_written_down_then_with_whom_they_name_and_nobody_else(office: Settings) -> None:
    assert persons() == 0
    with transaction() as session:
        request = ask(session, co_organisers=MARIT)
        assert request.state == RequestState.received and len(named(session, request)) == 1
    assert persons() == 2
    with reading() as session:
        ake = by_member_number(session, AKE)
        assert ake and (ake.name, ake.email, ake.membership) == ("Åke Öhman", "ake.ohman@example.org", "active")


def test_who_has_left_and_is_not_known_is_not_kept_and_who_is_known_is_told_of(
    office: Settings, tmp_path: Path
) -> None:
    with transaction() as session:
        ask(session)
    lines = ("990101-98,Nils Borta,nils@example.org,left", f"{AKE},Åke Öhman,ake.ohman@example.org,left")
    assert take_in(tmp_path, *lines) == {"read": 2, "new": 0, "changed": 1, "same": 1}
    assert told("990101-98") == told(AKE) == {} and len(rows()) == 5
    with transaction() as session:
        assert member(session, AKE).membership == Membership.left
        assert ask(session, member_number="990101-98", email="n@example.com").reason == "not_a_member"


def test_a_representative_need_not_be_a_member(office: Settings, tmp_path: Path) -> None:
    take_in(tmp_path, f"{NEW},Rut Företrädare,r@example.org,none,ja", head=f"{HEAD},is_representative")
    with transaction() as session:
        assert ask(session, member_number=NEW).state == RequestState.received


def test_without_a_register_nobody_is_known_and_nobody_a_stranger(office: Settings, tmp_path: Path) -> None:
    with transaction() as session:
        no_register(session)
        assert not register_is_loaded(session)
        request = ask(session, email="ake@example.org")
        assert request.state == RequestState.incomplete
    take_in(tmp_path, f"{AKE},Åke Öhman,ake.ohman@example.org,active")
    with transaction() as session:
        ake = member(session, AKE)
        assert register_is_loaded(session) and (ake.membership, ake.email) == ("active", "ake.ohman@example.org")


# --- persons follow -------------------------------------------------------------------------------


def test_a_bounced_address_stays_bounced_until_the_register_has_another(office: Settings, tmp_path: Path) -> None:
    with transaction() as session:
        member(session).email_status = EmailStatus.bounced
    for address, status in (("ake.ohman@example.org", EmailStatus.bounced), ("ny@example.org", EmailStatus.ok)):
        take_in(tmp_path, f"{AKE},Åke Öhman,{address},active")
        assert (member_of(AKE).email, member_of(AKE).email_status) == (address, status)


def test_a_person_whom_staff_corrected_follows_the_register_again_and_is_counted(
    office: Settings, tmp_path: Path
) -> None:
    with transaction() as session:
        member(session).name = "Åke Ändrad"
    line = f"{AKE},Åke Öhman,ake.ohman@example.org,active"
    assert take_in(tmp_path, line) == {"read": 1, "new": 0, "changed": 1, "same": 0}
    assert member_of(AKE).name == "Åke Öhman"
    assert take_in(tmp_path, line)["same"] == 1


def test_a_language_of_their_own_stays_until_the_register_has_one(office: Settings, tmp_path: Path) -> None:
    with transaction() as session:
        member(session).language = Language.en
    line = f"{AKE},Åke Öhman,ake.ohman@example.org,active"
    for head, end, language in ((HEAD, "", "en"), (f"{HEAD},language", ",", "en"), (f"{HEAD},language", ",sv", "sv")):
        take_in(tmp_path, line + end, head=head)
        assert member_of(AKE).language == language


def test_a_number_that_somebody_gave_us_goes_before_the_registers(office: Settings, tmp_path: Path) -> None:
    line, head = f"{AKE},Åke Öhman,ake.ohman@example.org,active,", f"{HEAD},phone"
    with transaction() as session:
        member(session)
    for given, register, expected in (
        (None, "08-11 11 11", "08-11 11 11"),
        (None, "08-22 22 22", "08-22 22 22"),
        ("070-333 33 33", "08-44 44 44", "070-333 33 33"),
    ):
        if given:
            with transaction() as session:
                member(session).phone = given
        take_in(tmp_path, line + register, head=head)
        assert member_of(AKE).phone == expected


def test_what_staff_know_of_a_protected_identity_is_not_undone_by_the_register(
    office: Settings, tmp_path: Path
) -> None:
    line, head = f"{AKE},Åke Öhman,ake.ohman@example.org,active,", f"{HEAD},protected"
    with transaction() as session:
        member(session).protected_at = at("2026-11-10")
    for says, protected in (("nej", True), ("ja", True), ("nej", False)):
        take_in(tmp_path, line + says, head=head)
        assert bool(member_of(AKE).protected_at) == protected


def test_who_was_erased_is_not_filled_in_again(office: Settings, tmp_path: Path) -> None:
    from models.privacy.erasure import by_erasure, erase

    with transaction() as session:
        ake = member(session)
        erase(session, ake, by_erasure(at("2026-11-10")))
        assert register_contents(session, AKE) is None
    take_in(tmp_path, f"{AKE},Åke Öhman,ake.ohman@example.org,active")
    with transaction() as session:
        assert session.get_one(Person, ake.id).name is None and by_member_number(session, AKE) is None
        assert member(session, AKE).id != ake.id


# --- the whole register ---------------------------------------------------------------------------


def whole(folder: Path, *without: str, yes: bool = False, day: str = "2027-01-11") -> dict[str, int]:
    """The sample office's members and many more, as the whole register."""
    office = {AKE: "Åke Öhman", MARIT: "Märit Sjöö", "800103-03": "René Björklöf", GOREL: "Görel Ångström"}
    lines = [f"{key},{name},x@example.org,active" for key, name in office.items() if key not in without]
    lines += [f"9{one:05},Medlem {one},m{one}@example.org,active" for one in range(60)]
    return take_in(folder, *lines, how=How(complete=True, yes=yes), day=day)


def test_who_is_missing_in_the_whole_register_has_left_and_their_roles_end_after_the_grace(
    office: Settings, tmp_path: Path
) -> None:
    whole(tmp_path, yes=True, day="2026-11-01")
    with transaction() as session:
        network_in(session)
        assert len(session.exec(select(Person)).all()) == 3
    assert whole(tmp_path, MARIT)["gone"] == 1
    with transaction() as session:
        assert member(session, MARIT).membership == Membership.left
        assert [morning(session, day) for day in ("2027-01-12", "2027-01-25", "2027-01-26")] == [0, 0, 1]
    assert told(MARIT) == {} and whole(tmp_path, MARIT)["gone"] == 0


def test_who_is_missing_in_a_part_of_the_register_stays_in_it(office: Settings, tmp_path: Path) -> None:
    assert take_in(tmp_path, f"{NEW},Nils Ny,nils@example.org,active")["new"] == 1
    assert told(AKE)["name"] == "Åke Öhman"


def test_more_than_a_tenth_that_is_missing_is_refused_unless_staff_say_yes(office: Settings, tmp_path: Path) -> None:
    held = rows()
    with pytest.raises(UserError, match=r"--complete: 2 av 6 i registret \(33 %\) saknas"):
        whole(tmp_path)
    assert rows() == held
    with reading() as session:
        newest = newest_import(session)
        assert newest and len(session.exec(select(RegisterImport)).all()) == 1
    assert whole(tmp_path, yes=True)["gone"] == 2
    with reading() as session:
        newest = newest_import(session)
        assert newest and newest.members == 64 and len(rows()) == 64


def test_somebody_whom_nobody_knew_is_no_member_once_the_whole_register_came(office: Settings, tmp_path: Path) -> None:
    with transaction() as session:
        no_register(session)
        ask(session, member_number="990101-98", email="n@example.com")
    whole(tmp_path)
    with transaction() as session:
        assert member(session, "990101-98").membership == Membership.none
