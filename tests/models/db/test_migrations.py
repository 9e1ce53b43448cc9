"""The schema: code and migrations agree, an upgrade is repeatable, and what is in it stays."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine
from sqlalchemy.dialects import sqlite
from sqlmodel import SQLModel, col, select

from models.db.column_types import EncryptedText, UtcDateTime
from models.db.engine import engine, reading, schema_version, transaction
from models.operation.upgrade import newest_version, upgrade
from models.people.person import get_or_create_person
from models.reference.member_register import register_contents
from models.settings import Settings
from models.tables import metadata
from models.tables.check_in import CheckInAnswer
from models.tables.meeting import CODE_LENGTH, Meeting
from models.tables.network import Network
from models.tables.person import Person
from models.tables.register import RegisterEntry
from models.tables.request import NamedOrganiser, SupportRequest
from models.tables.support import CapacityEntry, SupportGrant
from models.views.invariants import broken
from tests.acts import ask

DATA = Path(__file__).parents[2] / "data"
EARLIER = sorted(path.stem.removeprefix("schema_") for path in DATA.glob("schema_*.json"))
TOLD = ("member_number", "name", "email", "membership", "language", "is_representative", "is_employee")
"""What earlier registers told of a member."""
Rows = dict[str, list[dict[str, Any]]]
MOVED = {"support_request.co_organisers"}
"""Columns whose values stand elsewhere now; a test of its own says where."""


def differences(engine: Engine) -> list[object]:
    """Where the tables in the code and those in the database differ; empty when they agree."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def test_tables_in_the_code_and_in_the_database_agree(office: Settings) -> None:
    assert differences(engine()) == []


def test_tables_are_named_by_their_entity_in_the_singular() -> None:
    assert {"person", "support_request", "network", "role", "support_grant", "meeting", "meeting_duty", "check_in",
            "health_snapshot", "intervention", "transition", "outgoing_mail", "capacity_entry", "staff", "region",
            "municipality", "branch"} <= set(metadata.tables)  # fmt: skip


def test_a_fresh_database_is_upgraded_in_one_go(empty_database: sa.Engine) -> None:
    upgrade(empty_database)
    assert set(sa.inspect(empty_database).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_a_second_upgrade_changes_nothing(office: Settings) -> None:
    with transaction() as session:
        ask(session)
    upgrade(engine())
    with reading() as session:
        assert schema_version(session) == newest_version()
        assert session.connection().execute(sa.text("SELECT count(*) FROM support_request")).scalar() == 1


@pytest.fixture(params=EARLIER)
def before(request: pytest.FixtureRequest, empty_database: sa.Engine) -> Rows:
    """What a database of an earlier version held before it was brought to the newest."""
    upgrade(empty_database, request.param)
    rows: Rows = json.loads((DATA / f"schema_{request.param}.json").read_text())
    with empty_database.begin() as connection:
        fill(connection, rows)
    upgrade(empty_database)
    return rows


def fill(connection: sa.Connection, rows: Rows) -> None:
    """Put rows, as SQLite stored them, into the tables that are there now."""
    tables = sa.MetaData()
    tables.reflect(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL timezone = 'UTC'"))
    for table in tables.sorted_tables:
        for row in rows.get(table.name, []):
            names = ", ".join(f'"{name}"' for name in row)
            places = ", ".join(f":{name}" for name in row)
            values = {name: _value(table.c[name].type, value) for name, value in row.items()}
            connection.execute(sa.text(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'), values)


def _value(kind: sa.types.TypeEngine[Any], stored: Any) -> Any:
    return bool(stored) if isinstance(kind, sa.Boolean) and stored is not None else stored


def test_every_row_and_every_value_of_an_earlier_version_is_still_there(
    before: Rows, empty_database: sa.Engine
) -> None:
    with empty_database.connect() as connection:
        for table, stored in before.items():
            kept = metadata.tables[table]
            rows = [{name: value for name, value in row.items() if f"{table}.{name}" not in MOVED} for row in stored]
            found = {
                str(row["id" if "id" in row else "code"]): row for row in connection.execute(sa.select(kept)).mappings()
            }
            for row in rows:
                if table == "person" and _key(row) not in found:
                    assert _in_the_register(row) == {
                        name: _as_text(_read(kept.c[name].type, row[name])) for name in TOLD
                    }
                    continue
                assert {name: _as_text(found[_key(row)][name]) for name in row} == {
                    name: _as_text(_read(kept.c[name].type, value)) for name, value in row.items()
                }


def test_every_row_of_an_earlier_version_can_be_read_by_the_code(before: Rows, empty_database: sa.Engine) -> None:
    tables = {one.local_table.name: one.class_ for one in SQLModel._sa_registry.mappers}  # type: ignore[attr-defined]
    with reading() as session:
        for table, rows in before.items():
            apart = len(session.exec(select(RegisterEntry)).all()) if table == "person" else 0
            assert len(session.exec(select(tables[table])).all()) + apart >= len(rows)
        [asked] = session.exec(select(SupportRequest.need).where(col(SupportRequest.number) == 1))
        assert asked == "Vi vill träffas."


def test_whom_a_request_named_is_still_named_in_the_same_order(before: Rows, empty_database: sa.Engine) -> None:
    with reading() as session:
        named = session.exec(select(NamedOrganiser).order_by(col(NamedOrganiser.place))).all()
        for request in before["support_request"]:
            theirs = [str(one.person_id) for one in named if one.request_id == UUID(request["id"])]
            assert theirs == json.loads(request["co_organisers"])
    assert named


@pytest.mark.parametrize("before", ["0001"], indirect=True)
def test_the_ledger_of_the_first_version_gets_its_balances(before: Rows, empty_database: sa.Engine) -> None:
    with reading() as session:
        lines = session.exec(select(CapacityEntry).order_by(col(CapacityEntry.sequence))).all()
        accounts = {(line.staff_id, line.quarter) for line in lines}
        assert len(lines) == len(before["capacity_entry"]) + len(accounts)
        for account in accounts:
            own = [line for line in lines if (line.staff_id, line.quarter) == account]
            assert [line.sequence for line in own] == list(range(1, len(own) + 1))
            assert [line.balance for line in own] == [
                sum((one.hours for one in own[:n]), Decimal(0)) for n in range(1, len(own) + 1)
            ]
            assert own[0].kind == "budget"


def test_a_meeting_of_an_earlier_version_says_whether_a_member_led_it(before: Rows, empty_database: sa.Engine) -> None:
    led = {
        UUID(duty["meeting_id"])
        for duty in before["meeting_duty"]
        if duty["duty"] in ("invitation", "lead") and not duty["by_office"]
    }
    leading = {UUID(one["meeting_id"]) for one in before["meeting_duty"] if one["duty"] in ("invitation", "lead")}
    led |= {UUID(one["id"]) for one in before["meeting"] if one["status"] == "held"} - leading
    assert led
    with reading() as session:
        assert {one.id for one in session.exec(select(Meeting)) if one.led_by_member} == led
        assert broken(session) == []


@pytest.mark.parametrize("before", ["0009"], indirect=True)
def test_who_only_stood_in_the_register_is_no_person_and_is_found_by_number(
    before: Rows, empty_database: sa.Engine
) -> None:
    tied = {row["initiator_id"] for row in before["support_request"]} | {row["person_id"] for row in before["role"]}
    tied |= {one for row in before["support_request"] for one in json.loads(row["co_organisers"])}
    apart = [row for row in before["person"] if row["id"] not in tied and str(UUID(row["id"])) not in tied]
    numbers = {_read(EncryptedText(), row["member_number"]) for row in before["person"]}
    with transaction() as session:
        assert apart and len(session.exec(select(Person)).all()) == len(before["person"]) - len(apart)
        assert len(session.exec(select(RegisterEntry)).all()) == len(before["person"])
        for number in numbers:
            assert get_or_create_person(session, number).name
        assert len(session.exec(select(Person)).all()) == len(before["person"])


def test_what_is_booked_has_an_invitation_page_after_an_upgrade_and_what_has_been_none(
    empty_database: sa.Engine,
) -> None:
    upgrade(empty_database, "0009")
    rows: Rows = json.loads((DATA / "schema_0009.json").read_text())
    booked, *told = rows["meeting"]
    booked["status"] = "planned"
    with empty_database.begin() as connection:
        fill(connection, rows)
    upgrade(empty_database)
    with reading() as session:
        codes = {one.id: one.invite_code for one in session.exec(select(Meeting))}
    assert len(codes.pop(UUID(booked["id"])) or "") == CODE_LENGTH
    assert told and set(codes.values()) == {None}


def test_an_upgraded_database_has_every_constraint_of_a_fresh_one(before: Rows, empty_database: sa.Engine) -> None:
    assert differences(empty_database) == []
    inspector = sa.inspect(empty_database)
    for table in metadata.tables.values():
        wanted = {one.name for one in table.constraints if isinstance(one, sa.CheckConstraint) and one.name}
        assert {str(one["name"]) for one in inspector.get_check_constraints(table.name)} >= wanted
        unique = {one.name for one in table.constraints if isinstance(one, sa.UniqueConstraint) and one.name}
        assert {str(one["name"]) for one in inspector.get_unique_constraints(table.name)} >= unique
        references = {(one.parent.name, one.column.table.name) for one in table.foreign_keys}
        assert references == {
            (one["constrained_columns"][0], one["referred_table"]) for one in inspector.get_foreign_keys(table.name)
        }


def _in_the_register(row: dict[str, Any]) -> dict[str, str]:
    """What the register says of somebody who was a person in an earlier version."""
    number = _read(metadata.tables["person"].c.member_number.type, row["member_number"])
    with reading() as session:
        told = register_contents(session, number)
    assert told
    return {name: _as_text(told[name]) for name in TOLD}


def _read(kind: Any, stored: Any) -> Any:
    """What the code reads where SQLite stored this."""
    if stored is None:
        return None
    if isinstance(kind, EncryptedText):
        return kind.process_result_value(stored, sqlite.dialect())
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return Decimal(str(stored)).quantize(Decimal("0.01"))
    if isinstance(kind, sa.JSON):
        return json.loads(stored)
    if isinstance(kind, sa.Boolean):
        return bool(stored)
    return UUID(stored) if isinstance(kind, sa.Uuid) else stored


def _key(row: dict[str, Any]) -> str:
    """What a row is known by; only what there is one of has a number."""
    key = row["id"] if "id" in row else row["code"]
    return str(UUID(key)) if "id" in row and isinstance(key, str) else str(key)


def _as_text(value: Any) -> str:
    return str(value.astimezone(UTC)) if isinstance(value, datetime) else str(value)


def test_an_answer_of_an_earlier_version_is_theirs_to_whom_the_check_in_was_sent(
    before: Rows, empty_database: sa.Engine
) -> None:
    answered = {(UUID(one["person_id"]), one["q4"]) for one in before["check_in"] if one.get("answered_at")}
    with reading() as session:
        assert {(own.person_id, own.q4) for own in session.exec(select(CheckInAnswer))} == answered
        assert [line for line in broken(session) if "avstämning" in line and "senast" in line] == []


def test_a_grant_of_an_earlier_version_was_given_when_its_hours_were_reserved_or_its_network_created(
    before: Rows, empty_database: sa.Engine
) -> None:
    with reading() as session:
        grants = session.exec(select(SupportGrant)).all()
        assert len(grants) == len(before["support_grant"]) > 0
        for grant in grants:
            lines = select(CapacityEntry.at).where(
                col(CapacityEntry.grant_id) == grant.id, col(CapacityEntry.kind) == "reserved"
            )
            came_with = session.get_one(Network, grant.network_id).created_at
            assert grant.granted_at == min(session.exec(lines).all(), default=came_with)


def test_a_change_of_an_earlier_version_stays_its_networks(empty_database: sa.Engine) -> None:
    rows: Rows = json.loads((DATA / f"schema_{EARLIER[-1]}.json").read_text())
    upgrade(empty_database, EARLIER[-1])
    with empty_database.begin() as connection:
        fill(connection, rows)
    upgrade(empty_database, "0011")
    network, staff = rows["network"][0]["id"], rows["staff"][0]["id"]
    change = {"id": network, "network_id": network, "what": "cadence", "before": "", "after": "", "asked_by": "m1",
              "signed_by": staff, "at": "2026-11-30 09:00:00.000000"}  # fmt: skip
    with empty_database.begin() as connection:
        fill(connection, {"change_entry": [change]})
    upgrade(empty_database)
    with empty_database.connect() as connection:
        kept = connection.execute(sa.text("SELECT network_id, request_id, what, asked_by FROM change_entry")).one()
    assert (UUID(str(kept[0])), *kept[1:]) == (UUID(network), None, "cadence", "m1")
