"""A stand-in for Twilio's Calls API: Handrail calls a phone, which rings on the page of that resident.

Models twilio.com/docs/voice/api/call-resource: create and list. Nobody has a mailbox here.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, make_response, request

from app.simulator.calls import Call, Calls, Exchange
from app.simulator.courier import Courier
from app.simulator.residents import fictional_number
from app.simulator.stand_in import check_account, refusal
from voice.render import RING

CALLS = "/2010-04-01/Accounts/<account_sid>/Calls.json"


def calls_api(exchange: Exchange, calls: Calls, auth_token: str, courier: Courier) -> Blueprint:
    """POST and GET Calls.json with Twilio's status codes and JSON."""
    blueprint = Blueprint("calls_api", __name__)
    blueprint.before_request(partial(check_account, exchange.account_sid, auth_token))

    @blueprint.post(CALLS)
    def create_call(account_sid: str) -> Response:
        phone, url = fictional_number(request.form.get("To", "")), request.form.get("Url", "")
        if account_sid != exchange.account_sid:
            return refusal(404, 20404, "The requested resource was not found")
        if phone is None:
            return refusal(400, 21211, "The phone number you are attempting to call is not valid.")
        if not url:
            return refusal(400, 21205, "Url parameter is required.")
        call = exchange.ring(phone, url)
        volunteers = urlsplit(url).path.endswith(f"/{RING}")  # no page shows their phones, so nobody picks up
        if not volunteers:
            calls.change(phone, lambda now: call if now is None or now.waits is None else now)
        response = make_response(jsonify(_call(exchange, call)), 201)
        if calls.of(phone) is not call:  # told only once this has been answered, as Twilio does
            status = "no-answer" if volunteers else "busy"
            response.call_on_close(partial(courier.later, partial(exchange.report, call, status)))
        return response

    @blueprint.get(CALLS)
    def list_calls(account_sid: str) -> Response:
        latest = calls.of(request.args.get("To", ""))
        found = [_call(exchange, latest)] if latest and latest.by_handrail else []
        said = {"calls": found, "page": 0, "page_size": 50, "uri": request.full_path, "next_page_uri": None}
        return jsonify(said)

    return blueprint


def _call(exchange: Exchange, call: Call) -> dict[str, Any]:
    return {
        "sid": call.sid,
        "account_sid": exchange.account_sid,
        "to": call.phone,
        "from": exchange.number,
        "direction": "outbound-api",
        "status": "ringing" if call.waits else "completed",
        "api_version": "2010-04-01",
        "date_created": None,
    }
