"""Whatever a caller presses or says: every prompt can be heard, remembered and answered. To read them all:
`python -m bench.prompts`.
"""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.wiring import House
from tests.conftest import SETTINGS
from tests.voice.conftest import DUTY_PHONE
from tests.voice.leg import Twilio
from tests.voice.walk import AFRAID, DEPTH, NUMBERS, WORDS, Prompt, Walk

SHORTEST_WAIT = 10
MOST_OPTIONS = 3
LONGEST_PROMPT = 35
"""Seconds at an ordinary pace, with a number dictated twice."""
ABOUT_CALLING_BACK = {"call_back.ask", "may_call.ask", "number.right"}
"""Who is asked this has asked for a person: 0 offers them nothing new."""


@pytest.fixture
def twilio(client: FlaskClient) -> Twilio:
    return Twilio(client, SETTINGS["HANDRAIL_PUBLIC_URL"], SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"])


@pytest.fixture(params=WORDS)
def prompts(request: pytest.FixtureRequest, house: House, twilio: Twilio) -> list[Prompt]:
    key = request.param
    return list(Walk(house, twilio, WORDS[key], DEPTH[key]).prompts(key))


def check(prompts: list[Prompt]) -> None:
    """That each takes keys and speech and waits, in a known voice and language, `Twilio.twiml` checks for all."""
    for prompt in prompts:
        choices = [digit for digit in prompt.options if digit != "0"]
        assert len(set(choices)) == len(choices), prompt
        assert choices == sorted(choices), prompt
        assert len(choices) <= MOST_OPTIONS or (len(choices) == MOST_OPTIONS + 1 and choices[-1] == "4"), prompt
        assert "0" in prompt.options or not choices or ABOUT_CALLING_BACK & {*prompt.of}, prompt
        assert prompt.digit_before_option == [], prompt
        assert prompt.ends_in in ("Gather", "Record", "Hangup", "Dial"), prompt
        if not any(line.slow for line in prompt.lines):
            assert prompt.seconds <= LONGEST_PROMPT, prompt
        if prompt.gather is not None:
            assert int(prompt.gather.get("timeout", "0")) >= SHORTEST_WAIT, prompt


def test_every_prompt_can_be_heard_remembered_and_answered(prompts: list[Prompt]) -> None:
    assert len(prompts) > 25
    check(prompts)
    heard = {key for prompt in prompts for key in prompt.of}
    assert {"call_back.ask", "call_back.morning", "call_back.afternoon"} <= heard


def test_who_is_afraid_is_asked_first_whether_we_may_call(house: House, twilio: Twilio) -> None:
    prompts = list(Walk(house, twilio, AFRAID, 4).prompts("1"))
    check(prompts)
    assert {"may_call.ask", "call_back.call_again", "call_back.ask"} <= {key for p in prompts for key in p.of}


@pytest.mark.parametrize("key", WORDS)
def test_who_withholds_their_number_can_tell_it(house: House, twilio: Twilio, key: str) -> None:
    prompts = list(Walk(house, twilio, NUMBERS, 4, caller="anonymous").prompts(key))
    check(prompts)
    heard = {key for prompt in prompts for key in prompt.of}
    assert {"number.ask", "number.again", "number.right", "number.after_tone", "call_back.ask"} <= heard
    asked = [p.gather for p in prompts if p.of[-1] == "number.ask"]
    assert asked
    assert {gather.get("finishOnKey") for gather in asked if gather is not None} == {"#"}
    assert not any("person.soon" in prompt.of for prompt in prompts)


class TestWithADutyPhone:
    """It rings in vain."""

    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return {**settings, "HANDRAIL_DUTY_PHONE": DUTY_PHONE}

    @pytest.mark.parametrize("key", WORDS)
    def test_nobody_takes_it(self, house: House, twilio: Twilio, key: str) -> None:
        prompts = list(Walk(house, twilio, (), 3).prompts(key))
        check(prompts)
        assert any(prompt.of[1] == "call.nobody" and "call_back.ask" in prompt.of for prompt in prompts)
