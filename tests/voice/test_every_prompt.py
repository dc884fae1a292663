"""Whatever a caller presses or says: every prompt can be heard, remembered and answered."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.wiring import House
from tests.conftest import SETTINGS
from tests.voice.leg import Twilio
from tests.voice.walk import Prompt, Walk

SHORTEST_WAIT = 10
MOST_OPTIONS = 3
LONGEST_PROMPT = 35
"""Seconds at an ordinary pace, with a number dictated twice."""
WORDS = {
    "1": ("hot meal near mill street", "I need a hot meal", "my husband hits me every day", "the kitchen is on fire"),
    "2": ("我想吃热饭", "家里着火了"),
    "3": ("necesito comida caliente", "mi marido me pega"),
}
MORE_WORDS = ("slower please", "repeat", "yes", "no", "thank you", "wubble", "hot meals, and a ride to the doctor")
DEPTH = {"1": 4, "2": 2, "3": 2}


@pytest.fixture(params=WORDS)
def prompts(request: pytest.FixtureRequest, house: House, client: FlaskClient) -> list[Prompt]:
    key = request.param
    twilio = Twilio(client, SETTINGS["HANDRAIL_PUBLIC_URL"], SETTINGS["HANDRAIL_TWILIO_AUTH_TOKEN"])
    words = WORDS[key] + (MORE_WORDS if key == "1" else ())
    found = list(Walk(house, twilio, words, DEPTH[key]).prompts(key))
    for prompt in found:
        options = ",".join(prompt.options)
        print(f"{prompt.seconds:5.1f} s  [{options:9}]  {prompt.ends_in:6}  {' '.join(prompt.way)}: {prompt.words}")
    return found


def test_every_prompt_can_be_heard_remembered_and_answered(prompts: list[Prompt]) -> None:
    """That each takes keys and speech and waits, in a known voice and language, `Twilio.twiml` checks for all."""
    assert len(prompts) > 25
    for prompt in prompts:
        choices = [digit for digit in prompt.options if digit != "0"]
        assert len(set(choices)) == len(choices), prompt
        assert choices == sorted(choices), prompt
        assert len(choices) <= MOST_OPTIONS or (len(choices) == MOST_OPTIONS + 1 and choices[-1] == "4"), prompt
        assert "0" in prompt.options or not choices, prompt
        assert prompt.digit_before_option == [], prompt
        assert prompt.ends_in in ("Gather", "Record", "Hangup"), prompt
        if not any(line.slow for line in prompt.lines):
            assert prompt.seconds <= LONGEST_PROMPT, prompt
        if prompt.gather is not None:
            assert int(prompt.gather.get("timeout", "0")) >= SHORTEST_WAIT, prompt
