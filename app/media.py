"""Pictures and recordings: fetched once from the provider, kept in the database, shown to the volunteer."""

from __future__ import annotations

import logging
import uuid
from urllib.parse import urlsplit

import requests

from app.wiring import House
from bot.files import SCHEME, TooLarge, fetch
from core.config import Config
from core.db.models.conversation import InboundMedia

log = logging.getLogger(__name__)

LARGEST = 16 * 1024 * 1024
"""Bytes. An MMS carries 5 MB at most at Twilio. What lies with Telegram may have the 20 MB that it gives to a bot."""
TIMEOUT = (5.0, 15.0)
PROVIDERS = frozenset({"api.twilio.com"})
"""Hosts that media may be fetched from: an address in a message must never make us call another machine."""
STORES = (".twilio.com", ".twiliocdn.com", ".amazonaws.com")
"""Where Twilio sends us on to for the file itself."""


def fetch_media(house: House, media_id: uuid.UUID) -> bool:
    """Fetch and keep one item, unless it is kept already or never can be. False: try again later."""
    with house.database.read() as session:
        item = session.get(InboundMedia, media_id)
    if item is None or item.fetched_at:
        return True
    try:
        content = _download(house, item.url)
    except TooLarge:
        log.error("media was not fetched: it is too large")
        return True
    if content is None:
        return False
    with house.database.write() as session:
        row = session.get_one(InboundMedia, media_id)
        row.content, row.fetched_at = content, house.clock.now()
    return True


def kept_media(house: House, media_id: uuid.UUID) -> tuple[str, bytes] | None:
    """Content type and bytes of an item that is kept; None otherwise."""
    with house.database.read() as session:
        item = session.get(InboundMedia, media_id)
    return (item.content_type, item.content) if item and item.content is not None else None


def _download(house: House, url: str) -> bytes | None:
    if house.telegram and url.startswith(SCHEME):  # a name and no web address: no machine can be named by it
        return fetch(house.telegram, url)
    return _from_twilio(house.config, url)


def _from_twilio(config: Config, url: str) -> bytes | None:
    if not allowed(config, url):
        log.error("media was not fetched: its address is not the provider's")
        return None
    login = (config.twilio_account_sid, config.twilio_auth_token)
    try:
        response = requests.get(url, auth=login, timeout=TIMEOUT, allow_redirects=False, stream=True)
        if response.is_redirect:  # Twilio sends us on to its store, by a signed address that needs no log-in
            target = response.headers.get("Location", "")
            if not _is_store(target):
                log.error("media was not fetched: it was moved to where the provider keeps nothing")
                return None
            response = requests.get(target, timeout=TIMEOUT, allow_redirects=False, stream=True)
        if response.status_code != 200:
            return None
        content = response.raw.read(LARGEST + 1, decode_content=True)
    except requests.RequestException as error:
        log.warning("media could not be fetched: %s", type(error).__name__)
        return None
    return content if len(content) <= LARGEST else None


def _is_store(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and (parts.hostname or "").endswith(STORES)


def allowed(config: Config, url: str) -> bool:
    """Whether `url` is an address of the provider's own, as configured."""
    parts = urlsplit(url)
    if config.twilio_api_base:
        base = urlsplit(config.twilio_api_base)
        return (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
    return parts.scheme == "https" and parts.hostname in PROVIDERS and parts.port in (None, 443)
