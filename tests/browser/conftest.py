"""A real Chromium, and the console in it."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from core.db.engine import Database
from intents.catalogue import Catalogue, load_catalogue
from tests.browser.looking import follow
from tests.console.scenes import PASSWORD, Scene, build_scene
from tests.fakes import StandingClock

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser; where the machine has none these tests are skipped loudly, and in CI they fail."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        said = "NO BROWSER: the pages were NOT tried in one. Install it (Debian: apt-get install chromium)."
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    errors: list[str] = []
    # A page that refuses answers 4xx on purpose; anything else in the browser's console is a fault of ours.
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" and "status of 4" not in m.text else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@dataclass
class Served:
    """A console that a browser can reach."""

    scene: Scene
    address: str

    def url(self, path: str) -> str:
        return self.address + path

    def log_in(self, page: Page, username: str) -> None:
        page.goto(self.url("/console/login"))
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        follow(page, "main button[type=submit]")


@pytest.fixture
def served(
    sqlite_templates: dict[bool, Path], tmp_path: Path, clock: StandingClock, catalogue: Catalogue
) -> Iterator[Served]:
    """An empty console on a port of its own."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    file = tmp_path / "console.sqlite3"
    shutil.copy(sqlite_templates[False], file)
    database = Database(f"sqlite:///{file}")
    scene = build_scene(database, clock, catalogue)
    server = make_server("127.0.0.1", 0, scene.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(scene, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    database.close()
