"""A new key for links, in an office that lives: what is out goes on, members are found, and the old key ends."""

import hashlib
from collections.abc import Iterator
from uuid import uuid4

import pytest
from itsdangerous import URLSafeTimedSerializer

from deployments.server.environment import prefect_environment
from deployments.server.up import upgrade_database
from models.db.engine import reading, transaction
from models.errors import SettingsError, UserError
from models.people.person import known_by_number
from models.people.roles import organiser_key
from models.people.signed_link import Purpose, make_link, read_link
from models.settings import Settings, settings
from tests.acts import AKE, ask

OLD, NEW = "a secret for tests only", "the secret that came after it"


def use(monkeypatch: pytest.MonkeyPatch, secret: str, hash_key: str = "") -> None:
    monkeypatch.setenv("LOTS_SECRET_KEY", secret)
    monkeypatch.setenv("LOTS_HASH_KEY", hash_key)
    settings.cache_clear()


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    settings.cache_clear()


def token(purpose: Purpose, *ids: str) -> str:
    return make_link(purpose, *ids).rpartition("/")[2]


def test_a_new_key_signs_while_links_that_are_out_open_and_the_old_one_ends(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        ask(session)
    network, person = uuid4(), uuid4()
    out, carries, prefect = (
        token(Purpose.meeting, "12"),
        organiser_key(network, person),
        prefect_environment(settings()),
    )

    use(monkeypatch, f"{NEW},{OLD}")
    fresh = token(Purpose.meeting, "12")
    assert read_link(Purpose.meeting, out) == read_link(Purpose.meeting, fresh) == ["12"]

    for secret, hash_key in ((f"{NEW},{OLD}", ""), (NEW, OLD)):
        use(monkeypatch, secret, hash_key)
        with reading() as session:
            assert known_by_number(session, AKE)
        assert organiser_key(network, person) == carries
        assert prefect_environment(settings()) == prefect, "the blocks' secrets are read as before"
        upgrade_database()
    assert read_link(Purpose.meeting, fresh) == ["12"]
    with pytest.raises(UserError):
        read_link(Purpose.meeting, out)

    use(monkeypatch, OLD)
    with pytest.raises(UserError):
        read_link(Purpose.meeting, fresh)


def test_a_key_that_would_find_nobody_is_refused_before_anything_is_written(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        ask(session)
    use(monkeypatch, NEW)
    with pytest.raises(SettingsError, match="LOTS_HASH_KEY"):
        upgrade_database()


@pytest.mark.parametrize("ids", [["12"], [str(uuid4())], [str(uuid4()), str(uuid4())], ["å" * 200]])
def test_a_links_token_has_no_dot_and_those_with_dots_that_are_out_open(office: Settings, ids: list[str]) -> None:
    for purpose in Purpose:
        made = token(purpose, *ids)
        assert "." not in made and made.replace("-", "").replace("_", "").isalnum()
        assert read_link(purpose, made) == ids
        before = URLSafeTimedSerializer(
            OLD,
            salt=f"natverkslots link {purpose}",
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )
        out = str(before.dumps(ids))
        assert "." in out and read_link(purpose, out) == ids
        with pytest.raises(UserError):
            read_link(purpose, out.replace(".", "", 1))
        for broken in (made[1:], made[:-1], made + "A", made[:48], "", "." * 60, "A" * 49):
            with pytest.raises(UserError):
                read_link(purpose, broken)
