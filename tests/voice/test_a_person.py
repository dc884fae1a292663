"""0 is a person: connected in duty hours, promised and recorded outside them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask, Response
from werkzeug.serving import make_server

from app.media import kept_media
from app.worker import Worker
from core.db.models.help_request import Reason
from core.helpdesk import one_request
from tests.conftest import SETTINGS
from tests.fakes import StandingClock
from tests.voice.conftest import AT_NIGHT, DUTY_PHONE, ROSE, Kept, MakeCall
from tests.voice.leg import Ended
from tests.voice.player import Call

SOUND = b"RIFF not really"
RECORDING = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"


def dialled(call: Call) -> ET.Element:
    """The <Dial> at which the call stands."""
    dial = ET.fromstring(call.twiml).find("Dial")
    assert dial is not None
    return dial


class TestOnDuty:
    """A Monday morning, and a duty telephone."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return {**settings, "HANDRAIL_DUTY_PHONE": DUTY_PHONE}

    def test_0_at_any_prompt_rings_the_duty_phone_with_our_own_number(self, call: MakeCall, kept: Kept) -> None:
        asked = call().press("0")
        dial = dialled(asked)
        assert dial.findtext("Number") == DUTY_PHONE
        assert dial.get("callerId") == SETTINGS["HANDRAIL_TWILIO_FROM"]
        assert ROSE not in asked.twiml
        assert kept.request.reason is Reason.ASKED_FOR_PERSON

    @pytest.mark.parametrize("words", ["I want to talk to a person", "quiero hablar con una persona", "我要找人工"])
    def test_words_do_it_too(self, call: MakeCall, words: str) -> None:
        assert call().say(words).waiting == "Dial"

    def test_who_takes_the_call_presses_a_key_and_sees_our_number(self, call: MakeCall) -> None:
        asked = call().press("0")
        assert asked.duty_answers(press="1") is True
        assert "To take the call, press 1." in asked.heard_by_duty
        (screened,) = {post.form["From"] for post in asked.posts if post.form["Direction"] == "outbound-dial"}
        assert screened == SETTINGS["HANDRAIL_TWILIO_FROM"]
        assert asked.said == "Goodbye, and take care."
        assert asked.ended is Ended.BY_HANDRAIL

    @pytest.mark.parametrize("press", [None, "2"])
    def test_a_mailbox_never_takes_a_call(self, call: MakeCall, press: str | None) -> None:
        asked = call().press("0")
        assert asked.duty_answers(press=press) is False
        assert asked.said.startswith("Sorry, no one could take the call just now.\nA person will answer you soon.")
        assert asked.press("1").waiting == "Record"

    @pytest.mark.parametrize("status", ["no-answer", "busy", "failed"])
    def test_nobody_there_is_said_and_recorded_instead(self, call: MakeCall, kept: Kept, status: str) -> None:
        asked = call().press("0").duty_does_not_answer(status)
        assert asked.said.startswith("Sorry, no one could take the call just now.")
        asked.press("1").record(RECORDING)
        assert asked.said.startswith("Thank you. We have kept it.")
        assert kept.request.reason is Reason.ASKED_FOR_PERSON

    def test_they_are_connected_in_their_language(self, call: MakeCall) -> None:
        asked = call().press("3").press("0")
        assert {line.language for line in asked.prompt} == {"es-US"}
        asked.duty_does_not_answer()
        assert {line.language for line in asked.prompt} == {"es-US"}

    def test_someone_in_danger_can_stay_on_the_line_for_a_person(self, call: MakeCall) -> None:
        assert call().say("my kitchen is on fire").press("0").waiting == "Dial"

    def test_fear_at_home_reaches_a_person_without_a_word_of_it(self, english: MakeCall) -> None:
        asked = english().say("my husband hits me every day").press("0")
        assert asked.duty_answers() is True
        assert "hit" not in asked.heard_by_duty
        assert "safe" not in asked.heard_by_duty


class TestNobodyOnDuty:
    """At night, or where no duty telephone is set."""

    def test_without_a_duty_phone_soon_is_promised_and_a_message_taken(self, call: MakeCall, kept: Kept) -> None:
        asked = call().press("0")
        assert asked.said.startswith("A person will answer you soon.")
        assert f"Your request number is {' '.join(kept.request.reference)}." in asked.said
        assert asked.press("1").waiting == "Record"

    def test_at_night_they_hear_when(self, call: MakeCall, clock: StandingClock) -> None:
        clock.forward(AT_NIGHT)
        assert call().press("0").said.startswith("A person will answer you tomorrow at 9 AM.")

    def test_a_message_belongs_to_the_request_and_the_desk_sees_it(self, call: MakeCall, kept: Kept) -> None:
        asked = call().press("0").press("1").record(RECORDING)
        assert asked.said.startswith("Thank you. We have kept it.")
        assert [(item.url, item.seconds) for item in kept.recordings] == [(RECORDING, 12)]
        with kept.house.database.read() as session:
            page = one_request.request_page(session, kept.house.sealer, kept.request.id, revealed=True)
        assert page
        assert str(kept.recordings[0].id) in str(page)

    def test_a_message_after_a_referral_belongs_to_the_referral(self, english: MakeCall, kept: Kept) -> None:
        english().say("hot meal near mill street").press("1").press("1").press("1").record(RECORDING)
        assert kept.request.reason is Reason.REFERRAL
        assert len(kept.recordings) == 1

    def test_nothing_said_after_the_tone_is_a_goodbye(self, call: MakeCall, kept: Kept) -> None:
        asked = call().press("0").press("1").stay_silent()
        assert asked.transcript[-1].words == "Goodbye, and take care."
        assert asked.ended is Ended.BY_HANDRAIL
        assert kept.recordings == []

    def test_an_empty_recording_is_no_message(self, call: MakeCall, kept: Kept) -> None:
        assert call().press("0").press("1").record(RECORDING, seconds=0).said == "Goodbye, and take care."
        assert kept.recordings == []

    def test_who_hangs_up_after_speaking_is_heard_too(self, call: MakeCall, kept: Kept) -> None:
        call().press("0").press("1").record(RECORDING, then_hangs_up=True)
        assert len(kept.recordings) == 1
        assert kept.request.reason is Reason.ASKED_FOR_PERSON


class TestAtNightWithADutyPhone:
    """A duty telephone is not rung outside duty hours."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return {**settings, "HANDRAIL_DUTY_PHONE": DUTY_PHONE}

    def test_a_message_is_taken(self, call: MakeCall, clock: StandingClock) -> None:
        clock.forward(AT_NIGHT)
        assert call().press("0").press("1").waiting == "Record"


class TestTheRecording:
    """It is fetched like a picture of a text message."""

    @pytest.fixture
    def store(self) -> Iterator[str]:
        app = Flask("store")
        app.add_url_rule("/recordings/<sid>", "one", lambda sid: Response(SOUND, content_type="audio/x-wav"))
        server = make_server("127.0.0.1", 0, app)
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()

    @pytest.fixture
    def settings(self, settings: dict[str, str], store: str) -> dict[str, str]:
        return {**settings, "HANDRAIL_TWILIO_API_BASE": store}

    def test_is_kept_for_the_volunteer(self, call: MakeCall, kept: Kept, store: str) -> None:
        call().press("0").press("1").record(f"{store}/recordings/RE1")
        (item,) = kept.recordings
        assert kept_media(kept.house, item.id) is None
        Worker(kept.house).run_once()
        assert kept_media(kept.house, item.id) == ("audio/x-wav", SOUND)
