"""The addresses that Twilio posts to during a call. Each step is answered with TwiML, and a repeat of it alike."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Blueprint, Response, request

from core.conversation.starting import is_call_back
from core.db.models.outgoing import Delivery
from core.messages import CallEvent, Channel, Media, Reply, Say
from voice.deps import VoiceDeps
from voice.parse import ParseError, Step, message_in, parse, seconds_of, talked
from voice.render import (
    CONNECT,
    CONNECTED,
    DIALLED,
    MOST_SILENCES,
    RECORDED,
    RING,
    SCREEN,
    SCREENED,
    TAKE,
    TURN,
    CallView,
    goodbye,
    render,
    screen,
    taken,
    to_a_machine,
)
from voice.ringing import connect, connected, rung

PREFIX = "/voice"
INBOUND = "inbound"
OUTBOUND = "outbound"
STATUS = "status"
_AGAIN = "*"
_OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
"""Twilio's CallStatus (twilio.com/docs/voice/api/call-resource) of a call that has ended."""
_WE_CALLED = "outbound-api"
"""Twilio's Direction of a call that we placed; that to the duty telephone is "outbound-dial"."""
_NO_PERSON = ("machine", "fax")
"""How Twilio's AnsweredBy begins where nobody hears us (twilio.com/docs/voice/answering-machine-detection)."""
_UNHEARD = {"completed": "not-heard"}
"""The code kept of a call that we placed and that nobody heard; for all other states it is the state."""


def voice_blueprint(deps: VoiceDeps) -> Blueprint:
    """POST to each of `_STEPS` and to status, below /voice/. 400 for a form that is no call; what `receive` raises goes
    up, so that nothing is acknowledged that isn't stored.
    """
    blueprint = Blueprint("voice", __name__, url_prefix=PREFIX)
    blueprint.before_request(deps.guard)
    for name, step in _STEPS.items():
        blueprint.add_url_rule(f"/{name}", name, _view_of(deps, step), methods=["POST"])

    @blueprint.post(f"/{STATUS}")
    def status() -> Response:
        said = request.form.get("CallStatus", "")
        if said in _OVER:
            _over(deps, parse(request.form), said)
        return Response(status=204)

    @blueprint.errorhandler(ParseError)
    def malformed(error: ParseError) -> tuple[str, int, dict[str, str]]:
        return f"{error}\n", 400, {"Content-Type": "text/plain; charset=utf-8"}

    return blueprint


def _view_of(deps: VoiceDeps, step: Callable[[VoiceDeps], str]) -> Callable[[], Response]:
    return lambda: Response(step(deps), mimetype="text/xml")


def _inbound(deps: VoiceDeps) -> str:
    """The call begins."""
    return _answer(deps, parse(request.form), 0, call=CallEvent.STARTED)


def _turn(deps: VoiceDeps) -> str:
    """What they pressed or said, or that they did neither."""
    step, number, silences = parse(request.form), _number("step"), _number("silences")
    if step.digits == _AGAIN:
        return _again(deps, _before(deps, step, number), number)
    if not step.heard_nothing:
        return _answer(deps, step, number)
    before = _before(deps, step, number)
    if _is_the_end(before):
        return goodbye(deps.phrasebook, before.language)
    if before.expects.optional:
        return _answer(deps, step, number, call=CallEvent.SILENT)
    if silences < MOST_SILENCES:
        return _again(deps, before, number, silences + 1)
    if _message():  # it was we who wanted something: that they don't answer is no cry for help
        return goodbye(deps.phrasebook, before.language)
    return _answer(deps, step, number, call=CallEvent.SILENT)


def _outbound(deps: VoiceDeps) -> str:
    """A call that we placed was answered. Only now is its message delivered, if it is a person who listens."""
    step, message = parse(request.form), _message()
    if message is None:
        raise ParseError("message is missing")
    said = _what_we_called_for(deps, message)
    if said is None:
        return goodbye(deps.phrasebook, deps.language)
    if request.form.get("AnsweredBy", "").startswith(_NO_PERSON):
        deps.record_status(Channel.VOICE, step.call_sid, Delivery.FAILED, "machine")
        return to_a_machine(deps.phrasebook, said.language)
    deps.record_status(Channel.VOICE, step.call_sid, Delivery.DELIVERED, None)
    if is_call_back(said):
        return _answer(deps, step, 0, call=CallEvent.CALLED_BACK)
    return render(said, deps.phrasebook, replace(_call_view(deps, 0), message=message))


def _dialled(deps: VoiceDeps) -> str:
    """What came of connecting them with the duty telephone."""
    step, number = parse(request.form), _number("step")
    if talked(request.form):
        return goodbye(deps.phrasebook, _before(deps, step, number).language)
    return _answer(deps, step, number, call=CallEvent.NOT_TAKEN)


def _screen(deps: VoiceDeps) -> str:
    """The duty telephone was picked up, by a person or by a machine."""
    return screen(deps.phrasebook, deps.language)


def _screened(deps: VoiceDeps) -> str:
    return taken(yes=request.form.get("Digits") == TAKE)


def _recorded(deps: VoiceDeps) -> str:
    """They left a message, or hung up instead."""
    step, number, url = parse(request.form), _number("step"), request.form.get("RecordingUrl", "")
    seconds = seconds_of(request.form.get("RecordingDuration", "0"))
    if not url.startswith(("https://", "http://")) or seconds == 0:
        return goodbye(deps.phrasebook, _before(deps, step, number).language)
    # Its key is not passed on: "#" ended the recording, and is no way back.
    media = (Media(url, "audio/x-wav", seconds),)
    left = Step(step.call_sid, step.address).inbound(number, deps.clock.now(), media=media)
    return goodbye(deps.phrasebook, deps.receive(left).language, "call.voicemail_kept")


_STEPS: Mapping[str, Callable[[VoiceDeps], str]] = {
    INBOUND: _inbound,
    OUTBOUND: _outbound,
    TURN: _turn,
    DIALLED: _dialled,
    SCREEN: _screen,
    SCREENED: _screened,
    RING: rung,
    CONNECT: connect,
    CONNECTED: connected,
    RECORDED: _recorded,
}
"""What each address answers with: TwiML."""


def _answer(deps: VoiceDeps, step: Step, number: int, *, call: CallEvent | None = None) -> str:
    reply = deps.receive(step.inbound(number, deps.clock.now(), call=call))
    return render(reply, deps.phrasebook, _call_view(deps, number))


def _before(deps: VoiceDeps, step: Step, number: int) -> Reply:
    """What we said at the step before. Of a call that we know nothing of, nothing was expected."""
    if message := _message():
        return _what_we_called_for(deps, message) or Reply((), deps.language)
    return deps.recall(step.inbound(number - 1, deps.clock.now())) or Reply((), deps.language)


def _again(deps: VoiceDeps, before: Reply, number: int, silences: int = 0) -> str:
    """What we said at the step before `number`, once more."""
    call = replace(_call_view(deps, number - 1, silences), message=_message())
    return render(before, deps.phrasebook, call)


def _what_we_called_for(deps: VoiceDeps, message: uuid.UUID) -> Reply | None:
    """Who we are, and the message."""
    said = deps.outgoing(message)
    return replace(said, say=(Say("call.greeting"), *said.say)) if said else None


def _over(deps: VoiceDeps, step: Step, said: str) -> None:
    """A call has ended."""
    if request.form.get("Direction") == _WE_CALLED:
        # That it was heard was recorded when it was picked up, and a message doesn't go back on that.
        deps.record_status(Channel.VOICE, step.call_sid, Delivery.FAILED, _UNHEARD.get(said, said))
        if deps.recall(step.inbound(1, deps.clock.now())) is None:
            return  # they said nothing; perhaps they are on the line with us in another call
    deps.receive(step.inbound("end", deps.clock.now(), call=_ending(deps, step)))


def _ending(deps: VoiceDeps, step: Step) -> CallEvent:
    now = deps.clock.now()
    begun, answered = (deps.recall(step.inbound(number, now)) for number in (0, 1))
    return CallEvent.MISSED if begun and answered is None else CallEvent.ENDED


def _is_the_end(reply: Reply) -> bool:
    expects = reply.expects
    return not expects.choices and not expects.free and not expects.person


def _call_view(deps: VoiceDeps, step: int, silences: int = 0) -> CallView:
    return CallView(step, silences, deps.duty_phone, deps.caller_id)


def _number(name: str) -> int:
    """A number that we wrote into the address ourselves; the signature covers it."""
    said = request.args.get(name, "")
    if not said.isdecimal() or len(said) > 4:
        raise ParseError(f"{name} is missing or malformed")
    return int(said)


def _message() -> uuid.UUID | None:
    """The message of the outbox that this step is about; None for all but the first one of a call that we placed."""
    return message_in(request.args)
