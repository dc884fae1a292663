"""Who waits and why, as the team sees it."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

from core.db.models import HelpRequest
from core.db.models.help_request import FollowUp, FollowUpAnswer, Reason, Status, Urgency
from core.helpdesk.follow_ups import record_answer
from tests.console.conftest import Enter
from tests.console.scenes import DORIS, LI, ROSA, Scene, furnish


def order(page: str, *words: str) -> list[str]:
    return sorted(words, key=page.index)


def test_an_empty_queue_says_so(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera")
    browser = enter("vera")
    assert "Nobody is waiting" in browser.visit("/console/")
    for shelf in ("mine", "held", "closed", "no-such-shelf"):
        browser.visit(f"/console/?shelf={shelf}")
        assert browser.status == 200


def test_emergencies_stand_first_then_who_has_waited_longest(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera")
    scene.asks("lunch club please", need="food.meals", place="Old Harbor")
    scene.clock.forward(timedelta(minutes=5))
    scene.asks("el grifo gotea", phone=ROSA, language="es", need="home.repair")
    scene.clock.forward(timedelta(minutes=7))
    scene.asks(
        "摔倒了", phone=LI, language="zh", urgency=Urgency.EMERGENCY, reason=Reason.EMERGENCY, emergency_kind="medical"
    )
    page = enter("vera").visit("/console/")
    assert order(page, "Meals", "Home repairs", "Emergency: medical") == ["Emergency: medical", "Meals", "Home repairs"]
    assert "12 minutes" in page
    assert "7 minutes" in page
    assert "just now" in page
    assert "Old Harbor" in page
    assert "Spanish" in page
    assert re.search(r'Waiting <span class="count">3</span>', page)


def test_the_queue_shows_need_and_place_but_no_words_and_no_number(scene: Scene, enter: Enter) -> None:
    furnish(scene)
    browser = enter("ana")
    pages = "".join(browser.visit(f"/console/?shelf={shelf}") for shelf in ("waiting", "mine", "held", "closed"))
    for secret in ("lunch club meat", "Tengo miedo", "我妈摔倒", "555-0123", "555-0125", DORIS):
        assert secret not in pages


def test_a_request_moves_from_shelf_to_shelf(scene: Scene, enter: Enter) -> None:
    furnish(scene)
    vera, ana = enter("vera"), enter("ana")
    assert "Vera Lopez" in ana.visit("/console/?shelf=held")
    assert "Home repairs" in ana.visit("/console/?shelf=mine")
    assert "Home repairs" in vera.visit("/console/?shelf=held")
    assert "Partly helped" in ana.visit("/console/?shelf=closed")


def test_of_eight_who_claim_at_once_one_wins_and_the_others_hear_who(scene: Scene, enter: Enter) -> None:
    request_id = scene.asks("I need someone")
    names = [f"volunteer{n}" for n in range(8)]
    for name in names:
        scene.joins(name, f"Person {name[-1]}")
    browsers = [enter(name) for name in names]
    start = threading.Barrier(8)
    results: dict[str, tuple[int, str]] = {}

    def claims(name: str, browser: object) -> None:
        start.wait()
        page = browser.submit("/claim")  # type: ignore[attr-defined]
        results[name] = (browser.status, page)  # type: ignore[attr-defined]

    threads = [threading.Thread(target=claims, args=pair) for pair in zip(names, browsers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [name for name, (status, _) in results.items() if status == 200]
    assert len(winners) == 1
    assert scene.rows(HelpRequest)[0].claimed_by_id == scene.people[winners[0]]
    for name, (status, page) in results.items():
        if name != winners[0]:
            assert status == 409
            assert f"Person {winners[0][-1]} holds this request" in page
    assert scene.rows(HelpRequest, id=request_id)[0].status is Status.CLAIMED


def test_the_page_can_ask_what_is_new(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera")
    browser = enter("vera")
    assert 'data-waiting="0"' in browser.html
    scene.asks("help", urgency=Urgency.EMERGENCY, reason=Reason.EMERGENCY, emergency_kind="fire")
    answer = browser.get("/console/arrivals").get_json()
    assert (answer["waiting"], answer["emergencies"]) == (1, 1)
    assert "Emergencies: 1" in answer["said"]
    assert "http-equiv" not in browser.html, "no page reloads by itself"


def test_vera_hears_how_hers_ended(scene: Scene, enter: Enter) -> None:
    furnish(scene)
    vera, ana = enter("vera"), enter("ana")
    page = vera.visit("/console/ended")
    assert "Partly helped" in page
    assert "No answer yet" in page
    assert "You have not closed a request yet" in ana.visit("/console/ended")
    follow_up = scene.rows(FollowUp)[0]
    scene.clock.forward(timedelta(days=3))
    with scene.database.write() as session:
        record_answer(session, scene.deps.desk, follow_up.id, FollowUpAnswer.NO, reopen=True, now=scene.clock.now())
    page = enter("vera").visit("/console/ended")
    assert "Did not get it" in page
    assert "Open again" in page
