"""Flows run against a real Prefect server, in this process."""

import pytest


@pytest.fixture(autouse=True)
def _with_prefect(prefect_api: None) -> None:
    return None
