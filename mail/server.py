"""Where the mail server is and how to log in, from HANDRAIL_SMTP_URL."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from core.config import ConfigError

_PORTS = {"smtp": 587, "smtps": 465}
"""Submission, and submission over TLS (RFC 8314)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """`tls` is from the first byte; without it STARTTLS is used where the server offers it."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""


def parse_smtp_url(url: str) -> MailServer:
    """The server in smtp://user:password@host:587 or smtps://host. Raises ConfigError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ConfigError("HANDRAIL_SMTP_URL must look like smtp://user:password@mail.example.org:587.")
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
