"""The two addresses that Twilio posts to: what residents text, and how far our own texts got."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, Response, abort, request

from core.clock import Clock
from core.config import Config
from core.db.models.outgoing import Delivery
from core.messages import Channel, Inbound, Reply
from sms.parse import ParseError, parse
from sms.signature import HEADER, signed_by_twilio

INBOUND = "/sms/inbound"
STATUS = "/sms/status"
LARGEST_BODY = 256 * 1024
"""Bytes. Twilio sends up to about 20,000; 10,000 characters of any script still fit."""
_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

_DELIVERY = {
    "accepted": Delivery.SENDING,
    "scheduled": Delivery.SENDING,
    "queued": Delivery.SENDING,
    "sending": Delivery.SENDING,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.FAILED,
}
"""Twilio's MessageStatus (twilio.com/docs/messaging/api/message-resource) in our words."""

Receive = Callable[[Inbound], Reply]
RecordStatus = Callable[[Channel, str, Delivery, str | None], None]


def sms_blueprint(config: Config, receive: Receive, record_status: RecordStatus, clock: Clock) -> Blueprint:
    """POST /sms/inbound and /sms/status. 403 without a good signature, 400 for a form that is no message,
    413 for too much; whatever `receive` raises goes up, so that nothing is acknowledged that isn't stored."""
    blueprint = Blueprint("sms", __name__)

    blueprint.before_request(only_twilio(config))

    @blueprint.post(INBOUND)
    def inbound() -> Response:
        receive(parse(request.form, clock.now()))
        # The answer leaves through the outbox, with a status and a retry; here it would have neither.
        return Response(_EMPTY_TWIML, mimetype="text/xml")

    @blueprint.post(STATUS)
    def status() -> Response:
        provider_id, said = request.form.get("MessageSid", ""), request.form.get("MessageStatus", "")
        if not re.fullmatch(r"[A-Z]{2}\w{1,62}", provider_id, re.ASCII) or not said:
            raise ParseError("MessageSid or MessageStatus is missing or malformed")
        if said in _DELIVERY:
            record_status(Channel.SMS, provider_id, _DELIVERY[said], _error_code(request.form.get("ErrorCode", "")))
        return Response(status=204)

    @blueprint.errorhandler(ParseError)
    def malformed(error: ParseError) -> tuple[str, int, dict[str, str]]:
        return f"{error}\n", 400, {"Content-Type": "text/plain; charset=utf-8"}

    return blueprint


def only_twilio(config: Config) -> Callable[[], None]:
    """What a blueprint of Twilio's does before a request: 403 without a good signature, 400 for a field sent twice."""

    def let_only_twilio_in() -> None:
        request.max_content_length = LARGEST_BODY
        query = request.query_string.decode("latin-1")
        given = request.headers.get(HEADER)
        url = config.public_url + request.path
        if not signed_by_twilio(config.twilio_auth_token, url, query, request.form, given):
            abort(403)
        if any(len(values) > 1 for _, values in request.form.lists()):
            abort(400)  # Twilio sends each field once; the second would be read by no one

    return let_only_twilio_in


def _error_code(said: str) -> str | None:
    return said if re.fullmatch(r"[1-9]\d{0,9}", said, re.ASCII) else None
