"""The demo's phones in a browser: texts, calls and chats, with and without JavaScript, by keyboard and ear."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator

import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from app.simulator import simulator_blueprint
from core.config import Config
from tests.browser.looking import follow, look

LI = "+12025550182"
BOT = "1000000199:an-invented-token-of-letters"
GREETING = (
    '<Response><Gather action="/voice/turn" actionOnEmptyResult="true"><Say language="en-US">Hello.</Say>'
    '<Say language="cmn-CN">中文请按2。</Say></Gather></Response>'
)
TURN = (
    '<Response><Gather action="/voice/turn" actionOnEmptyResult="true">'
    '<Say language="en-US"><prosody rate="80%">Where are you?</prosody></Say></Gather></Response>'
)
VOICES = """
window.spoken = [];
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [{ lang: "en-US", name: "Ann" }, { lang: "en_GB", name: "Bea" }],
  speak: (said) => window.spoken.push([said.text, said.lang, said.rate]),
  cancel: () => { window.spoken = []; },
  addEventListener: () => {},
} });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


@pytest.fixture
def demo() -> Iterator[str]:
    """The address of the simulator, beside a Handrail that answers every call alike."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = Flask(__name__)
    app.add_url_rule("/voice/inbound", "inbound", lambda: GREETING, methods=["POST"])
    app.add_url_rule("/voice/turn", "turn", lambda: TURN, methods=["POST"])
    app.add_url_rule("/voice/status", "status", lambda: ("", 204), methods=["POST"])
    app.add_url_rule("/sms/inbound", "text", lambda: "", methods=["POST"])
    app.add_url_rule("/telegram/webhook", "chat", lambda: "", methods=["POST"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    settings = {
        "HANDRAIL_PUBLIC_URL": address,
        "HANDRAIL_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "HANDRAIL_TWILIO_AUTH_TOKEN": "a-token",
        "HANDRAIL_TWILIO_FROM": "+12025550199",
        "HANDRAIL_TELEGRAM_TOKEN": BOT,
    }
    app.register_blueprint(simulator_blueprint(Config.from_env(settings)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["en", "zh", "es"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def captions(page: Page) -> list[str]:
    return page.locator("#thread .words").all_text_contents()


def test_the_text_phone(demo: str, page: Page, language: str) -> None:
    wrong: list[str] = []
    page.emulate_media(reduced_motion="reduce")  # a text that is still fading in has no contrast yet
    page.goto(f"{demo}/try/?phone={LI}")
    follow(page, f".languages [hreflang={language}]")
    assert page.locator("html").get_attribute("lang") == language
    look(page, wrong, axe_when_narrow=True)
    page.fill("#text", "我想找人送午饭")
    page.keyboard.press("Enter")
    expect(page.locator("#thread li")).to_have_count(1)
    look(page, wrong, axe_when_narrow=False)
    page.goto(f"{demo}/try/?phone=no&language={language}")
    look(page, wrong, axe_when_narrow=False)
    assert not wrong, "\n".join(wrong)


def test_the_telephone_before_during_and_after_a_call(demo: str, page: Page, language: str) -> None:
    wrong: list[str] = []
    page.add_init_script(VOICES)
    page.goto(f"{demo}/try/?phone={LI}&language={language}")
    follow(page, ".swap")
    assert page.locator("html").get_attribute("lang") == language, "the other phone speaks it too"
    look(page, wrong, axe_when_narrow=True)
    page.click(".call")
    expect(page.locator("#thread li")).to_have_count(2)
    look(page, wrong, axe_when_narrow=True)
    page.click(".hang-up")
    expect(page.locator(".call")).to_be_visible()
    look(page, wrong, axe_when_narrow=False)
    page.goto(f"{demo}/try/call/?phone=no&language={language}")
    look(page, wrong, axe_when_narrow=False)
    assert not wrong, "\n".join(wrong)


def test_a_call_by_keyboard_adds_to_the_captions_and_leaves_the_page_alone(demo: str, page: Page) -> None:
    page.goto(f"{demo}/try/call/?phone={LI}")
    page.evaluate("window.here = true")
    page.focus(".call")
    page.keyboard.press("Enter")
    expect(page.locator("#thread li")).to_have_count(2)
    assert page.evaluate("document.activeElement.id") == "controls", "what was pressed is gone"
    assert page.locator("#thread [lang=zh-CN]").text_content() == "中文请按2。"
    page.keyboard.press("Tab")
    page.keyboard.type("我想找人送午饭")
    page.keyboard.press("Enter")
    expect(page.locator("#thread li")).to_have_count(4)
    page.focus('[name=key][value="#"]')
    page.keyboard.press("Space")
    expect(page.locator("#thread li")).to_have_count(6)
    assert captions(page)[-4:] == ["我想找人送午饭", "Where are you?", "(#)", "Where are you?"]
    assert page.evaluate("document.activeElement.value") == "#", "the focus stays where it was"
    assert page.evaluate("window.here"), "the page was never loaded anew"
    page.click("text=Hang up")
    page.click(".call")
    expect(page.locator("#thread li")).to_have_count(2)


def test_keys_of_the_keyboard_are_the_telephones_unless_somebody_writes(demo: str, page: Page) -> None:
    page.goto(f"{demo}/try/call/")
    page.keyboard.press("1")
    page.click(".call")
    expect(page.locator("#thread li")).to_have_count(2)
    for place, key in enumerate("0123456789*#", start=1):
        page.keyboard.press(key)
        expect(page.locator("#thread li")).to_have_count(2 + 2 * place)
    assert captions(page)[2::2] == [f"({key})" for key in "0123456789*#"]
    page.keyboard.press("Control+0")
    page.keyboard.press("x")
    page.focus("#words")
    page.keyboard.type("17 Mill Street")
    page.keyboard.press("Enter")
    expect(page.locator("#thread li")).to_have_count(28)
    assert captions(page)[26] == "17 Mill Street", "and no key was pressed meanwhile"
    page.click("#typed-keys")
    assert page.locator("#typed-keys").text_content() == "Switch these keys on"
    page.keyboard.press("1")
    page.click("#typed-keys")
    page.keyboard.press("2")
    expect(page.locator("#thread li")).to_have_count(30)
    assert captions(page)[28] == "(2)"


def test_captions_are_spoken_in_their_language_where_it_has_a_voice(demo: str, page: Page) -> None:
    page.add_init_script(VOICES)
    page.goto(f"{demo}/try/call/")
    page.click(".call")
    expect(page.locator("#thread li")).to_have_count(2)
    assert page.evaluate("window.spoken") == [["Hello.", "en-US", 1]], "there is no Chinese voice here"
    page.click('[name=key][value="1"]')
    expect(page.locator("#thread li")).to_have_count(4)
    assert page.evaluate("window.spoken") == [["Where are you?", "en-US", 0.8]], "a key cuts in"
    page.click("#aloud")
    page.click('[name=key][value="1"]')
    expect(page.locator("#thread li")).to_have_count(6)
    assert page.evaluate("window.spoken") == []
    assert page.locator("#aloud").text_content() == "Switch the voice on"


def test_what_does_not_reach_handrail_is_said_and_nothing_typed_is_lost(demo: str, page: Page) -> None:
    page.goto(f"{demo}/try/call/")
    page.click(".call")
    expect(page.locator("#thread li")).to_have_count(2)
    page.route("**/try/call/do", lambda route: route.fulfill(status=404, body=""))
    page.fill("#words", "a hot lunch")
    page.click("text=Say it")
    expect(page.locator("#trouble")).to_be_visible()
    assert page.input_value("#words") == "a hot lunch"


def test_a_phone_that_rings_does_not_take_the_focus_away(demo: str, page: Page) -> None:
    page.clock.install()
    page.goto(f"{demo}/try/call/?phone={LI}")
    page.focus("#another")
    log_in = ("AC" + "0" * 32, "a-token")
    form = {"To": LI, "Url": f"{demo}/voice/turn"}
    requests.post(f"{demo}/try/twilio/2010-04-01/Accounts/{log_in[0]}/Calls.json", form, auth=log_in, timeout=5)
    page.clock.fast_forward(3_000)
    expect(page.locator("#thread li")).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "another"
    wrong: list[str] = []
    look(page, wrong, axe_when_narrow=False)
    assert not wrong, "\n".join(wrong)
    page.click("text=Pick up")
    expect(page.locator("#thread li")).to_have_count(2)
    assert captions(page) == ["The phone rings.", "Where are you?"]


def test_a_call_without_javascript(demo: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo}/try/call/")
    follow(page, ".call")
    follow(page, '[name=key][value="1"]')
    page.fill("#words", "Mill Street")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page, "text=Say nothing")
    follow(page, "text=Hang up")
    assert captions(page)[-4:] == ["Where are you?", "(…)", "Where are you?", "The call has ended."]
    assert page.locator(".call").is_visible()
    context.close()


def bot_says(demo: str, text: str, *, edits: str | None = None, **markup: list[list[dict[str, object]]]) -> str:
    """Handrail writes to Mr Li in Telegram; gives the number of the message."""
    method, of = ("editMessageText", {"message_id": edits}) if edits else ("sendMessage", {})
    form = {"chat_id": LI[1:], "text": text, "parse_mode": "HTML", "reply_markup": json.dumps(markup)} | of
    answer = requests.post(f"{demo}/try/telegram/bot{BOT}/{method}", form, timeout=5)
    return str(answer.json()["result"]["message_id"])


YES_NO = [[{"text": "1: 好", "callback_data": "yes"}], [{"text": "2: 不", "callback_data": "no"}]]


def test_the_chat_empty_full_and_wrong(demo: str, page: Page, language: str) -> None:
    wrong: list[str] = []
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{demo}/try/?phone={LI}&language={language}")
    follow(page, ".swap[href*=chat]")
    assert page.locator("html").get_attribute("lang") == language, "the third phone speaks it too"
    look(page, wrong, axe_when_narrow=True)
    for sent, share in enumerate(("location", "voice", "picture"), start=1):
        page.click(f"#share [value={share}]")
        expect(page.locator("#thread li")).to_have_count(sent)
    bot_says(demo, "<b>午餐会</b>：您要我们打电话吗？", inline_keyboard=YES_NO)
    bot_says(demo, "您在哪里？", keyboard=[[{"text": "发送我的位置", "request_location": True}], [{"text": "不知道"}]])
    place = {"chat_id": LI[1:], "title": "Lunch", "address": "3 Mill Street", "latitude": "41.9", "longitude": "-72.4"}
    for method, form in (("sendVenue", place), ("sendChatAction", {"chat_id": LI[1:], "action": "typing"})):
        requests.post(f"{demo}/try/telegram/bot{BOT}/{method}", form, timeout=5)
    expect(page.locator("#thread li")).to_have_count(6)
    expect(page.locator("#typing")).not_to_be_empty()
    expect(page.locator("#keys button")).to_have_count(2)
    sound = page.locator("audio")
    loaded = "a => new Promise(r => { a.onloadedmetadata = () => r(a.duration); a.onerror = r; a.load() })"
    assert round(sound.evaluate(loaded)) == 3
    look(page, wrong, axe_when_narrow=True)
    page.goto(f"{demo}/try/chat/?phone=no&language={language}")
    look(page, wrong, axe_when_narrow=False)
    assert not wrong, "\n".join(wrong)


def test_a_chat_by_keyboard_goes_on_where_the_button_was(demo: str, page: Page) -> None:
    page.goto(f"{demo}/try/chat/?phone={LI}")
    page.evaluate("window.here = true")
    page.focus("#keys button")
    page.keyboard.press("Enter")
    expect(page.locator("#thread li")).to_have_count(1)
    assert captions(page) == ["/start"]
    assert page.evaluate("document.activeElement.id") == "text", "what was pressed is gone"
    asked = bot_says(demo, "<b>Lunch</b>?", inline_keyboard=YES_NO)
    page.locator(".buttons button").first.focus()
    page.keyboard.press("Space")
    bot_says(demo, "<b>Lunch</b>?\n\n✓ 1: 好", edits=asked)
    expect(page.locator(".buttons")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "log"
    assert captions(page)[-1] == "Lunch?\n\n✓ 1: 好"
    page.focus("#text")
    page.keyboard.type("谢谢")
    page.keyboard.press("Enter")
    expect(page.locator("#thread li")).to_have_count(3)
    assert captions(page)[-1] == "谢谢", "Enter sends the words, and presses no button above"
    assert page.evaluate("window.here"), "the page was never loaded anew"


def test_a_chat_message_that_is_not_sent_is_not_lost(demo: str, page: Page) -> None:
    page.goto(f"{demo}/try/chat/")
    page.route("**/try/chat/do", lambda route: route.fulfill(status=404, body=""))
    page.fill("#text", "a hot lunch")
    page.keyboard.press("Enter")
    expect(page.locator("#trouble")).to_be_visible()
    assert page.input_value("#text") == "a hot lunch"


def test_a_chat_without_javascript(demo: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo}/try/chat/?phone={LI}")
    follow(page, "#keys button")
    page.fill("#text", "我想找人送午饭")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#thread li")).to_have_count(2)
    bot_says(demo, "您在哪里？", keyboard=[[{"text": "发送我的位置", "request_location": True}]])
    follow(page, "#look")
    page.select_option("#place", "Elm Hill")
    follow(page, "#keys button")
    bot_says(demo, "好吗？", inline_keyboard=YES_NO)
    follow(page, "#look")
    follow(page, ".buttons button")
    assert captions(page) == ["/start", "我想找人送午饭", "您在哪里？", "My location: Elm Hill", "好吗？"]
    context.close()
