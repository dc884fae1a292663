"""A Reply as TwiML: its lines in the voice of their language, then what can be pressed or said.

Pure; the markup follows twilio.com/docs/voice/twiml. What is never left out: keys and speech at every prompt, a person
behind 0, the option named before its digit.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from urllib.parse import urlencode

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from core.conversation.call_back import PROMISES
from core.db.models.help_request import CallBack
from core.i18n.phrasebook import Phrasebook
from core.messages import Choice, Reply, Say, clean_text
from voice.spoken import for_the_ear, holds_a_number

TURN, DIALLED, SCREEN, SCREENED, RECORDED = "turn", "dialled", "screen", "screened", "recorded"
RING, CONNECT, CONNECTED = "ring", "connect", "connected"
"""Names of steps, all beside one another below /voice/: they hold wherever the public address begins."""
TAKE = "1"
"""The key with which a volunteer takes a call."""
MOST_SILENCES = 2
"""Re-prompts, each simpler than the one before; then a person."""
FOR_THE_EAR = ".spoken"
"""Behind a key of the catalogue: how the line is said, where it is written otherwise."""
WAIT = 10
"""Seconds of silence before we speak again; 60 for those who asked us to go slowly (relay calls need that long)."""
WAIT_SLOW = 60
_RING = 25  # seconds that the duty telephone rings, or a resident's
_LONGEST_RECORDING = 120  # seconds
_LONGEST_SAY = 2_900  # characters; Polly takes 3,000 (error 13521)
_LONGEST_HINTS = 900  # characters; Twilio takes 1,000
_RATE = "80%"
_LONGEST_NUMBER = 15  # digits, ITU-T E.164
_KEYED = frozenset({"phone", "postcode"})
"""What is awaited as a row of digits; "#" ends it."""
_THEN_THE_TONE = (
    PROMISES
    | {f"call_back.{window.value}" for window in CallBack}
    | {
        "call_back.call_again",
        "number.after_tone",
    }
)
"""Lines after which there is nothing left to ask: what they say next is recorded for a person."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """How Twilio says and hears a language: twilio.com/docs/voice/twiml/say/text-speech and gather."""

    voice: str
    says: str
    hears: str


TONGUES = {
    "en": Tongue("Polly.Joanna", "en-US", "en-US"),
    "es": Tongue("Polly.Lupe", "es-US", "es-US"),
    "zh": Tongue("Polly.Zhiyu", "cmn-CN", "cmn-Hans-CN"),
}


@dataclass(frozen=True, slots=True)
class CallView:
    """What rendering needs to know of the call. step: of the turn that this answers. silences: how often we have asked
    this already and heard nothing. duty_phone: whom to connect with, "" for nobody. message: of the outbox, which this
    step says; None for an answer to what they said.
    """

    step: int
    silences: int = 0
    duty_phone: str = ""
    caller_id: str = ""
    message: uuid.UUID | None = None


def render(reply: Reply, phrasebook: Phrasebook, call: CallView) -> str:
    """The TwiML of `reply`."""
    if reply.silence is not None:
        return goodbye(phrasebook, reply.language)
    if reply.connect and call.duty_phone:
        return _connected(reply, phrasebook, call)
    if any(line.key in _THEN_THE_TONE for line in reply.say) and not reply.expects.choices:
        return _voicemail(reply, phrasebook, call)
    response = VoiceResponse()
    if reply.say and reply.say[0].key == "emergency.gas":  # out of the house, now: nothing is asked
        _speak(response, [*_said(reply.say, reply, phrasebook)] * 2, slow=reply.slow)
        response.hangup()
        return str(response)
    _speak(_gather(response, reply, phrasebook, call), prompt(reply, phrasebook, call.silences), slow=reply.slow)
    return str(response)


def goodbye(phrasebook: Phrasebook, language: str, *keys: str) -> str:
    """The lines of `keys`, a goodbye, and the end of the call."""
    return _last_words(phrasebook, language, *keys, "call.goodbye")


def to_a_machine(phrasebook: Phrasebook, language: str) -> str:
    """What a mailbox may keep: nobody knows who will listen to it."""
    return _last_words(phrasebook, language, "call.machine")


def _last_words(phrasebook: Phrasebook, language: str, *keys: str) -> str:
    response = VoiceResponse()
    said = Reply(tuple(Say(key) for key in keys), language)
    _speak(response, _said(said.say, said, phrasebook), slow=False)
    response.hangup()
    return str(response)


def screen(phrasebook: Phrasebook, language: str) -> str:
    """What the duty volunteer hears before the resident: a voicemail presses no key, so it never takes a call."""
    return _to_be_taken("call.screen", phrasebook, language, CallView(0), SCREENED)


def ring(phrasebook: Phrasebook, language: str, message: uuid.UUID) -> str:
    """What the volunteer who wants to call a resident hears first. message: of the outbox, that rang them."""
    return _to_be_taken("call.ring", phrasebook, language, CallView(0, message=message), CONNECT)


def put_through(number: str, caller_id: str, message: uuid.UUID) -> str:
    """The volunteer pressed the key: the resident at `number` is rung, and sees our number."""
    response = VoiceResponse()
    response.append(_dial(number, caller_id, f"{CONNECTED}?{urlencode({'message': message})}"))
    return str(response)


def _to_be_taken(key: str, phrasebook: Phrasebook, language: str, call: CallView, action: str) -> str:
    asked = Reply((Say(key),), language)
    response = VoiceResponse()
    gather = _gather(response, asked, phrasebook, call, action=action)
    _speak(gather, _said(asked.say, asked, phrasebook), slow=False)
    response.hangup()
    return str(response)


def taken(*, yes: bool) -> str:
    """The volunteer's answer to `screen`: the call goes on, or not."""
    response = VoiceResponse()
    if not yes:
        response.hangup()
    return str(response)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line as it is said. language: a tag of `TONGUES`."""

    text: str
    language: str


def prompt(reply: Reply, phrasebook: Phrasebook, silences: int) -> list[Spoken]:
    """All that is said at a step: everything at first; after a silence the question and its answers; after two its
    answers alone.
    """
    expects = reply.expects
    told = [line for line in reply.say if line.language]  # options that the lines tell themselves, each in its tongue
    danger = [line for line in reply.say if line.key.startswith("emergency.")][:1]  # the number to call, every time
    if silences == 0:
        lines = [again for line in reply.say for again in _dictated(line)]
    elif silences == 1:
        numbers = [line for line in reply.say if holds_a_number(line) and line.key != "two.offer"]
        lines = [Say("call.not_heard"), *(told or danger or numbers or _question(reply, phrasebook))]
        lines += [Say("call.zero")] if told and not expects.person else []
    else:
        lines = [*danger, Say("call.last_try"), *told]
    spoken = _said(lines, reply, phrasebook)
    spoken += [] if told else [_option(choice, reply, phrasebook) for choice in expects.choices]
    if expects.person and silences < MOST_SILENCES:  # the last try has said so
        spoken += _said([Say("call.person")], reply, phrasebook)
    if not expects.choices and not expects.free and not expects.person:
        spoken += _said([Say("call.anything_else")], reply, phrasebook)
    return spoken


def _question(reply: Reply, phrasebook: Phrasebook) -> list[Say]:
    """The last line where it asks something; else how to hear all of it again, for the choices tell what is asked."""
    asks = reply.say and phrasebook.line(reply.say[-1], reply.language).rstrip().endswith(("?", "？"))
    whole = asks or reply.expects.free or not reply.expects.choices
    return [*reply.say[-1:]] if whole else [Say("call.repeat_hint")]


def _dictated(line: Say) -> list[Say]:
    """A line with a number to write down: the warning, the line, and the line again. Of two services only the names:
    the number of one comes when it is chosen. What they told us is read back once.
    """
    if line.key == "number.right":
        return [line]
    if line.key == "two.offer":
        return [replace(line, key="two.offer_without_phone")]
    return [Say("call.pen"), line, Say("call.once_more"), line] if holds_a_number(line) else [line]


def _option(choice: Choice, reply: Reply, phrasebook: Phrasebook) -> Spoken:
    language = phrasebook.language_or_default(reply.language)
    label = phrasebook.line(choice.label, language)
    text = phrasebook.text("call.option", language, label=label[:1].upper() + label[1:], number=str(choice.number))
    return Spoken(text, language)


def _said(lines: Sequence[Say], reply: Reply, phrasebook: Phrasebook) -> list[Spoken]:
    return [_spoken(line, line.language or reply.language, phrasebook) for line in lines]


def _spoken(line: Say, language: str, phrasebook: Phrasebook) -> Spoken:
    # A text that nobody has translated: no voice reads another language well, so the line is said in the text's own.
    language = phrasebook.whole_language(line, language)
    heard = for_the_ear(line, language, phrasebook)
    if line.key + FOR_THE_EAR in phrasebook.keys(language):
        heard = replace(heard, key=line.key + FOR_THE_EAR)
    text = phrasebook.line(heard, language)
    return Spoken(text[:1].upper() + text[1:], language)


def _gather(
    response: VoiceResponse, reply: Reply, phrasebook: Phrasebook, call: CallView, *, action: str = TURN
) -> Gather:
    tongue = TONGUES[phrasebook.language_or_default(reply.language)]
    query = {"step": call.step + 1, "silences": call.silences} | ({"message": call.message} if call.message else {})
    return response.gather(
        input="dtmf speech",
        action=f"{action}?{urlencode(query)}",
        method="POST",
        timeout=WAIT_SLOW if reply.slow else WAIT,
        num_digits=_LONGEST_NUMBER if reply.expects.free in _KEYED else 1,
        finish_on_key="#" if reply.expects.free in _KEYED else "",
        speech_timeout="3",
        language=tongue.hears,
        hints=_hints(reply, phrasebook) or None,
        profanity_filter=False,
        action_on_empty_result=True,
    )


def _hints(reply: Reply, phrasebook: Phrasebook) -> str:
    names = [phrasebook.names(choice, reply.language) for choice in reply.expects.choices]
    first_the_labels = (name.replace(",", " ") for nth in zip_longest(*names) for name in nth if name)
    hints = clean_text(", ".join(first_the_labels))[:_LONGEST_HINTS]
    return hints.rpartition(", ")[0] if len(hints) == _LONGEST_HINTS else hints


def _connected(reply: Reply, phrasebook: Phrasebook, call: CallView) -> str:
    response = VoiceResponse()
    _speak(response, _said([*reply.say, Say("call.connecting")], reply, phrasebook), slow=reply.slow)
    action = f"{DIALLED}?{urlencode({'step': call.step + 1})}"
    response.append(_dial(call.duty_phone, call.caller_id, action, url=SCREEN, method="POST"))
    return str(response)


def _dial(number: str, caller_id: str, action: str, **first_heard: str) -> Dial:
    # Our own number both ways: neither learns the other's.
    dial = Dial(
        caller_id=caller_id or None,
        timeout=_RING,
        action=action,
        method="POST",
        answer_on_bridge=True,
    )
    dial.number(number, **first_heard)
    return dial


def _voicemail(reply: Reply, phrasebook: Phrasebook, call: CallView) -> str:
    response = VoiceResponse()
    _speak(response, _said([*reply.say, Say("call.voicemail")], reply, phrasebook), slow=reply.slow)
    response.record(
        action=f"{RECORDED}?{urlencode({'step': call.step + 1})}",
        method="POST",
        max_length=_LONGEST_RECORDING,
        timeout=WAIT_SLOW if reply.slow else WAIT,
        finish_on_key="#",
        play_beep=True,
    )
    # Twilio goes on to here where nothing was said after the tone.
    _speak(response, _said([Say("call.goodbye")], reply, phrasebook), slow=reply.slow)
    response.hangup()
    return str(response)


def _speak(parent: VoiceResponse | Gather, lines: Sequence[Spoken], *, slow: bool) -> None:
    for line in lines:
        tongue = TONGUES[line.language]
        text = clean_text(line.text)[:_LONGEST_SAY]
        if slow:
            parent.say("", voice=tongue.voice, language=tongue.says).prosody(text, rate=_RATE)
        else:
            parent.say(text, voice=tongue.voice, language=tongue.says)
