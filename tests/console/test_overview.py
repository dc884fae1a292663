"""A coordinator's five minutes a day."""

from __future__ import annotations

import re
from datetime import date, timedelta

import sqlalchemy as sa

from core.db.models import OutgoingMessage
from core.db.models.help_request import Reason, UnmetCause, Urgency
from core.db.models.outgoing import Delivery
from core.db.models.volunteer import Role
from tests.console.conftest import Enter
from tests.console.scenes import LI, ROSA, Scene


def tiles(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page))


def test_an_empty_community_has_an_overview_too(scene: Scene, enter: Enter) -> None:
    scene.joins("cora", "Cora", Role.COORDINATOR)
    page = enter("cora").visit("/console/overview")
    assert set(tiles(page).values()) == {"0"}
    assert "Nobody waits longer than we promised" in page


def test_what_is_asked_for_what_is_missing_who_waits_and_what_is_stale(scene: Scene, enter: Enter) -> None:
    scene.joins("cora", "Cora", Role.COORDINATOR)
    for phone in (ROSA, LI):
        scene.asks("meals " + phone, phone=phone, need="food.meals")
    scene.asks("fall", urgency=Urgency.EMERGENCY, reason=Reason.EMERGENCY, emergency_kind="medical")
    scene.lacks("home.repair")
    scene.lacks("home.repair")
    scene.lacks("home.repair", UnmetCause.NOT_IN_AREA)
    scene.lists_service("fresh", assured=date(2026, 6, 1))
    scene.lists_service("stale", assured=date(2025, 6, 1))
    scene.lists_service("never looked at")
    with scene.database.write() as session:
        session.execute(sa.update(OutgoingMessage).values(status=Delivery.FAILED))
    cora = enter("cora")
    scene.clock.forward(timedelta(minutes=2))
    page = cora.visit("/console/overview")
    shown = tiles(page)
    assert shown["Waiting too long"] == "1", "an emergency must not wait two minutes"
    assert shown["Services in the directory"] == "3"
    assert shown["Not checked for a year"] == "1"
    assert shown["Never checked"] == "1"
    assert shown["Messages that did not arrive, last 7 days"] == "1"
    assert re.search(r'<th scope="row">Meals</th><td>2</td>', page)
    assert re.search(r"Home repairs</th><td class=\"text\">No such service</td><td>2</td>", page)
    assert re.search(r"Home repairs</th><td class=\"text\">None in their area</td><td>1</td>", page)
    scene.clock.forward(timedelta(minutes=30))
    assert tiles(cora.visit("/console/overview"))["Waiting too long"] == "3"
    scene.clock.forward(timedelta(days=31))
    assert "No such service" not in enter("cora").visit("/console/overview")
