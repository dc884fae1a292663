"""Every console page, in every language, empty, full and wrong: axe finds nothing, and nobody needs a wide screen."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from core.db.models import Volunteer
from core.db.models.volunteer import Role
from tests.browser.conftest import Served
from tests.browser.looking import follow, look
from tests.console.scenes import FakeChats, furnish


@pytest.fixture(params=["en", "zh", "es"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_full_pages(served: Served, page: Page, language: str) -> None:
    ids = furnish(served.scene, language)
    wrong: list[str] = []
    page.goto(served.url(f"/console/login?language={language}"))
    assert page.locator("html").get_attribute("lang") == language
    look(page, wrong, axe_when_narrow=False)
    served.log_in(page, "vera")
    one = f"/console/requests/{ids['meals']}"
    shelves = [f"/console/?shelf={shelf}" for shelf in ("waiting", "mine", "held", "closed")]
    requests = [f"/console/requests/{ids[name]}" for name in ("meals", "fall", "abuse", "held", "closed")]
    for path in [*shelves, *requests, f"{one}/close", f"{one}/hand-over", "/console/requests/new", "/console/ended"]:
        page.goto(served.url(path))
        assert page.locator("html").get_attribute("lang") == language
        for details in page.locator("details").all():
            details.locator("summary").click()
        look(page, wrong, axe_when_narrow=language == "es")
    follow(page, ".account button")
    served.log_in(page, "cora")
    for path in ("/console/overview", "/console/review/"):
        page.goto(served.url(path))
        look(page, wrong, axe_when_narrow=language == "es")
    assert not wrong, "\n".join(wrong)


def test_empty_pages(served: Served, page: Page, language: str) -> None:
    served.scene.joins("cora", "Cora Miles", Role.COORDINATOR, language)
    wrong: list[str] = []
    served.log_in(page, "cora")
    shelves = [f"/console/?shelf={shelf}" for shelf in ("waiting", "mine", "held", "closed")]
    for path in [*shelves, "/console/ended", "/console/overview", "/console/review/"]:
        page.goto(served.url(path))
        assert page.locator(".alarm").count() == 1, "no worker has ever been seen here"
        look(page, wrong, axe_when_narrow=False)
    assert not wrong, "\n".join(wrong)


def test_pages_that_say_what_is_wrong(served: Served, page: Page, language: str) -> None:
    ids = furnish(served.scene, language, vera=Role.COORDINATOR)
    wrong: list[str] = []
    for _ in range(5):
        page.goto(served.url(f"/console/login?language={language}"))
        page.fill("#username", "ana")
        page.fill("#password", "guess")
        follow(page, "main button[type=submit]")
    look(page, wrong, axe_when_narrow=False)
    served.log_in(page, "vera")
    one = f"/console/requests/{ids['meals']}"
    for path, button in [
        (one, "#reply-title ~ form button"),
        (one, "#note-title ~ form button"),
        ("/console/review/", ".review .govuk-button"),
        (f"{one}/close", "main form button"),
        (f"{one}/hand-over", "main form button"),
        ("/console/requests/new", "main form button"),
    ]:
        page.goto(served.url(path))
        follow(page, button)
        summary = page.locator(".govuk-error-summary a").first
        assert page.title().startswith(("Error: ", "错误: "))
        summary.click()
        field = str(summary.get_attribute("href"))[1:]
        assert page.evaluate("document.activeElement.id") == field, "the link leads to its field"
        look(page, wrong, axe_when_narrow=False)
    page.goto(served.url("/console/nothing"))
    look(page, wrong, axe_when_narrow=False)
    page.goto(served.url(f"/console/requests/{ids['held']}/close"))
    look(page, wrong, axe_when_narrow=False)
    page.goto(served.url(one))
    page.fill("#reply-text", "A long and careful answer. " * 20)
    page.evaluate("document.querySelectorAll('[name=csrf_token]').forEach(e => { e.value = 'old' })")
    follow(page, "#reply-title ~ form button")
    assert page.locator(".typed").count() == 1
    look(page, wrong, axe_when_narrow=False)
    assert not wrong, "\n".join(wrong)


STOPS = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")]
  .filter(e => e.checkVisibility()).length"""
"""Where the Tab key stops: not inside what is folded away."""


def test_the_keyboard_meets_the_skip_link_first_and_always_sees_where_it_is(served: Served, page: Page) -> None:
    ids = furnish(served.scene)
    served.log_in(page, "vera")
    for path in ("/console/", f"/console/requests/{ids['meals']}", "/console/requests/new"):
        page.goto(served.url(path))
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        stops = page.evaluate(STOPS)
        for _ in range(stops - 1):
            page.keyboard.press("Tab")
            outline = page.evaluate(
                "(s => [s.outlineStyle, parseFloat(s.outlineWidth)])(getComputedStyle(document.activeElement))"
            )
            assert outline[0] == "solid", page.evaluate("document.activeElement.outerHTML")
            assert outline[1] >= 3


def test_new_arrivals_are_said_politely_and_can_be_paused(served: Served, page: Page) -> None:
    scene = served.scene
    scene.joins("vera", "Vera")
    page.clock.install()
    served.log_in(page, "vera")
    said = page.locator("[role=status]")
    assert said.text_content() == ""
    scene.asks("help me")
    page.clock.fast_forward(29_000)
    assert said.text_content() == ""
    page.clock.fast_forward(2_000)
    expect(said).to_contain_text("Waiting now: 1")
    page.click("text=Stop checking for new ones")
    scene.asks("me too", phone="+12025550188")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(120_000)
    assert asked == []
    page.click("text=Check for new ones again")
    page.clock.fast_forward(31_000)
    expect(said).to_contain_text("Waiting now: 2")


def test_that_somebody_writes_is_told_every_five_seconds_at_most(served: Served, page: Page) -> None:
    scene, chats = served.scene, FakeChats()
    scene.has_bot(chats)
    scene.joins("vera", "Vera")
    request_id = scene.asks("where is the lunch club")
    scene.came_in_chat(request_id, "771550181")
    page.clock.install()
    served.log_in(page, "vera")
    page.goto(served.url(f"/console/requests/{request_id}"))
    follow(page, ".claim-form button")
    page.fill("#note-text", "a note is nobody's business")
    page.fill("#reply-text", "   ")
    assert chats.shown == []
    with page.expect_response("**/typing") as told:
        page.fill("#reply-text", "Tu")
    assert told.value.status == 204
    page.fill("#reply-text", "Tues")
    page.clock.fast_forward(4_000)
    page.fill("#reply-text", "Tuesdays")
    assert chats.shown == ["771550181"]
    page.clock.fast_forward(1_500)
    with page.expect_response("**/typing"):
        page.fill("#reply-text", "Tuesdays at 12.")
    assert chats.shown == ["771550181"] * 2
    page.clock.fast_forward(6_000)
    assert len(chats.shown) == 2, "who has stopped writing is not shown"
    page.context.clear_cookies()
    with page.expect_request("**/typing"):
        page.fill("#reply-text", "Tuesdays at 12. Shall")
    assert page.input_value("#reply-text") == "Tuesdays at 12. Shall"
    assert len(chats.shown) == 2


def test_a_volunteers_own_page(served: Served, page: Page, language: str) -> None:
    served.scene.has_bot(FakeChats())
    served.scene.joins("vera", "Vera", language=language)
    wrong: list[str] = []
    served.log_in(page, "vera")
    page.goto(served.url("/console/me"))
    look(page, wrong, axe_when_narrow=language == "es")
    follow(page, "#told-title ~ form button")
    page.locator(".code").wait_for()
    look(page, wrong, axe_when_narrow=language == "es")
    assert not wrong, "\n".join(wrong)


CANARY = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>'


def test_what_people_write_does_not_run_in_a_browser(served: Served, page: Page) -> None:
    scene = served.scene
    scene.joins("vera", CANARY)
    request_id = scene.asks(CANARY, place=CANARY, for_whom=CANARY)
    served.log_in(page, "vera")
    page.goto(served.url(f"/console/requests/{request_id}"))
    follow(page, ".claim-form button")
    page.fill("#note-text", CANARY)
    follow(page, "#note-title ~ form button")
    for path in (f"/console/requests/{request_id}", "/console/?shelf=mine", f"/console/requests/{request_id}/close"):
        page.goto(served.url(path))
        assert page.evaluate("window.ran") is None
    assert CANARY in page.locator("main, header").all_text_contents()[0] + page.content().replace("&lt;", "<").replace(
        "&gt;", ">"
    )


def test_a_whole_day_without_javascript(served: Served, chromium: Browser) -> None:
    scene = served.scene
    scene.joins("vera", "Vera Lopez")
    request_id = scene.asks("wot day dus the lunch club meat", need="food.meals")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    served.log_in(page, "vera")
    follow(page, ".queue .govuk-button")
    assert page.locator(".govuk-notification-banner").is_visible()
    assert page.locator("text=wot day dus the lunch club meat").count() == 2
    page.fill("#reply-text", "Tuesdays at 12.")
    follow(page, "#reply-title ~ form button")
    assert page.locator(".line--volunteer").text_content()
    assert "Tuesdays at 12." in str(page.locator(".line--volunteer").text_content())
    page.fill("#note-text", "Likes a window seat")
    follow(page, "#note-title ~ form button")
    assert "Likes a window seat" in str(page.locator(".line--note").text_content())
    follow(page, f'a[href$="{request_id}/close"]')
    page.check("text=Got help")
    follow(page, "main form button")
    assert "Closed: Got help" in str(page.locator(".standing").text_content())
    follow(page, "text=How mine ended")
    assert "No answer yet" in str(page.locator("main").text_content())
    follow(page, ".account button")
    assert page.url.endswith("/console/login")
    context.close()
    with scene.database.read() as session:
        assert session.scalar(sa.select(Volunteer.username)) == "vera"


def test_a_voicemail_and_the_call_button(served: Served, page: Page, language: str) -> None:
    scene = served.scene
    scene.joins("vera", "Vera Lopez", language=language)
    request_id = scene.asks("please call me")
    scene.leaves_voicemail(request_id)
    served.log_in(page, "vera")
    page.goto(served.url(f"/console/requests/{request_id}"))
    follow(page, ".claim-form button")
    wrong: list[str] = []
    look(page, wrong, axe_when_narrow=True)
    follow(page, "section[aria-labelledby=call-title] a")
    look(page, wrong, axe_when_narrow=True)
    page.fill("#phone", "my kitchen")
    follow(page, "main form button")
    look(page, wrong, axe_when_narrow=True)
    page.fill("#phone", "202-555-0171")
    follow(page, "main form button")
    look(page, wrong, axe_when_narrow=True)
    names = {"en": "Voicemail, Monday 10:00\u202fAM, 34 seconds", "zh": "语音留言，星期一 10:00，34秒钟",
             "es": "Mensaje de voz, lunes 10:00, 34 segundos"}  # fmt: skip
    sound = page.locator("audio[controls]")
    expect(sound).to_have_accessible_name(names[language])
    assert sound.evaluate("a => new Promise(r => { a.oncanplay = () => r(a.duration); a.onerror = r; a.load() })") == 1
    button = page.locator("section[aria-labelledby=call-title] button")
    expect(button).to_have_accessible_description(str(page.text_content("#call-hint")))
    follow(page, "section[aria-labelledby=call-title] button")
    assert page.locator(".govuk-notification-banner").count() == 1
    look(page, wrong, axe_when_narrow=True)
    assert not wrong, "\n".join(wrong)
