"""Volunteers log in and out; who guesses passwords waits, and who steals a cookie holds nothing."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest

from core.db.models import Volunteer, VolunteerSession
from core.db.models.volunteer import Role
from core.helpdesk.volunteers import FREE_TRIES, add_volunteer, disable_volunteer
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import PASSWORD, Scene, build_scene


def browser_of(scene: Scene) -> AuditedClient:
    browser = scene.app.test_client()
    assert isinstance(browser, AuditedClient)
    return browser


def test_vera_logs_in_and_lands_where_she_wanted_to_go(scene: Scene) -> None:
    scene.joins("vera", "Vera")
    browser = browser_of(scene)
    browser.visit("/console/ended")
    assert browser.here == "/console/login"
    browser.submit("/login", username="  VERA ", password=PASSWORD)
    assert (browser.here, browser.status) == ("/console/ended", 200)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/console/", "/sms/inbound", "/console\\@evil.example"]
)
def test_the_log_in_sends_nobody_elsewhere(scene: Scene, elsewhere: str) -> None:
    scene.joins("vera", "Vera")
    browser = browser_of(scene)
    browser.visit("/console/login")
    answer = browser.post_form("/login", username="vera", password=PASSWORD, next=elsewhere)
    assert answer.headers["Location"] == "/console/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_words(scene: Scene) -> None:
    scene.joins("vera", "Vera")
    browser = browser_of(scene)
    pages = []
    for name in ("vera", "nobody"):
        browser.visit("/console/login")
        page = browser.submit("/login", username=name, password="wrong")
        assert browser.status == 401
        assert "<title>Error: Log in" in page
        pages.append(page.split("<main")[1].replace(name, "").split("csrf_token")[0])
    assert pages[0] == pages[1]
    assert "The user name or the password is not right" in pages[0]


def test_an_unknown_name_takes_as_long_as_a_known_one(scene: Scene) -> None:
    with scene.database.write() as session:
        add_volunteer(session, "vera", "Vera", PASSWORD, Role.VOLUNTEER, scene.clock.now())
    browser = browser_of(scene)

    def quickest(name: str) -> float:
        times = []
        for _ in range(FREE_TRIES):
            browser.visit("/console/login")
            begun = time.perf_counter()
            browser.submit("/login", username=name, password="wrong")
            times.append(time.perf_counter() - begun)
            assert browser.status == 401
        return min(times)

    assert quickest("nobody") > quickest("vera") / 3


def test_who_guesses_must_wait_even_after_a_restart_and_locks_nobody_else_out(scene: Scene) -> None:
    scene.joins("vera", "Vera")
    scene.joins("ana", "Ana")
    browser = browser_of(scene)
    browser.visit("/console/login")
    for _ in range(FREE_TRIES + 3):
        browser.submit("/login", username="vera", password="guess")
    assert browser.status == 429
    restarted = build_scene(scene.database, scene.clock, scene.deps.catalogue)
    restarted.app.test_client_class = AuditedClient
    browser = browser_of(restarted)
    page = browser.logs_in("vera", PASSWORD)
    assert browser.status == 429, "the right password does not end the wait"
    assert "Wait" in page
    assert "second" in page
    browser.logs_in("ana", PASSWORD)
    assert browser.status == 200
    scene.clock.forward(timedelta(minutes=15))
    browser = browser_of(restarted)
    browser.logs_in("vera", PASSWORD)
    assert browser.status == 200


def test_many_guesses_at_once_gain_nothing(scene: Scene) -> None:
    scene.joins("vera", "Vera")
    seen: list[int] = []

    def guess() -> None:
        browser = browser_of(scene)
        browser.logs_in("vera", "guess")
        seen.append(browser.status)

    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [401] * (FREE_TRIES + 1) + [429] * (10 - FREE_TRIES - 1)


def test_a_new_session_begins_at_every_log_in_and_a_copied_cookie_ends_with_it(scene: Scene) -> None:
    scene.joins("vera", "Vera")
    browser, thief = browser_of(scene), browser_of(scene)
    browser.visit("/console/login")
    planted = browser.get_cookie("handrail_console", path="/console/")
    assert planted
    browser.submit("/login", username="vera", password=PASSWORD)
    copied = browser.get_cookie("handrail_console", path="/console/")
    assert copied
    assert copied.value != planted.value
    thief.set_cookie("handrail_console", planted.value, path="/console/")
    thief.visit("/console/")
    assert thief.here == "/console/login"
    thief.set_cookie("handrail_console", copied.value, path="/console/")
    thief.visit("/console/")
    assert thief.here == "/console/"
    browser.submit("/logout")
    assert browser.here == "/console/login"
    thief.set_cookie("handrail_console", copied.value, path="/console/")
    thief.visit("/console/")
    assert thief.here == "/console/login"


def test_a_disabled_volunteer_is_out_at_once(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera")
    browser = enter("vera")
    with scene.database.write() as session:
        disable_volunteer(session, "vera", scene.clock.now())
    browser.visit("/console/")
    assert browser.here == "/console/login"
    browser.logs_in("vera", PASSWORD)
    assert browser.status == 401


def test_a_session_lives_while_it_is_used_and_is_noted_once_a_minute(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera")
    browser = enter("vera")
    begun = scene.clock.now()
    scene.clock.forward(timedelta(seconds=59))
    browser.visit("/console/")
    assert scene.rows(VolunteerSession)[0].last_seen_at == begun
    scene.clock.forward(timedelta(seconds=2))
    browser.get("/console/arrivals")
    assert scene.rows(VolunteerSession)[0].last_seen_at == begun, "the page's own polling is no sign of life"
    browser.visit("/console/")
    assert scene.rows(VolunteerSession)[0].last_seen_at == scene.clock.now()
    scene.clock.forward(timedelta(hours=19))
    browser.visit("/console/")
    assert browser.here == "/console/"
    scene.clock.forward(timedelta(hours=20, minutes=1))
    browser.visit("/console/")
    assert browser.here == "/console/login"


@pytest.mark.parametrize(("address", "secure"), [("http://127.0.0.1:8000", False), ("https://help.example", True)])
def test_the_cookie_stays_in_the_browser(scene: Scene, address: str, secure: bool) -> None:
    served = build_scene(scene.database, scene.clock, scene.deps.catalogue, HANDRAIL_PUBLIC_URL=address)
    cookie = SimpleCookie(served.app.test_client().get("/console/login").headers["Set-Cookie"])["handrail_console"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/console/"
    assert bool(cookie["secure"]) is secure


def test_the_log_in_speaks_the_browsers_language_or_the_one_picked(scene: Scene) -> None:
    browser = browser_of(scene)
    assert '<html lang="es">' in browser.get("/console/login", headers={"Accept-Language": "es-MX,es"}).text
    assert '<html lang="zh">' in browser.get("/console/login?language=zh").text
    assert '<html lang="en">' in browser.get("/console/login?language=xx").text


def test_vera_changes_her_language_and_keeps_it(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera")
    browser = enter("vera")
    browser.visit("/console/ended")
    page = browser.submit("/language", language="zh")
    assert browser.here == "/console/ended"
    assert '<html lang="zh">' in page
    browser.submit("/language", language="tlh")
    assert scene.rows(Volunteer)[0].language == "zh"
