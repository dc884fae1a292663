"""Every address of the console: who may see it, what it needs, what it tells the browser."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask

from core.db.models import Heartbeat, HelpRequestEvent, Note, OutgoingMessage
from core.db.models.volunteer import Role
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import Scene, furnish

OPEN_TO_ALL = {"console.static", "console.login"}
# What each page answers to: its volunteer, someone else's volunteer, a coordinator who holds nothing.
EXPECTED = {
    "console.queue": (200, 200, 200),
    "console.arrivals": (200, 200, 200),
    "console.ended": (200, 200, 200),
    "console.new_request": (200, 200, 200),
    "console.show_request": (200, 200, 200),
    "console.close": (200, 409, 409),
    "console.hand_over": (200, 409, 409),
    "console.media": (200, 404, 404),
    "console.own_page": (200, 200, 200),
    "console.overview": (404, 404, 200),
    "console.review": (404, 404, 200),
    "console.need_review": (404, 404, 200),
    "console.listings": (404, 404, 200),
    "console.ask_many": (404, 404, 200),
    "console.listing_calls": (200, 200, 200),
    "console.find_service": (200, 200, 200),
    "console.duplicates": (404, 404, 200),
    "console.duplicate_pair": (404, 404, 404),
    "console.show_listing": (404, 404, 404),
    "console.edit_listing": (404, 404, 404),
    "console.new_listing": (404, 404, 200),
    "console.edits": (404, 404, 200),
    "console.areas": (404, 404, 200),
    "console.translations": (404, 404, 200),
    "console.no_such_page": (404, 404, 404),
}


def routes(app: Flask, method: str) -> list[tuple[str, str]]:
    """(endpoint, address) of every route of the console; parts of addresses are filled with X."""
    with app.test_request_context():
        found = []
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith("/console/") and method in (rule.methods or ()):
                values = dict.fromkeys(rule.arguments, "X")
                address = rule.rule
                for name in values:
                    address = address.replace(f"<uuid:{name}>", "{id}").replace(f"<path:{name}>", "nothing/here")
                found.append((rule.endpoint, address))
        return found


def test_whoever_is_not_logged_in_is_sent_to_the_log_in(scene: Scene) -> None:
    browser = scene.app.test_client()
    for method in ("GET", "POST"):
        for endpoint, address in routes(scene.app, method):
            if endpoint in OPEN_TO_ALL:
                continue
            answer = browser.open(address.format(id=uuid.uuid4()), method=method)
            assert answer.status_code in (302, 303), (method, address)
            assert answer.headers["Location"].startswith("/console/login"), address


def test_every_page_answers_to_the_right_people_only(scene: Scene, enter: Enter) -> None:
    ids = furnish(scene)
    media = next(iter(scene.media))
    browsers = [enter(name) for name in ("vera", "ana", "cora")]
    for endpoint, address in routes(scene.app, "GET"):
        if endpoint in OPEN_TO_ALL:
            continue
        target = address.format(id=media if endpoint == "console.media" else ids["meals"])
        statuses = tuple(browser.get(target).status_code for browser in browsers)
        assert statuses == EXPECTED[endpoint], (endpoint, statuses)


def test_what_is_not_there_is_not_found_for_anybody(scene: Scene, enter: Enter) -> None:
    furnish(scene)
    browser = enter("vera")
    for method in ("GET", "POST"):
        for endpoint, address in routes(scene.app, method):
            if "{id}" not in address:
                continue
            browser.visit("/console/")
            token = browser.html.split('name="csrf_token" value="')[1].split('"')[0]
            data = {"csrf_token": token, "text": "x", "form_key": str(uuid.uuid4())}
            answer = browser.open(address.format(id=uuid.uuid4()), method=method, data=data if method == "POST" else {})
            assert answer.status_code == 404, (method, endpoint)


def test_no_form_works_without_its_token(scene: Scene, enter: Enter) -> None:
    ids = furnish(scene)
    browser = enter("vera")
    before = [len(scene.rows(table)) for table in (HelpRequestEvent, Note, OutgoingMessage)]
    unsafe = routes(scene.app, "POST")
    assert len(unsafe) >= 9
    for endpoint, address in unsafe:
        for token in ({}, {"csrf_token": "made up"}):
            answer = browser.post(
                address.format(id=ids["meals"]),
                data={"text": "hello", "form_key": str(uuid.uuid4()), "outcome": "got_help", **token},
            )
            assert answer.status_code == 400, endpoint
            assert "There is a problem" in answer.text or endpoint == "console.login", endpoint
    assert [len(scene.rows(table)) for table in (HelpRequestEvent, Note, OutgoingMessage)] == before
    browser.visit("/console/")
    assert browser.here == "/console/", "nobody was logged out"


def test_a_providers_webhook_needs_no_token(scene: Scene) -> None:
    scene.app.post("/sms/inbound")(lambda: ("taken", 200, {"Content-Type": "text/plain"}))
    assert scene.app.test_client().post("/sms/inbound", data={"Body": "hello"}).text == "taken"


def test_a_get_changes_nothing(scene: Scene, enter: Enter) -> None:
    ids = furnish(scene)
    browser = enter("vera")
    browser.visit(f"/console/requests/{ids['meals']}")
    before = len(scene.rows(HelpRequestEvent))
    for _, address in routes(scene.app, "POST"):
        browser.get(address.format(id=ids["meals"]))
    assert len(scene.rows(HelpRequestEvent)) == before


def test_browsers_are_told_to_run_nothing_foreign_and_to_keep_nothing(scene: Scene, enter: Enter) -> None:
    ids = furnish(scene)
    browser = enter("vera")
    for address in ("/console/", f"/console/requests/{ids['meals']}", "/console/login", "/console/nothing"):
        headers = browser.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
    for asset in ("console.css", "arrivals.js", "icon.svg"):
        assert scene.app.test_client().get(f"/console/static/{asset}").status_code == 200


def test_the_team_hears_when_messages_may_not_go_out(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera")
    browser = enter("vera")
    assert "Messages may not be going out" in browser.visit("/console/")
    scene.worker_is_alive()
    assert "Messages may not be going out" not in browser.visit("/console/")
    scene.clock.forward(timedelta(minutes=2, seconds=1))
    assert "Messages may not be going out" in browser.visit("/console/ended")
    assert scene.rows(Heartbeat)


def test_a_fault_on_our_side_is_said_plainly_and_not_told_to_the_log(
    scene: Scene, enter: Enter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scene.joins("vera", "Vera")
    browser = enter("vera")

    def fails(*_: object) -> None:
        raise RuntimeError("words of a resident")

    monkeypatch.setattr("console.queue.endings_of", fails)
    page = browser.visit("/console/ended")
    assert browser.status == 500
    assert "Something went wrong on our side" in page
    assert "RuntimeError" in caplog.text
    assert "words of a resident" not in caplog.text + page


def test_words_too_large_for_a_form_are_refused(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera", Role.COORDINATOR)
    scene.app.config["MAX_CONTENT_LENGTH"] = 10_000
    browser = enter("vera")
    assert isinstance(browser, AuditedClient)
    assert browser.post("/console/requests/new", data={"text": "x" * 20_000}).status_code in (400, 413)
