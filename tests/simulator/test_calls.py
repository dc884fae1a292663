"""The demo's telephones: a call from dialling to hanging up, on the page and below it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, abort, request
from flask.testing import FlaskClient
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server

from app.simulator import Courier, simulator_blueprint
from app.simulator.calls import (
    APPLICATION_ERROR,
    CALLS_KEPT,
    CAPTIONS_KEPT,
    NOT_ANSWERED,
    NOT_RECORDED,
    OVER,
    RINGS,
    RINGS_IN_VAIN,
    TONE,
    Awaited,
    Call,
    Calls,
    Exchange,
)
from app.simulator.residents import RESIDENTS
from app.simulator.twiml import Caption, Speaker
from core.config import Config
from sms.signature import signed_by_twilio

ROSE, LI = "+12025550181", "+12025550182"
ACCOUNT, TOKEN, OURS = "AC" + "0" * 32, "an-auth-token-of-the-tests", "+12025550100"


def say(words: str, language: str = "en-US") -> str:
    return f'<Say voice="Polly.Joanna" language="{language}">{words}</Say>'


def ask(words: str, action: str = "/voice/turn?step=1&amp;silences=0", heeds_silence: str = "true") -> str:
    return f'<Gather action="{action}" actionOnEmptyResult="{heeds_silence}">{say(words)}</Gather>'


@dataclass
class Handrail:
    """A fake Handrail: answers each address with the TwiML written for it, and only what is signed."""

    answers: dict[str, str] = field(default_factory=lambda: {"/voice/inbound": ask("Hello.")})
    heard: list[tuple[str, MultiDict[str, str]]] = field(default_factory=list)
    address: str = ""

    def hear(self, step: str) -> tuple[str, int]:
        query = request.query_string.decode()
        url = f"{self.address}/voice/{step}"
        if not signed_by_twilio(TOKEN, url, query, request.form, request.headers.get("X-Twilio-Signature")):
            abort(403)
        path = f"/voice/{step}" + (f"?{query}" if query else "")
        self.heard.append((path, request.form.copy()))
        if step == "status":
            return "", 204
        return (f"<Response>{self.answers[path]}</Response>", 200) if path in self.answers else ("", 404)

    @property
    def last(self) -> tuple[str, MultiDict[str, str]]:
        return self.heard[-1]


@pytest.fixture
def handrail() -> Iterator[Handrail]:
    handrail = Handrail()
    app = Flask(__name__)
    app.add_url_rule("/voice/<step>", view_func=handrail.hear, methods=["POST"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    handrail.address = f"http://127.0.0.1:{server.server_port}"
    yield handrail
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def exchange(handrail: Handrail) -> Exchange:
    at = handrail.address
    ask_by_post = Courier(TOKEN, pause_seconds=0).ask
    return Exchange(ACCOUNT, OURS, at + "/voice/inbound", at + "/voice/status", ask_by_post)


def said(call: Call) -> list[str]:
    return [caption.text for caption in call.captions if caption.speaker is not Speaker.RESIDENT]


def demo_of(handrail: Handrail) -> Flask:
    """The simulator of `handrail`."""
    given = {
        "HANDRAIL_PUBLIC_URL": handrail.address,
        "HANDRAIL_TWILIO_ACCOUNT_SID": ACCOUNT,
        "HANDRAIL_TWILIO_AUTH_TOKEN": TOKEN,
        "HANDRAIL_TWILIO_FROM": OURS,
        "HANDRAIL_COMMUNITY_NAME": "Riverside",
    }
    app = Flask(__name__)
    app.register_blueprint(simulator_blueprint(Config.from_env(given)))
    return app


class TestExchange:
    """A call, as Twilio leads it."""

    def test_a_call_begins_signed_and_waits_for_an_answer(self, exchange: Exchange, handrail: Handrail) -> None:
        call = exchange.dial(ROSE)
        path, form = handrail.last
        assert (path, form["From"], form["To"], form["CallStatus"]) == ("/voice/inbound", ROSE, OURS, "ringing")
        assert re.fullmatch(r"CA[0-9a-f]{32}", form["CallSid"])
        assert said(call) == ["Hello."]
        assert call.waits is not None
        assert call.waits.awaited is Awaited.ANSWER

    def test_captions_know_their_language_and_their_pace(self, exchange: Exchange, handrail: Handrail) -> None:
        slow = '<Say language="es-US"><prosody rate="80%">Más despacio.</prosody></Say>'
        handrail.answers["/voice/inbound"] = say("中文请按2。", "cmn-CN") + '<Pause length="1"/>' + slow + ask("Well?")
        assert exchange.dial(LI).captions == (
            Caption(Speaker.HANDRAIL, "中文请按2。", "zh-CN"),
            Caption(Speaker.HANDRAIL, "Más despacio.", "es-US", slow=True),
            Caption(Speaker.HANDRAIL, "Well?", "en-US"),
        )

    def test_a_key_a_word_and_nothing_are_told_apart(self, exchange: Exchange, handrail: Handrail) -> None:
        turn = "/voice/turn?step=1&silences=0"
        handrail.answers[turn] = ask("Again?")
        call = exchange.press(exchange.dial(ROSE), "*")
        assert (handrail.last[0], handrail.last[1]["Digits"]) == (turn, "*")
        call = exchange.say(call, "  a hot   lunch ")
        assert handrail.last[1]["SpeechResult"] == "a hot lunch"
        assert 0 < float(handrail.last[1]["Confidence"]) <= 1
        exchange.stay_silent(call)
        assert not {"Digits", "SpeechResult"} & set(handrail.last[1])
        assert len({form["CallSid"] for _, form in handrail.heard}) == 1

    def test_silence_that_is_not_asked_for_goes_on_with_the_next_verb(
        self, exchange: Exchange, handrail: Handrail
    ) -> None:
        handrail.answers["/voice/inbound"] = ask("Well?", heeds_silence="false") + say("Goodbye.") + "<Hangup/>"
        assert said(exchange.stay_silent(exchange.dial(ROSE))) == ["Well?", "Goodbye.", OVER]

    def test_hanging_up_is_told_once(self, exchange: Exchange, handrail: Handrail) -> None:
        call = exchange.hang_up(exchange.dial(ROSE))
        assert (handrail.last[0], handrail.last[1]["CallStatus"]) == ("/voice/status", "completed")
        before = len(handrail.heard)
        for after in (exchange.hang_up(call), exchange.press(call, "1"), exchange.say(call, "x")):
            assert after is call
        assert len(handrail.heard) == before

    def test_when_handrail_hangs_up_nothing_after_it_is_played(self, exchange: Exchange, handrail: Handrail) -> None:
        handrail.answers["/voice/inbound"] = say("Leave now.") + "<Hangup/>" + say("unheard")
        assert said(exchange.dial(ROSE)) == ["Leave now.", OVER]
        assert handrail.last[0] == "/voice/status"

    def test_the_duty_telephone_rings_and_nobody_answers(self, exchange: Exchange, handrail: Handrail) -> None:
        dial = '<Dial action="/voice/dialled?step=1"><Number>+12025550198</Number></Dial>'
        handrail.answers["/voice/inbound"] = say("Connecting.") + dial
        handrail.answers["/voice/dialled?step=1"] = say("Nobody could.") + '<Record action="/voice/recorded?step=2"/>'
        call = exchange.dial(ROSE)
        assert handrail.last[1]["DialCallStatus"] == "no-answer"
        assert said(call) == ["Connecting.", RINGS_IN_VAIN, "Nobody could.", TONE]
        assert call.waits is not None
        assert call.waits.awaited is Awaited.RECORDING

    def test_what_is_said_after_the_tone_is_a_caption_and_no_recording(
        self, exchange: Exchange, handrail: Handrail
    ) -> None:
        handrail.answers["/voice/inbound"] = '<Record action="/voice/recorded?step=1"/>'
        handrail.answers["/voice/recorded?step=1"] = say("Goodbye.") + "<Hangup/>"
        call = exchange.dial(ROSE)
        assert exchange.press(call, "5") is call, "only the pound key ends a recording"
        call = exchange.say(call, "call me at noon")
        assert [caption.text for caption in call.captions] == [TONE, "call me at noon", NOT_RECORDED, "Goodbye.", OVER]
        path, form = handrail.heard[-2]
        assert (path, form["RecordingUrl"], form["RecordingDuration"]) == ("/voice/recorded?step=1", "", "0")

    def test_it_follows_where_handrail_sends_it(self, exchange: Exchange, handrail: Handrail) -> None:
        handrail.answers["/voice/inbound"] = "<Redirect>/voice/elsewhere</Redirect>"
        handrail.answers["/voice/elsewhere"] = ask("Here.")
        assert said(exchange.dial(ROSE)) == ["Here."]

    @pytest.mark.parametrize("answer", [None, "<Say>half", "<Enqueue/>"])
    def test_a_broken_answer_ends_the_call_as_twilio_would(
        self, exchange: Exchange, handrail: Handrail, answer: str | None
    ) -> None:
        handrail.answers = {"/voice/inbound": answer} if answer else {}
        call = exchange.dial(ROSE)
        assert said(call) == [APPLICATION_ERROR, OVER]
        assert call.waits is None


class TestHandrailCalls:
    """A call that Handrail places."""

    def test_it_is_picked_up_and_goes_on_like_any_other(self, exchange: Exchange, handrail: Handrail) -> None:
        handrail.answers["/voice/outbound?message=7"] = ask("Did it help?")
        call = exchange.ring(ROSE, handrail.address + "/voice/outbound?message=7")
        assert exchange.press(call, "1") is exchange.say(call, "hello") is exchange.stay_silent(call) is call
        assert handrail.heard == []
        call = exchange.pick_up(call)
        form = handrail.last[1]
        assert (form["From"], form["To"], form["Direction"], form["AnsweredBy"]) == (
            OURS,
            ROSE,
            "outbound-api",
            "human",
        )
        assert said(call) == [RINGS, "Did it help?"]
        assert exchange.pick_up(call) is call
        exchange.hang_up(call)
        assert handrail.last[1]["CallStatus"] == "completed"

    def test_it_rings_out(self, exchange: Exchange, handrail: Handrail) -> None:
        call = exchange.hang_up(exchange.ring(ROSE, handrail.address + "/voice/outbound?message=7"))
        assert said(call) == [RINGS, NOT_ANSWERED]
        assert [form["CallStatus"] for _, form in handrail.heard] == ["no-answer"]

    @pytest.fixture
    def sender(self, handrail: Handrail) -> Iterator[tuple[Client, FlaskClient]]:
        """Twilio's own client, and the resident's browser."""
        app = demo_of(handrail)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        http = TwilioHttpClient(timeout=5)
        assert http.session is not None
        http.session.trust_env = False
        client = Client(ACCOUNT, TOKEN, http_client=http)
        client.api.base_url = f"http://127.0.0.1:{server.server_port}/try/twilio"
        yield client, app.test_client()
        server.shutdown()
        thread.join()
        server.server_close()

    def test_twilios_own_client_can_ring_a_phone_on_the_page(
        self, sender: tuple[Client, FlaskClient], handrail: Handrail
    ) -> None:
        twilio, page = sender
        url = handrail.address + "/voice/outbound?message=7"
        handrail.answers["/voice/outbound?message=7"] = ask("Did it help?")
        placed = twilio.calls.create(to=ROSE, from_=OURS, url=url)
        assert [call.sid for call in twilio.calls.list(to=ROSE, limit=5)] == [placed.sid]
        assert "Pick up" in page.get(f"/try/call/?phone={ROSE}").text
        html = page.post("/try/call/do", data={"phone": ROSE, "do": "pick-up"}, follow_redirects=True).text
        assert "Did it help?" in html
        twilio.calls.create(to=ROSE, from_=OURS, url=url)
        _until(lambda: handrail.last[1].get("CallStatus") == "busy")
        assert "Did it help?" in page.get(f"/try/call/?phone={ROSE}").text

    def test_a_volunteers_telephone_rings_in_vain(self, sender: tuple[Client, FlaskClient], handrail: Handrail) -> None:
        twilio, page = sender
        twilio.calls.create(to=ROSE, from_=OURS, url=handrail.address + "/voice/ring?message=7")
        _until(lambda: bool(handrail.heard) and handrail.last[1].get("CallStatus") == "no-answer")
        assert "Pick up" not in page.get(f"/try/call/?phone={ROSE}").text

    @pytest.mark.parametrize(("number", "address", "code"), [("Rose", "http://x", 21211), (ROSE, "", 21205)])
    def test_a_call_that_can_not_be_is_refused_with_twilios_code(
        self, sender: tuple[Client, FlaskClient], number: str, address: str, code: int
    ) -> None:
        with pytest.raises(TwilioRestException) as refused:
            sender[0].calls.create(to=number, from_=OURS, url=address)
        assert refused.value.code == code

    def test_without_the_account_no_phone_rings(self, handrail: Handrail) -> None:
        page = demo_of(handrail).test_client()
        address = f"/try/twilio/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
        assert page.post(address, data={"To": ROSE, "Url": "http://x"}).status_code == 401
        assert "Pick up" not in page.get(f"/try/call/?phone={ROSE}").text


def test_the_oldest_calls_and_captions_are_forgotten() -> None:
    calls = Calls()
    for n in range(CALLS_KEPT + 1):
        calls.change(f"+1202555{n:04}", lambda _, n=n: Call(f"CA{n}", "", ""))  # type: ignore[misc]
    assert calls.of("+12025550000") is None
    assert calls.of("+12025550001") is not None
    long = Call("CA1", ROSE, "")
    for n in range(CAPTIONS_KEPT + 3):
        long = long.on_the_line(str(n))
    assert (len(long.captions), long.forgotten, long.captions[0].text) == (CAPTIONS_KEPT, 3, "3")


def test_of_two_deeds_at_once_one_counts() -> None:
    calls = Calls()

    def slower(_: Call | None) -> Call:
        calls.change(ROSE, lambda _: Call("CA1", ROSE, ""))
        return Call("CA2", ROSE, "")

    calls.change(ROSE, slower)
    kept = calls.of(ROSE)
    assert kept is not None
    assert kept.sid == "CA1"


class TestPage:
    """/try/call/, without JavaScript."""

    @pytest.fixture
    def page(self, handrail: Handrail):  # type: ignore[no-untyped-def]
        return demo_of(handrail).test_client()

    @staticmethod
    def press(page, phone: str = ROSE, **deed: str) -> str:  # type: ignore[no-untyped-def]
        answer = page.post("/try/call/do", data={"phone": phone, **deed})
        assert answer.status_code == 303
        assert answer.location.endswith("#latest")
        return str(page.get(answer.location).text)

    def test_both_phones_of_a_resident_lead_to_each_other(self, page) -> None:  # type: ignore[no-untyped-def]
        text, call = page.get(f"/try/?phone={LI}").text, page.get(f"/try/call/?phone={LI}").text
        assert 'href="/try/call/?phone=%2B12025550182"' in text
        assert 'href="/try/?phone=%2B12025550182"' in call
        assert all(f'href="/try/call/?phone=%2B{r.number[1:]}"' in call for r in RESIDENTS)

    def test_a_whole_call_by_plain_forms(self, page, handrail: Handrail) -> None:  # type: ignore[no-untyped-def]
        handrail.answers["/voice/turn?step=1&silences=0"] = ask("您需要什么?").replace("en-US", "cmn-CN")
        html = page.get(f"/try/call/?phone={LI}").text
        assert 'name="key"' not in html, "there is nothing to press before the call"
        html = self.press(page, LI, do="call")
        assert re.findall(r'name="key" value="(.)"', html) == list("123456789*0#")
        html = self.press(page, LI, key="2")
        assert '<p class="words" lang="zh-CN">您需要什么?</p>' in html
        html = self.press(page, LI, words="我想找人送<b>")
        assert '<p class="words" lang="zh-Hans">我想找人送&lt;b&gt;</p>' in html
        self.press(page, LI, do="silence")
        html = self.press(page, LI, do="hang-up")
        assert OVER in html
        assert 'value="call"' in html
        assert [path for path, _ in handrail.heard][-1] == "/voice/status"

    def test_each_phone_has_its_own_call(self, page) -> None:  # type: ignore[no-untyped-def]
        self.press(page, ROSE, do="call")
        assert "Hello." in page.get(f"/try/call/?phone={ROSE}").text
        assert "Hello." not in page.get(f"/try/call/?phone={LI}").text

    def test_what_no_button_sends_does_nothing(self, page, handrail: Handrail) -> None:  # type: ignore[no-untyped-def]
        self.press(page, key="1")
        assert handrail.heard == []
        self.press(page, do="call")
        for deed in ({"key": "12"}, {"key": "x"}, {"words": "  "}, {"do": "?"}, {}):
            self.press(page, **deed)
        assert len(handrail.heard) == 1

    def test_a_real_number_is_refused_kindly(self, page) -> None:  # type: ignore[no-untyped-def]
        answer = page.get("/try/call/?phone=+442071838750")
        assert answer.status_code == 200
        assert 'role="alert">“' in answer.text

    def test_nothing_in_it_needs_a_looser_policy(self, page) -> None:  # type: ignore[no-untyped-def]
        html = self.press(page, do="call")
        assert "<style" not in html
        assert " style=" not in html
        assert "onclick" not in html
        assert html.count("<script") == html.count("<script src=") == 1
        assert page.get("/try/static/call.js").status_code == 200


def _until(arrived: Callable[[], bool]) -> None:
    waited = threading.Event()
    for _ in range(200):
        if arrived():
            return
        waited.wait(0.02)
    raise AssertionError("it never arrived")
