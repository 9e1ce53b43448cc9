"""The app around Prefect's server is handed our keys in memory, each time it starts."""

import os

import pytest

from deployments.server.keys import KEYS, hand_over, take_over
from models.settings import settings


def test_keys_are_handed_over_as_often_as_it_starts_and_leave_nothing_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOTS_DATABASE_URL", "postgresql+psycopg://lots@db.example.org/lots")
    monkeypatch.setenv("LOTS_SECRET_KEY", "a secret of this office")
    monkeypatch.setenv("LOTS_HASH_KEY", "what this office began with")
    monkeypatch.setenv("LOTS_DATA_KEY", "a key of this office")
    memory = hand_over()
    try:
        for name in KEYS:
            monkeypatch.delenv(name)
        for _ in range(2):
            settings.cache_clear()
            take_over(os.dup(memory))
            assert not set(KEYS) & set(os.environ)
            assert settings().secret_key == "a secret of this office"
            assert settings().database_url == "postgresql+psycopg://lots@db.example.org/lots"
    finally:
        os.close(memory)
        settings.cache_clear()
