"""The open directory of the sample community, as a stranger's program reads it."""

from __future__ import annotations

from typing import Any, Protocol

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.config import Config
from core.db.engine import Database
from hsds import OpenDirectory, register_open_directory
from tests.conftest import SETTINGS
from tests.fakes import StandingClock


class Read(Protocol):
    """Reads an address below /hsds/; gives the JSON there."""

    def __call__(self, path: str, expect: int = 200, **query: Any) -> Any: ...


def ids(page: dict[str, Any]) -> list[str]:
    return [record["id"] for record in page["contents"]]


def open_app(database: Database, clock: StandingClock, **settings: str) -> Flask:
    app = Flask("open directory under test")
    config = Config.from_env({**SETTINGS, "HANDRAIL_HSDS_PER_MINUTE": "100000", **settings})
    register_open_directory(app, OpenDirectory(config, database, clock))
    return app


@pytest.fixture
def engine() -> str:
    """What the database has a say in stands in test_filters.py, on both."""
    return "sqlite"


@pytest.fixture
def app(town: Database, clock: StandingClock) -> Flask:
    return open_app(town, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def read(client: FlaskClient) -> Read:
    def reads(path: str, expect: int = 200, **query: Any) -> Any:
        answer = client.get(f"/hsds{path}", query_string=query)
        assert answer.status_code == expect, answer.text
        return answer.get_json()

    return reads
