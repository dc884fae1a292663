"""A console to log in to, on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.db.engine import Database
from intents.catalogue import Catalogue, load_catalogue
from tests.console.audit import AuditedClient
from tests.console.scenes import PASSWORD, Scene, build_scene
from tests.fakes import StandingClock

Enter = Callable[[str], AuditedClient]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def scene(database: Database, clock: StandingClock, catalogue: Catalogue) -> Scene:
    """An empty console; nobody works here yet."""
    scene = build_scene(database, clock, catalogue)
    scene.app.test_client_class = AuditedClient
    return scene


@pytest.fixture
def enter(scene: Scene) -> Enter:
    """Log in under a user name: gives the browser of that person."""

    def enter(username: str) -> AuditedClient:
        browser = scene.app.test_client()
        assert isinstance(browser, AuditedClient)
        browser.logs_in(username, PASSWORD)
        assert browser.status == 200, browser.html
        return browser

    return enter
