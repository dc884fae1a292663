"""The demo's phones: the page, the pretend network, and the stand-in for Twilio behind it."""

from __future__ import annotations

import re
import threading
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, abort, request
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server

from app.simulator import Courier, Network, TwilioStandIn, simulator_blueprint, stand_in_app
from app.simulator.network import HELP, PHONES_KEPT, STARTED, STOPPED, TEXTS_KEPT, Origin, RefusedError, Status
from app.simulator.residents import RESIDENTS, fictional_number
from core.config import Config

ROSE, LI = "+12025550181", "+12025550182"
ACCOUNT, TOKEN, OURS = "AC" + "0" * 32, "an-auth-token-of-the-tests", "+12025550100"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
LOGIN = {"Authorization": "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()}


class Clock:
    """One second later every time it is read."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


class Handrail:
    """A fake Handrail: keeps every form whose signature is right. `busy` is how often it says 503 first."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.busy = 0
        self.address = ""
        self.app = Flask(__name__)
        self.app.add_url_rule("/sms/<kind>", view_func=self.hear, methods=["POST"])

    def hear(self, kind: str) -> str:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(TOKEN).validate(f"{self.address}/sms/{kind}", request.form, signature):
            abort(403)
        if self.busy:
            self.busy -= 1
            abort(503)
        self.heard.append((kind, request.form.to_dict()))
        return ""


@pytest.fixture
def handrail():
    handrail = Handrail()
    server = make_server("127.0.0.1", 0, handrail.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    handrail.address = f"http://127.0.0.1:{server.server_port}"
    yield handrail
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def network():
    return Network(Clock())


@pytest.fixture
def stand_in(handrail, network):
    courier = Courier(TOKEN, pause_seconds=0)
    yield TwilioStandIn(ACCOUNT, TOKEN, OURS, handrail.address + "/sms/inbound", network, courier)
    courier.settle()


@pytest.fixture
def twilio(stand_in):
    return stand_in_app(stand_in).test_client()


def bodies(network: Network, phone: str) -> list[str]:
    return [text.body for text in network.thread(phone)]


class TestNetwork:
    """What the network does by itself."""

    def test_stop_is_confirmed_once_and_shuts_the_way_until_start(self, network):
        network.from_phone(ROSE, "Stop")
        network.from_phone(ROSE, "STOP")
        assert bodies(network, ROSE) == ["Stop", STOPPED, "STOP"]
        with pytest.raises(RefusedError) as refused:
            network.to_phone(ROSE, "hello")
        assert refused.value.code == 21610
        network.to_phone(LI, "the others still hear")
        network.from_phone(ROSE, "yes")
        assert bodies(network, ROSE)[-1] == STARTED
        network.to_phone(ROSE, "hello")

    def test_a_plain_yes_is_no_consent_word_to_someone_who_never_stopped(self, network):
        network.from_phone(ROSE, "YES")
        assert bodies(network, ROSE) == ["YES"]

    def test_help_is_answered(self, network):
        network.from_phone(ROSE, "help")
        assert bodies(network, ROSE) == ["help", HELP]

    def test_it_forgets_the_oldest(self, network):
        for n in range(TEXTS_KEPT + 5):
            network.from_phone(ROSE, f"text {n}")
        assert len(network.thread(ROSE)) == TEXTS_KEPT
        assert bodies(network, ROSE)[0] == "text 5"
        for n in range(PHONES_KEPT):
            network.from_phone(f"+1202555{n:04}", "hi")
        assert len(network.phones()) == PHONES_KEPT
        assert network.thread(ROSE) == ()


class TestStandIn:
    """Twilio's API, as far as Handrail uses it."""

    def test_a_text_is_taken_carried_and_reported_step_by_step(self, twilio, stand_in, network, handrail):
        form = {"To": ROSE, "From": OURS, "Body": "It’s open", "StatusCallback": handrail.address + "/sms/status"}
        answer = twilio.post(MESSAGES, data=form, headers=LOGIN, buffered=True)
        assert answer.status_code == 201
        said = answer.get_json()
        assert (said["status"], said["num_segments"], said["to"], said["from"]) == ("queued", "1", ROSE, OURS)
        answer.close()
        stand_in.courier.settle()
        assert [f["MessageStatus"] for _, f in handrail.heard] == ["sent", "delivered"]
        assert {f["MessageSid"] for _, f in handrail.heard} == {said["sid"]}
        assert network.thread(ROSE)[0].status is Status.DELIVERED

    def test_without_the_account_nothing_is_taken(self, twilio, network):
        for headers in ({}, {"Authorization": "Basic " + b64encode(b"AC1:x").decode()}):
            answer = twilio.post(MESSAGES, data={"To": ROSE, "Body": "hi"}, headers=headers)
            assert (answer.status_code, answer.get_json()["code"]) == (401, 20003)
        other = twilio.post(MESSAGES.replace("0", "1"), data={"To": ROSE, "Body": "hi"}, headers=LOGIN)
        assert other.status_code == 404
        assert network.phones() == ()

    @pytest.mark.parametrize(
        ("form", "code"),
        [({"To": "Rose", "Body": "hi"}, 21211), ({"To": ROSE}, 21602), ({"To": ROSE, "Body": "x" * 1_601}, 21617)],
    )
    def test_a_text_that_can_not_be_is_refused_with_twilios_code(self, twilio, form, code):
        answer = twilio.post(MESSAGES, data=form, headers=LOGIN)
        assert (answer.status_code, answer.get_json()["code"]) == (400, code)

    def test_an_opted_out_number_is_refused(self, twilio, network):
        network.from_phone(ROSE, "STOP")
        answer = twilio.post(MESSAGES, data={"To": ROSE, "Body": "hi"}, headers=LOGIN)
        assert (answer.status_code, answer.get_json()["code"]) == (400, 21610)

    def test_it_lists_what_it_took_newest_first(self, twilio, network):
        network.from_phone(ROSE, "not ours")
        network.to_phone(ROSE, "first")
        network.to_phone(LI, "elsewhere")
        network.to_phone(ROSE, "second")
        said = twilio.get(MESSAGES, query_string={"To": ROSE}, headers=LOGIN).get_json()
        assert [m["body"] for m in said["messages"]] == ["second", "first"]
        assert said["next_page_uri"] is None

    def test_a_residents_text_reaches_handrail_signed_as_twilio_would(self, stand_in, network, handrail):
        text = stand_in.resident_texts(ROSE, "wot day dus the lunch club meat")
        stand_in.courier.settle()
        ((kind, form),) = handrail.heard
        assert (kind, form["MessageSid"], form["From"]) == ("inbound", text.sid, ROSE)
        assert form["Body"] == "wot day dus the lunch club meat"
        assert network.thread(ROSE)[0].status is Status.RECEIVED

    def test_even_a_stop_is_passed_on(self, stand_in, handrail):
        stand_in.resident_texts(ROSE, "STOP")
        stand_in.courier.settle()
        assert handrail.heard[0][1]["Body"] == "STOP"

    def test_a_busy_handrail_is_asked_again_and_a_dead_one_shown_as_such(self, stand_in, network, handrail):
        handrail.busy = 2
        stand_in.resident_texts(ROSE, "hello")
        stand_in.courier.settle()
        handrail.busy = 99
        stand_in.resident_texts(LI, "你好")
        stand_in.courier.settle()
        assert [form["From"] for _, form in handrail.heard] == [ROSE]
        assert network.thread(ROSE)[0].status is Status.RECEIVED
        assert network.thread(LI)[0].status is Status.FAILED


class TestPage:
    """/try/, without JavaScript."""

    @pytest.fixture
    def page(self, handrail):
        given = {
            "HANDRAIL_PUBLIC_URL": handrail.address,
            "HANDRAIL_TWILIO_ACCOUNT_SID": ACCOUNT,
            "HANDRAIL_TWILIO_AUTH_TOKEN": TOKEN,
            "HANDRAIL_TWILIO_FROM": OURS,
            "HANDRAIL_COMMUNITY_NAME": "Riverside",
        }
        app = Flask(__name__)
        app.register_blueprint(simulator_blueprint(Config.from_env(given)))
        return app.test_client()

    def test_it_shows_everyone_and_the_way_to_the_console(self, page):
        html = page.get("/try/").text
        assert all(resident.name in html for resident in RESIDENTS)
        assert 'href="/console/"' in html
        assert "202-555-0100" in html

    def test_a_text_is_sent_by_a_plain_form_and_shown(self, page):
        answer = page.post("/try/send", data={"phone": LI, "text": "我想找人送午饭 <b>"})
        assert answer.status_code == 303
        assert answer.location.startswith("/try/?phone=%2B12025550182")
        html = page.get(answer.location).text
        assert "我想找人送午饭 &lt;b&gt;" in html
        assert '<p class="words" lang="zh-Hans">' in html

    def test_looking_for_new_messages_is_a_link_that_is_new_every_time(self, page):
        looks = {re.search(r'id="look" href="([^"]+)"', page.get("/try/").text)[1] for _ in range(3)}
        assert len(looks) == 3
        assert page.get(next(iter(looks)).split("#")[0]).status_code == 200

    def test_a_key_sends_its_digit(self, page):
        page.post("/try/send", data={"phone": ROSE, "quick": "0", "text": "half a thought"})
        html = page.get("/try/thread", query_string={"phone": ROSE}).text
        assert ">0</p>" in html
        assert "half a thought" not in html

    def test_an_answer_shows_once_it_is_delivered_with_its_cost(self, page):
        form = {"To": ROSE, "From": OURS, "Body": "Open now, until 3 pm."}
        page.post("/try/twilio" + MESSAGES, data=form, headers=LOGIN, buffered=True).close()
        _until(lambda: "delivered" in page.get("/try/thread", query_string={"phone": ROSE}).text)
        html = page.get("/try/", query_string={"phone": ROSE}).text
        assert "1 segment (GSM-7)" in html

    @pytest.mark.parametrize("typed", ["202-555-0150", "(202) 555 0150", "+1 202 555 0150", "12025550150"])
    def test_another_phone_can_be_taken(self, page, typed):
        html = page.get("/try/", query_string={"phone": typed}).text
        assert ">202-555-0150</span>’s phone</span>" in html
        assert 'role="alert">“' not in html

    @pytest.mark.parametrize("typed", ["+442071838750", "202-555-2222", "<script>", "٢٠٢٥٥٥٠١٥٠"])
    def test_a_real_number_is_refused_kindly(self, page, typed):
        answer = page.get("/try/", query_string={"phone": typed})
        assert answer.status_code == 200
        assert 'role="alert">“' in answer.text
        assert "<script>" not in answer.text

    def test_nothing_in_it_needs_a_looser_policy(self, page):
        html = page.get("/try/").text
        assert "<style" not in html
        assert " style=" not in html
        assert "onclick" not in html
        assert html.count("<script") == html.count("<script src=") == 1
        for name in ("phone.css", "phone.js", "icon.svg"):
            assert page.get(f"/try/static/{name}").status_code == 200

    def test_every_invented_number_is_from_the_range_for_fiction(self):
        assert [fictional_number(r.number) for r in RESIDENTS] == [r.number for r in RESIDENTS]


def test_only_what_handrail_wrote_counts_as_its_own(network):
    network.from_phone(ROSE, "HELP")
    network.to_phone(ROSE, "hello")
    assert [t.origin for t in network.thread(ROSE)] == [Origin.RESIDENT, Origin.NETWORK, Origin.HANDRAIL]


def _until(arrived) -> None:
    waited = threading.Event()
    for _ in range(200):
        if arrived():
            return
        waited.wait(0.02)
    raise AssertionError("it never arrived")
