"""A volunteer calls a resident: what is answered once the volunteer's own telephone was picked up, step by step."""

from __future__ import annotations

import uuid

from flask import request

from core.db.models.outgoing import Delivery
from core.helpdesk.events import CallOutcome
from core.messages import Channel
from voice.deps import VoiceDeps
from voice.parse import ParseError, message_in, parse, talked
from voice.render import TAKE, goodbye, put_through, ring


def rung(deps: VoiceDeps) -> str:
    """The volunteer has picked up; or their mailbox has, which presses no key."""
    parse(request.form)
    message = _message()
    return ring(deps.phrasebook, _language(deps, message), message)


def connect(deps: VoiceDeps) -> str:
    """Which key they pressed. Before that nothing rings at the resident's."""
    step, message = parse(request.form), _message()
    if step.digits != TAKE:
        deps.record_status(Channel.VOICE, step.call_sid, Delivery.FAILED, "not-taken")
        return goodbye(deps.phrasebook, _language(deps, message))
    deps.record_status(Channel.VOICE, step.call_sid, Delivery.DELIVERED, None)
    number = deps.number_to_connect(message)
    if number is None:
        deps.call_ended(message, CallOutcome.NOT_PLACED)
        return goodbye(deps.phrasebook, _language(deps, message), "call.not_called")
    return put_through(number, deps.caller_id, message)


def connected(deps: VoiceDeps) -> str:
    """What came of ringing the resident."""
    parse(request.form)
    message, spoke = _message(), talked(request.form)
    deps.call_ended(message, CallOutcome.SPOKE if spoke else CallOutcome.NO_ANSWER)
    return goodbye(deps.phrasebook, _language(deps, message), *(() if spoke else ("call.no_answer",)))


def _message() -> uuid.UUID:
    """The message of the outbox that had the volunteer rung."""
    message = message_in(request.args)
    if message is None:
        raise ParseError("message is missing")
    return message


def _language(deps: VoiceDeps, message: uuid.UUID) -> str:
    said = deps.outgoing(message)
    return said.language if said else deps.language
