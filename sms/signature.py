"""Did Twilio send this? Checked with Twilio's own validator against the address from our settings."""

from __future__ import annotations

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

HEADER = "X-Twilio-Signature"


def signed_by_twilio(auth_token: str, url: str, query: str, form: MultiDict[str, str], signature: str | None) -> bool:
    """Whether `signature` fits `form` as posted to `url` + "?" + `query`.

    `url` is the public address from our settings with the path: Host and X-Forwarded-* are never looked at,
    since whoever calls can write them. `query` is as it came over the wire: decoding it breaks the signature.
    """
    if not signature or not auth_token:
        return False
    url += f"?{query}" if query else ""
    return bool(RequestValidator(auth_token).validate(url, form, signature))
