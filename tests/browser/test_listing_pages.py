"""The pages that keep listings true, a coordinator's, a volunteer's and a provider's: axe finds nothing."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page

from core.assistant.providers import Asking, Chosen, ask_providers, plan
from core.db.models import Doubt, OutgoingMessage, PhoneNumber, Service
from core.db.models.freshness import DoubtKind
from core.db.models.outgoing import Purpose
from core.db.models.volunteer import Role
from core.messages import Words, reply_from_json
from tests.browser.conftest import Served
from tests.browser.looking import follow, look
from tests.console.scenes import Scene


def keep_true(scene: Scene) -> str:
    """One provider was asked by e-mail, one is to be rung up, one listing is in doubt. Gives the path of the link."""
    club, shelter = (
        scene.lists_service("Lunch club at St Ann's", date(2024, 1, 5)),
        scene.lists_service("Night shelter"),
    )
    doubted = scene.lists_service("Tea afternoon", date(2026, 6, 1))
    with scene.database.write() as session:
        session.get_one(Service, club).email = "club@example.org"
        for phone in session.query(PhoneNumber).filter_by(service_id=shelter):
            phone.number = "+18005550160"
        session.add(Doubt(service_id=doubted, kind=DoubtKind.OTHER, at=scene.clock.now(), note="We open at 11 now"))
        asking = Asking(scene.deps.desk, per_day=50, mails=True)
        ask_providers(session, asking, plan(session, asking, Chosen(), scene.clock.now(), 50), scene.clock.now())
    [letter] = scene.rows(OutgoingMessage, purpose=Purpose.VERIFY)
    link = next(line.params["link"] for line in reply_from_json(letter.reply).say if "link" in line.params)
    assert isinstance(link, Words)
    return link.text.removeprefix(scene.deps.config.public_url)


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_listing_pages(served: Served, page: Page, language: str) -> None:
    link = keep_true(served.scene)
    served.scene.worker_is_alive()
    served.scene.joins("cora", "Cora Miles", Role.COORDINATOR, language)
    wrong: list[str] = []
    for path in (f"{link}?language={language}", f"/listing/made-up?language={language}"):
        page.goto(served.url(path))
        assert page.locator("html").get_attribute("lang") == language
        look(page, wrong, axe_when_narrow=language == "es")
    page.goto(served.url(f"{link}?language={language}"))
    follow(page, "button[value=changed]")
    look(page, wrong, axe_when_narrow=False)
    page.fill("#text", "We open at 11 now")
    follow(page, "button[value=changed]")
    assert page.locator("html").get_attribute("lang") == language
    look(page, wrong, axe_when_narrow=False)
    served.log_in(page, "cora")
    for path in ("listings", "listings/ask", "listings/calls", "translations/", "areas", "edits/", "listings/new"):
        page.goto(served.url(f"/console/{path}"))
        look(page, wrong, axe_when_narrow=language == "es")
    [club] = served.scene.rows(Service, name="Lunch club at St Ann's")
    page.goto(served.url(f"/console/listings/{club.id}/edit"))
    page.fill("[name=alert]", "Use the back door")
    page.fill("[name='schedules.0.hours']", "at full moon")
    follow(page, "form[action$=edit] button:not([value])")
    look(page, wrong, axe_when_narrow=language == "es")
    page.fill("[name='schedules.0.hours']", "Mon-Fri 9am-5pm")
    follow(page, "form[action$=edit] button:not([value])")
    look(page, wrong, axe_when_narrow=False)
    assert not wrong, "\n".join(wrong)
