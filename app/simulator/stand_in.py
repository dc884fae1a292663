"""A stand-in for Twilio's Messages API, faithful in what Handrail uses of it.

Models twilio.com/docs/messaging/api/message-resource: create, list, status callbacks, default opt-out (21610).
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial
from hmac import compare_digest
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, make_response, request

from app.simulator.courier import Courier
from app.simulator.network import Network, Origin, RefusedError, Status, Text

MESSAGES = "/2010-04-01/Accounts/<account_sid>/Messages.json"


@dataclass(frozen=True, slots=True)
class TwilioStandIn:
    """One account with one number. `inbound_url` is the webhook that is told of texts to that number."""

    account_sid: str
    auth_token: str
    number: str
    inbound_url: str
    network: Network
    courier: Courier

    def resident_texts(self, phone: str, body: str) -> Text:
        """A resident sends `body`; Handrail hears of it in the background."""
        text = self.network.from_phone(phone, body)
        self.courier.later(partial(self._tell_handrail, text))
        return text

    def deliver(self, text: Text, callback_url: str | None) -> None:
        """Carry Handrail's text to the phone, reporting each step."""
        for status in (Status.SENT, Status.DELIVERED):
            self.courier.pause()
            self.network.move(text, status)
            if callback_url:
                self.courier.post(callback_url, self._status_form(text, status))

    def _tell_handrail(self, text: Text) -> None:
        form = {
            "ToCountry": "US",
            "FromCountry": "US",
            "SmsMessageSid": text.sid,
            "NumMedia": "0",
            "SmsSid": text.sid,
            "SmsStatus": "received",
            "FromCity": "",
            "Body": text.body,
            "To": self.number,
            "NumSegments": str(text.size.segments),
            "MessageSid": text.sid,
            "AccountSid": self.account_sid,
            "From": text.phone,
            "ApiVersion": "2010-04-01",
        }
        taken = self.courier.post(self.inbound_url, form)
        self.network.move(text, Status.RECEIVED if taken else Status.FAILED)

    def _status_form(self, text: Text, status: Status) -> dict[str, str]:
        return {
            "SmsSid": text.sid,
            "SmsStatus": status.value,
            "MessageStatus": status.value,
            "To": text.phone,
            "MessageSid": text.sid,
            "AccountSid": self.account_sid,
            "From": self.number,
            "ApiVersion": "2010-04-01",
        }


def twilio_blueprint(stand_in: TwilioStandIn) -> Blueprint:
    """POST and GET Messages.json with Twilio's status codes and JSON."""
    blueprint = Blueprint("twilio", __name__)
    blueprint.before_request(partial(check_account, stand_in.account_sid, stand_in.auth_token))

    @blueprint.post(MESSAGES)
    def create_message(account_sid: str) -> Response:
        if account_sid != stand_in.account_sid:
            return refusal(404, 20404, "The requested resource was not found")
        try:
            text = stand_in.network.to_phone(request.form.get("To", ""), request.form.get("Body", ""))
        except RefusedError as refused:
            return refusal(400, refused.code, refused.message)
        response = make_response(jsonify(_message(stand_in, text)), 201)
        deliver = partial(stand_in.deliver, text, request.form.get("StatusCallback"))
        response.call_on_close(partial(stand_in.courier.later, deliver))  # only once this has been answered
        return response

    @blueprint.get(MESSAGES)
    def list_messages(account_sid: str) -> Response:
        size = request.args.get("PageSize", 50, type=int)
        thread = reversed(stand_in.network.thread(request.args.get("To", "")))
        messages = [_message(stand_in, text) for text in thread if text.origin is Origin.HANDRAIL][:size]
        return jsonify(
            {
                "messages": messages,
                "page": 0,
                "page_size": size,
                "start": 0,
                "end": max(len(messages) - 1, 0),
                "uri": request.full_path,
                "first_page_uri": request.full_path,
                "previous_page_uri": None,
                "next_page_uri": None,
            }
        )

    return blueprint


def check_account(account_sid: str, auth_token: str) -> Response | None:
    """Twilio's refusal of a request without the account's log-in; None for one that may go on."""
    given = request.authorization
    user, password = (given.username or "", given.password or "") if given else ("", "")
    if compare_digest(user.encode(), account_sid.encode()) and compare_digest(password.encode(), auth_token.encode()):
        return None
    return refusal(401, 20003, "Authenticate")


def stand_in_app(stand_in: TwilioStandIn) -> Flask:
    """The stand-in as an application of its own, at the root: for tests and measurements on loopback."""
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(twilio_blueprint(stand_in))
    return app


def _message(stand_in: TwilioStandIn, text: Text) -> dict[str, Any]:
    at = format_datetime(text.at)
    uri = f"/2010-04-01/Accounts/{stand_in.account_sid}/Messages/{text.sid}"
    return {
        "sid": text.sid,
        "account_sid": stand_in.account_sid,
        "messaging_service_sid": None,
        "to": text.phone,
        "from": stand_in.number,
        "body": text.body,
        "status": text.status.value,
        "direction": "outbound-api",
        "num_segments": str(text.size.segments),
        "num_media": "0",
        "date_created": at,
        "date_updated": at,
        "date_sent": None if text.status is Status.QUEUED else at,
        "error_code": None,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "uri": uri + ".json",
        "subresource_uris": {"media": uri + "/Media.json"},
    }


def refusal(status: int, code: int, message: str) -> Response:
    """An error in Twilio's form."""
    said = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return make_response(jsonify(said), status)
