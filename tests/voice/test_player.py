"""The player calls a house of hand-written answers, as Twilio would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

import pytest
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

from tests.conftest import SETTINGS
from tests.voice.leg import BrokenCall, Ended, Party, seconds_of
from tests.voice.player import Call

DUTY = "+12025550198"
RECORDING = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"


def say(words: str, language: str = "en-US", voice: str = "Polly.Joanna") -> str:
    return f'<Say voice="{voice}" language="{language}">{words}</Say>'


def ask(words: str, action: str, more: str = "") -> str:
    return (
        f'<Gather input="dtmf speech" action={quoteattr(action)} timeout="12" numDigits="1" finishOnKey=""'
        f' language="en-US" profanityFilter="false" actionOnEmptyResult="true"{more}>{say(words)}</Gather>'
    )


@dataclass
class House:
    """Answers each address with the TwiML written for it, and only what is signed. Keeps what was posted."""

    answers: dict[str, str] = field(default_factory=dict)
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    refused: int = 0
    mimetype: str = "text/xml"
    public_url: str = SETTINGS["HANDRAIL_PUBLIC_URL"]

    def answer(self, path: str) -> Response:
        query = request.query_string.decode("latin-1")
        target = "/" + path + (f"?{query}" if query else "")
        validator = RequestValidator(SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"])
        signature = request.headers["X-Twilio-Signature"]
        if not validator.validate(self.public_url + target, request.form, signature):
            self.refused += 1
            return Response(status=403)
        self.posted.append((target, request.form.to_dict()))
        if path == "voice/status":
            return Response(status=204)
        if target not in self.answers:
            return Response(status=404)
        return Response(f"<Response>{self.answers[target]}</Response>", mimetype=self.mimetype)

    def last(self, path: str) -> dict[str, str]:
        """The form last posted to `path`."""
        return [form for target, form in self.posted if target == path][-1]


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def call_with(house: House) -> Callable[..., Call]:
    """A call to a house that greets with the given TwiML; more answers by their addresses."""
    app = Flask(__name__)
    app.add_url_rule("/<path:path>", "answer", house.answer, methods=["POST"])

    def make(greeting: str, **more: object) -> Call:
        house.answers["/voice/inbound"] = greeting
        return Call(app.test_client(), **more)  # type: ignore[arg-type]

    return make


def test_a_call_is_signed_answered_and_heard(call_with, house):
    call = call_with(ask("What do you need?", "/voice/turn?step=1&silences=0")).dial()
    assert (call.said, call.waiting, call.ended, house.refused) == ("What do you need?", "Gather", None, 0)
    (line,) = call.transcript
    assert (line.speaker, line.listener) == (Party.HANDRAIL, Party.CALLER)
    assert (line.language, line.voice, line.slow) == ("en-US", "Polly.Joanna", False)
    assert line.seconds == pytest.approx(4 * 60 / 150)
    form = house.last("/voice/inbound")
    assert (form["CallStatus"], form["Direction"], form["From"]) == ("ringing", "inbound", "+12025550181")
    assert (form["To"], form["ApiVersion"]) == (SETTINGS["HANDRAIL_TWILIO_FROM"], "2010-04-01")
    assert form["AccountSid"] == SETTINGS["HANDRAIL_TWILIO_ACCOUNT_SID"]
    assert form["CallSid"] == call.sid
    assert form["FromCity"] == ""


def test_another_secret_is_refused(call_with, house):
    with pytest.raises(BrokenCall, match="403"):
        call_with(say("Hello"), auth_token="another").dial()
    assert (house.refused, house.posted) == (1, [])


def test_a_key_a_word_and_silence_arrive_as_twilio_sends_them(call_with, house):
    house.answers |= {
        f"/voice/turn?step={n}&q=%E6%9D%8E": ask("And?", f"?step={n + 1}&q=%E6%9D%8E") for n in range(1, 5)
    }
    call = call_with(ask("What?", "/voice/turn?step=1&q=%E6%9D%8E")).dial()
    call.press("#").say("我要去医院", confidence=0.31).stay_silent().stay_silent(blank_fields=True)
    key, words, nothing, blank = (form for target, form in house.posted if target.startswith("/voice/turn"))
    assert (key["Digits"], "SpeechResult" in key, key["CallStatus"]) == ("#", False, "in-progress")
    assert (words["SpeechResult"], words["Confidence"], "Digits" in words) == ("我要去医院", "0.31", False)
    assert not {"Digits", "SpeechResult", "Confidence"} & set(nothing)
    assert (blank["Digits"], blank["SpeechResult"]) == ("", "")
    assert {form["CallSid"] for _, form in house.posted} == {call.sid}
    assert [line.words for line in call.transcript if line.speaker is Party.CALLER] == ["(#)", "我要去医院"]


def test_only_the_prompt_just_heard_is_said(call_with, house):
    house.answers["/b"] = "<Pause length='2'/>" + ask("Second", "/c")
    call = call_with(say("Zeroth") + ask("First", "/b")).dial()
    assert call.said == "Zeroth\nFirst"
    call.press("1")
    assert call.said == "Second"
    assert call.seconds == pytest.approx(2 + 60 / 150)


def test_redirects_are_followed_and_known_when_they_go_round(call_with, house):
    house.answers |= {"/voice/next?a=1&b=2": say("There"), "/voice/round": "<Redirect>/voice/round</Redirect>"}
    call = call_with(say("Here") + "<Redirect>next?a=1&amp;b=2</Redirect>" + say("Never")).dial()
    assert call.said == "Here\nThere"
    assert call.ended is Ended.NOTHING_LEFT
    with pytest.raises(BrokenCall, match="round and round"):
        call_with("<Redirect>/voice/round</Redirect>").dial()


def test_who_hung_up_is_told_and_reported_once(call_with, house):
    call = call_with(say("Bye") + "<Hangup/>" + say("Never")).dial()
    assert (call.said, call.ended) == ("Bye", Ended.BY_HANDRAIL)
    other = call_with(ask("What?", "/b")).dial()
    other.hang_up()
    assert (other.ended, other.waiting) == (Ended.BY_CALLER, "")
    reports = [form for target, form in house.posted if target == "/voice/status"]
    assert [(form["CallSid"], form["CallStatus"]) for form in reports] == [
        (call.sid, "completed"),
        (other.sid, "completed"),
    ]
    with pytest.raises(ValueError, match="not at Gather"):
        other.press("1")


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (say("a") + "<Speak/>", "Twilio knows no <Speak>"),
        (ask("a", "/b").replace('"12"', '"5"'), "timeout is 5"),
        ("<Say>a</Say>", "no voice"),
        ("<Hangup>", "malformed XML"),
        ("<Leave/>", "can't play <Leave>"),
        ("<Redirect>/voice/nowhere</Redirect>", "404"),
        ("<Redirect>https://elsewhere.example/a</Redirect>", "not below"),
        ("<Redirect method='GET'>/voice/inbound</Redirect>", "asks for GET"),
    ],
)
def test_what_twilio_could_not_play_breaks_the_call(call_with, broken, why):
    with pytest.raises(BrokenCall, match=why):
        call_with(broken).dial()


def test_an_answer_that_is_no_xml_by_its_type_breaks_the_call(call_with, house):
    house.mimetype = "text/plain"
    with pytest.raises(BrokenCall, match="text/plain"):
        call_with(say("a")).dial()


def test_an_action_that_forgets_the_path_of_the_public_address_is_found(call_with, house):
    house.public_url = "https://help.example.org/handrail"
    call = call_with(ask("What?", "/voice/turn"), public_url=house.public_url).dial()
    with pytest.raises(BrokenCall, match="not below"):
        call.press("1")


def test_more_keys_than_the_prompt_takes_are_no_story(call_with):
    call = call_with(ask("What?", "/b")).dial()
    for keys in ("12", "", "x"):
        with pytest.raises(ValueError, match="1 to 1 keys"):
            call.press(keys)


class TestPace:
    """150 words or 240 Chinese characters a minute."""

    @pytest.mark.parametrize(
        ("words", "seconds"),
        [
            ("one two three", 1.2),
            ("您需要什么?", 1.25),
            ("请按 1。", 0.5 + 0.4),
            ("5 5 5, 0 1", 2.0),
            ("", 0),
            ("- ?", 0),
        ],
    )
    def test_of_words(self, words, seconds):
        assert seconds_of(words) == pytest.approx(seconds)

    def test_slow_takes_a_quarter_longer_and_breaks_count(self, call_with):
        slow = say('<prosody rate="80%">one two three<break time="500ms"/> four five</prosody> six')
        (line,) = call_with(slow).dial().transcript
        assert (line.words, line.slow) == ("one two three four five six", True)
        assert line.seconds == pytest.approx(5 * 0.4 * 1.25 + 0.4 + 0.5)

    def test_an_ordinary_rate_is_not_slow(self, call_with):
        (line,) = call_with(say('<prosody rate="100%">one</prosody>')).dial().transcript
        assert not line.slow


class TestVoicemail:
    """What is said after the tone."""

    GREETING = say("After the tone") + '<Record action="/voice/recorded?step=1" maxLength="120"/>' + say("Nothing kept")

    def test_is_told_with_its_address(self, call_with, house):
        house.answers["/voice/recorded?step=1"] = say("We have kept it")
        call = call_with(self.GREETING).dial()
        assert call.waiting == "Record"
        call.record(RECORDING, seconds=30)
        form = house.last("/voice/recorded?step=1")
        assert (form["RecordingUrl"], form["RecordingDuration"]) == (RECORDING, "30")
        assert call.said == "We have kept it"

    def test_of_a_caller_who_then_hangs_up_is_told_too_but_nothing_is_played(self, call_with, house):
        house.answers["/voice/recorded?step=1"] = say("We have kept it")
        call = call_with(self.GREETING).dial()
        call.record(RECORDING, then_hangs_up=True)
        form = house.last("/voice/recorded?step=1")
        assert (form["Digits"], form["CallStatus"]) == ("hangup", "completed")
        assert call.ended is Ended.BY_CALLER
        assert "We have kept it" not in [line.words for line in call.transcript]

    def test_of_nobody_goes_on_without_a_word_to_us(self, call_with):
        call = call_with(self.GREETING).dial().stay_silent()
        assert call.transcript[-1].words == "Nothing kept"
        assert [post.url for post in call.posts if "recorded" in post.url] == []

    def test_is_also_told_where_recordings_are_reported(self, call_with, house):
        house.answers |= {"/voice/recorded": say("Kept"), "/voice/kept": ""}
        record = '<Record action="/voice/recorded" recordingStatusCallback="/voice/kept"/>'
        call_with(record).dial().record(RECORDING)
        assert house.last("/voice/kept")["RecordingStatus"] == "completed"


class TestDutyPhone:
    """Connecting the resident with the one on duty."""

    DIAL = (
        say("I am connecting you")
        + f'<Dial action="/voice/dialled?step=1" timeout="20"><Number url="/voice/screen">{DUTY}</Number></Dial>'
    )

    @pytest.fixture
    def call(self, call_with, house) -> Call:
        house.answers |= {
            "/voice/screen": ask("To take the call, press 1", "/voice/screened"),
            "/voice/screened": "<Hangup/>",
            "/voice/dialled?step=1": say("How did it go?"),
        }
        return call_with(self.DIAL).dial()

    def test_taken(self, call, house):
        house.answers["/voice/screened"] = ""
        assert call.waiting == "Dial"
        assert call.duty_answers(press="1", seconds=90) is True
        screen, screened = house.last("/voice/screen"), house.last("/voice/screened")
        assert (screen["To"], screen["Direction"], screen["ParentCallSid"]) == (DUTY, "outbound-dial", call.sid)
        assert screen["CallSid"] == screened["CallSid"] != call.sid
        assert screened["Digits"] == "1"
        form = house.last("/voice/dialled?step=1")
        assert (form["DialCallStatus"], form["DialBridged"], form["DialCallDuration"]) == ("completed", "true", "90")
        assert (form["CallSid"], form["DialCallSid"]) == (call.sid, screen["CallSid"])
        assert call.said == "How did it go?"
        assert call.heard_by_duty == "To take the call, press 1"

    @pytest.mark.parametrize("press", [None, "2"])
    def test_answered_but_not_taken(self, call, house, press):
        assert call.duty_answers(press=press) is False
        assert house.last("/voice/screened").get("Digits") == press
        assert house.last("/voice/dialled?step=1")["DialBridged"] == "false"

    def test_asked_again_and_again_without_an_answer_is_not_taken(self, call, house):
        house.answers["/voice/screened"] = house.answers["/voice/screen"]
        assert call.duty_answers(press=None) is False

    @pytest.mark.parametrize("status", ["no-answer", "busy", "failed"])
    def test_not_answered(self, call, house, status):
        call.duty_does_not_answer(status)
        form = house.last("/voice/dialled?step=1")
        assert (form["DialCallStatus"], form["DialBridged"]) == (status, "false")
        assert call.heard_by_duty == ""

    def test_the_caller_hangs_up_while_it_rings(self, call, house):
        call.hang_up()
        assert house.last("/voice/dialled?step=1")["CallStatus"] == "completed"
        assert (call.ended, call.said) == (Ended.BY_CALLER, "I am connecting you")

    def test_the_caller_hangs_up_after_the_talk(self, call, house):
        house.answers["/voice/screened"] = ""
        assert call.duty_answers(caller_hangs_up=True) is True
        assert house.last("/voice/dialled?step=1")["DialBridged"] == "true"
        assert call.ended is Ended.BY_CALLER

    def test_without_screen_or_action_the_call_goes_on(self, call_with):
        call = call_with(f"<Dial>{DUTY}</Dial>" + say("And now?")).dial()
        assert call.duty_answers() is True
        assert call.transcript[-1].words == "And now?"

    def test_may_not_be_connected_on_from_the_screen(self, call, house):
        house.answers["/voice/screen"] = f"<Dial>{DUTY}</Dial>"
        with pytest.raises(BrokenCall, match="not allowed"):
            call.duty_answers()


class TestOutbound:
    """Handrail calls the resident."""

    def test_a_machine_answers(self, call_with, house):
        house.answers["/voice/outbound?message=7"] = say("We will try again later") + "<Hangup/>"
        call = call_with("").pick_up("/voice/outbound?message=7", answered_by="machine_start")
        form = house.last("/voice/outbound?message=7")
        assert (form["AnsweredBy"], form["Direction"]) == ("machine_start", "outbound-api")
        assert (form["From"], form["To"]) == (SETTINGS["HANDRAIL_TWILIO_FROM"], "+12025550181")
        assert call.ended is Ended.BY_HANDRAIL

    def test_nobody_answers(self, call_with, house):
        call_with("").not_picked_up("busy")
        assert house.last("/voice/status")["CallStatus"] == "busy"


class TestRepeat:
    """Twilio may send a form twice."""

    def test_gives_the_same_answer_and_changes_nothing(self, call_with, house):
        house.answers["/b"] = ask("Second", "/c")
        call = call_with(ask("First", "/b")).dial().press("1")
        assert call.repeat_last_post() == call.twiml
        assert house.posted[-1] == house.posted[-2]
        assert (call.said, len(call.posts)) == ("Second", 2)

    def test_another_answer_is_found(self, call_with, house):
        call = call_with(ask("First", "/b")).dial()
        house.answers["/voice/inbound"] = ask("Welcome back", "/b")
        with pytest.raises(BrokenCall, match="Welcome back"):
            call.repeat_last_post()


def test_a_call_begins_once(call_with):
    call = call_with(say("a")).dial()
    with pytest.raises(ValueError, match="begun already"):
        call.dial()
