"""What a Twilio error code means for us; the table is data (errors.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.outbox.sender import Blame, DeliveryError

_TABLE = Path(__file__).with_name("errors.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownError:
    """One row of the table. `cause` is for the operator's log; it holds nothing of the message."""

    cause: str
    retryable: bool
    blame: Blame
    opted_out: bool = False
    uncertain: bool = False


@cache
def known_errors() -> Mapping[str, KnownError]:
    """Code -> what it means. Raises ValueError or TypeError for a row that makes no sense."""
    rows = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {code: KnownError(**(row | {"blame": Blame(row["blame"])})) for code, row in rows.items()}


def refusal(code: int | str | None, http_status: int) -> DeliveryError:
    """Twilio's error answer as ours: by its code, else by the HTTP status.

    503 says that nothing was taken. After any other 5xx the message may exist, so it is looked for before it
    is sent again. A 4xx that we don't know is for the operator to look at.
    """
    known = known_errors().get(str(code))
    if known:
        return DeliveryError(
            str(code),
            retryable=known.retryable,
            blame=known.blame,
            opted_out=known.opted_out,
            uncertain=known.uncertain,
        )
    said = str(code) if code and str(code) != str(http_status) else f"http-{http_status}"
    if http_status >= 500:
        return DeliveryError(said, retryable=True, blame=Blame.NETWORK, uncertain=http_status != 503)
    later = http_status in (408, 429)
    return DeliveryError(said, retryable=later, blame=Blame.NETWORK if later else Blame.OPERATOR)
