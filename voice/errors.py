"""What Twilio's refusal to place a call means for us."""

from __future__ import annotations

from core.outbox.sender import Blame, DeliveryError

WRONG_NUMBERS = frozenset({"13223", "13224", "13225", "21201", "21211", "21214", "21217"})
"""Codes of twilio.com/docs/api/errors for a number that no call will ever reach."""
COME_BACK_LATER = frozenset({"10004", "20429"})
"""Too many calls or questions at once."""


def refusal(code: int | str | None, http_status: int) -> DeliveryError:
    """Twilio's error answer as ours: by its code, else by the HTTP status.

    503 says that nothing was taken. After any other 5xx the call may have been placed, so it is looked for before it
    is placed again. A 4xx that we don't know is for the operator to look at.
    """
    said = str(code) if code and str(code) != str(http_status) else f"http-{http_status}"
    if said in WRONG_NUMBERS:
        return DeliveryError(said, retryable=False, blame=Blame.CONTACT)
    if http_status >= 500:
        return DeliveryError(said, retryable=True, blame=Blame.NETWORK, uncertain=http_status != 503)
    later = said in COME_BACK_LATER or http_status in (408, 429)
    return DeliveryError(said, retryable=later, blame=Blame.NETWORK if later else Blame.OPERATOR)
