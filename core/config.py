"""Every setting, read in one place from HANDRAIL_* environment variables; a wrong one refuses to start."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.hours import WeekHours, parse_week_hours

PREFIX = "HANDRAIL_"
EXAMPLE_SECRETS = frozenset({"changeme", "change-me", "secret", "example", "replace-me"})
EMERGENCY_NUMBERS = {"US": "911", "CA": "911", "GB": "999", "IE": "112", "ES": "112", "MX": "911", "AU": "000"}
"""ITU-T E.161.1 and the national regulators; the country's own main number."""
CRISIS_LINES = {"US": "988", "CA": "988", "GB": "116123", "IE": "116123", "ES": "024", "MX": "8009112000",
                "AU": "131114"}  # fmt: skip
"""National suicide and crisis lines: 988lifeline.org, samaritans.org, sanidad.gob.es (024), lifeline.org.au."""


class ConfigError(Exception):
    """A setting is missing or wrong; the message is one plain sentence that says which and why."""


def _setting(help_text: str, default: Any = "", example: str = "") -> Any:
    return field(default=default, metadata={"help": help_text, "example": example})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings. Field `x_y` is read from HANDRAIL_X_Y; its meaning stands in the field's metadata."""

    data_dir: Path = _setting("Folder for the database, the trained model and kept files.", Path("data"))
    database_url: str = _setting("Where the data lives. Empty: SQLite in DATA_DIR.", "",
                                 "postgresql+psycopg://handrail@db/handrail")  # fmt: skip
    secret_key: str = _setting("Signs the console's cookies; at least 32 characters.", "")
    data_key: str = _setting("Seals phone numbers: 1:<32 bytes, base64>; newer keys are added with a comma.", "")
    public_url: str = _setting("The address providers and volunteers use, as they type it.", "http://127.0.0.1:8000")
    bind: str = _setting("Interface and port that the web server listens on.", "127.0.0.1:8000")
    community_name: str = _setting("What residents call this service.", "Handrail")
    timezone: ZoneInfo = _setting("IANA time zone of the community.", ZoneInfo("America/New_York"))
    country: str = _setting("Two-letter country, for phone numbers and emergency numbers.", "US")
    needs_dir: Path | None = _setting("Folder with need files of the community's own.", None, "/etc/handrail/needs")
    understanding: str = _setting("How deep messages are read: light (words alone), default, or full (two encoders).",
                                  "default")  # fmt: skip
    languages: tuple[str, ...] = _setting("Languages offered, the first is the default.", ("en", "zh", "es"))
    emergency_number: str = _setting("Emergency number. Empty: the country's.", "")
    crisis_line: str = _setting("Suicide and crisis line. Empty: the country's.", "")
    followup_delay: timedelta = _setting('How long after closing we ask "did you get the help?" (30m, 12h, 3d).',
                                         timedelta(days=3))  # fmt: skip
    followup_patience: timedelta = _setting("How long we wait for that answer before a person calls.",
                                            timedelta(days=2))  # fmt: skip
    long_wait: timedelta = _setting("A request unclaimed this long is told to the duty contact.",
                                    timedelta(minutes=30))  # fmt: skip
    claim_idle: timedelta = _setting("A claim without any work for this long goes back to the queue.",
                                     timedelta(hours=8))  # fmt: skip
    duty_contact: str = _setting("Phone number or e-mail address told of emergencies and long waits.", "")
    duty_phone: str = _setting("Telephone that calls are connected to in duty hours. Empty: voicemail and a call back.",
                               "", "+12025550123")  # fmt: skip
    call_back_missed: bool = _setting("Whether who hangs up before saying anything is called back once: on or off.",
                                      False, "on")  # fmt: skip
    speech_command: str = _setting("Program that prints the words of a sound file, whose path is added. Empty: none.",
                                   "", "whisper-to-text --quiet")  # fmt: skip
    verify_per_day: int = _setting("How many listings providers are asked about in a day, at most.", 50)
    edits_need_approval: bool = _setting("Whether another coordinator approves each change of a listing: on or off.",
                                         False, "on")  # fmt: skip
    hsds_per_minute: int = _setting("Requests a minute that one address may make of the open directory. 0: none.", 120)
    duty_hours: WeekHours = _setting("When people answer, in local time.",
                                     parse_week_hours("Mon-Fri 09:00-17:00"), "Mon-Fri 09:00-17:00")  # fmt: skip
    smtp_url: str = _setting(
        "Mail server for e-mail to the duty contact and to providers.", "", "smtp://user:password@mail:587"
    )
    mail_from: str = _setting("Sender address of that e-mail.", "")
    twilio_account_sid: str = _setting("Twilio account, begins with AC.", "")
    twilio_auth_token: str = _setting("Twilio auth token; also checks the signature of what comes in.", "")
    twilio_from: str = _setting("The number residents text and call, in E.164.", "")
    twilio_api_base: str = _setting("Another server in place of api.twilio.com (tests, demo).", "")
    telegram_token: str = _setting("The bot's token, from BotFather. Empty: no Telegram.", "")
    telegram_webhook_secret: str = _setting(
        "Telegram posts to us, and proves itself with this. Empty: we ask it for news.", ""
    )
    telegram_api_base: str = _setting("Another server in place of api.telegram.org (tests, demo).", "")

    @property
    def sqlite(self) -> bool:
        """Whether the database is the embedded one."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """The settings in `env`. Raises ConfigError for a value that cannot be meant."""
        known = {PREFIX + f.name.upper(): f for f in fields(cls)}
        unknown = sorted(k for k in env if k.startswith(PREFIX) and k not in known and k != PREFIX + "TEST_DATA")
        if unknown:
            raise ConfigError(f"{unknown[0]} is not a setting of Handrail; see docs/configuration.md.")
        given = {f.name: _parse(name, f.name, env[name]) for name, f in known.items() if env.get(name, "").strip()}
        return cls._completed(given)

    @classmethod
    def _completed(cls, given: dict[str, Any]) -> Self:
        data_dir = Path(given.get("data_dir", "data"))
        given.setdefault("database_url", f"sqlite:///{data_dir / 'handrail.sqlite3'}")
        country = given.get("country", "US")
        for name, table in (("emergency_number", EMERGENCY_NUMBERS), ("crisis_line", CRISIS_LINES)):
            if name not in given and country not in table:
                raise ConfigError(f"{PREFIX}{name.upper()} must be set: Handrail knows none for {country}.")
            given.setdefault(name, table.get(country))
        return cls(**given)


def check_for_service(config: Config) -> None:
    """Refuse to serve residents with settings that would lose or expose a message. Raises ConfigError."""
    for name in ("secret_key", "data_key"):
        value = getattr(config, name)
        if not value:
            raise ConfigError(f"{PREFIX}{name.upper()} must be set; `handrail keys` prints a fresh one.")
        if value.casefold() in EXAMPLE_SECRETS:
            raise ConfigError(f"{PREFIX}{name.upper()} is an example; `handrail keys` prints a fresh one.")
    if len(config.secret_key) < 32:
        raise ConfigError(f"{PREFIX}SECRET_KEY must have at least 32 characters; `handrail keys` prints a fresh one.")
    for name in ("twilio_account_sid", "twilio_auth_token", "twilio_from"):
        if not getattr(config, name):
            raise ConfigError(f"{PREFIX}{name.upper()} must be set, or no text message can come in or go out.")
    _check_telegram(config)
    if config.duty_contact and "@" in config.duty_contact and not (config.smtp_url and config.mail_from):
        raise ConfigError(f"{PREFIX}DUTY_CONTACT is an e-mail address, so {PREFIX}SMTP_URL and MAIL_FROM must be set.")


def _check_telegram(config: Config) -> None:
    if not config.telegram_webhook_secret:
        return
    if not config.telegram_token:
        raise ConfigError(f"{PREFIX}TELEGRAM_WEBHOOK_SECRET is set, so {PREFIX}TELEGRAM_TOKEN must be set too.")
    if not config.telegram_api_base and not config.public_url.startswith("https://"):
        raise ConfigError(f"{PREFIX}PUBLIC_URL must begin with https://, or Telegram cannot post to Handrail.")


def parse_duration(text: str) -> timedelta:
    """ "90s", "30m", "12h" or "3d" as a duration. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,5})\s*([smhd])", text.strip().casefold())
    if not match:
        raise ValueError("must be a number with s, m, h or d, such as 30m or 3d")
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[match[2]]
    return timedelta(**{unit: int(match[1])})


def _parse(variable: str, name: str, raw: str) -> Any:
    try:
        return _PARSERS.get(name, str)(raw.strip())
    except ValueError as error:
        raise ConfigError(f"{variable} {error}.") from None


def _zone(raw: str) -> ZoneInfo:
    try:
        return ZoneInfo(raw)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'must be an IANA time zone such as Europe/Madrid, not "{raw}"') from None


def _url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f'must be a web address such as https://help.example.org, not "{raw}"')
    return raw.rstrip("/")


def _country(raw: str) -> str:
    if not re.fullmatch("[A-Za-z]{2}", raw):
        raise ValueError(f'must be a two-letter country such as US, not "{raw}"')
    return raw.upper()


def _languages(raw: str) -> tuple[str, ...]:
    tags = tuple(filter(None, (t.strip() for t in raw.split(","))))
    if not tags or not all(re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]+)?", t) for t in tags):
        raise ValueError(f'must be language tags with commas such as en,zh,es, not "{raw}"')
    return tags


def _e164(raw: str) -> str:
    if not re.fullmatch(r"\+[1-9]\d{6,14}", raw):
        raise ValueError(f'must be a phone number such as +12025550100, not "{raw}"')
    return raw


def _command(raw: str) -> str:
    try:
        words = shlex.split(raw)
    except ValueError:
        raise ValueError("has a quotation mark without its second half") from None
    if not words or shutil.which(words[0]) is None:
        raise ValueError("names no program that can be run here")
    return raw


def _telegram_token(raw: str) -> str:
    if not re.fullmatch(r"\d{3,20}:[A-Za-z0-9_-]{20,100}", raw, re.ASCII):
        raise ValueError("must be the token that BotFather gave: digits, a colon, and letters")
    return raw


def _webhook_secret(raw: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", raw):  # what Telegram allows, but not so short that it is guessed
        raise ValueError("must be 16 to 256 letters, digits, _ or -")
    return raw


def _count(raw: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", raw):
        raise ValueError(f'must be a whole number, not "{raw}"')
    return int(raw)


def _contact(raw: str) -> str:
    return raw if re.fullmatch(r"[^@\s]+@[^@\s]+", raw) else _e164(raw)


def _database(raw: str) -> str:
    if raw.startswith(("sqlite:///", "postgresql+psycopg://")):
        return raw
    raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")


def _bind(raw: str) -> str:
    if not re.fullmatch(r"[\w.:\[\]-]+:\d{1,5}", raw):
        raise ValueError(f'must be an interface and a port such as 127.0.0.1:8000, not "{raw}"')
    return raw


def _switch(raw: str) -> bool:
    if raw not in ("on", "off"):
        raise ValueError(f'must be on or off, not "{raw}"')
    return raw == "on"


def _depth(raw: str) -> str:
    if raw not in ("light", "default", "full"):
        raise ValueError(f'must be light, default or full, not "{raw}"')
    return raw


_PARSERS: dict[str, Any] = {
    "data_dir": Path,
    "needs_dir": Path,
    "database_url": _database,
    "public_url": _url,
    "bind": _bind,
    "timezone": _zone,
    "country": _country,
    "languages": _languages,
    "understanding": _depth,
    "followup_delay": parse_duration,
    "followup_patience": parse_duration,
    "long_wait": parse_duration,
    "claim_idle": parse_duration,
    "verify_per_day": _count,
    "hsds_per_minute": _count,
    "duty_contact": _contact,
    "duty_phone": _e164,
    "duty_hours": parse_week_hours,
    "call_back_missed": _switch,
    "edits_need_approval": _switch,
    "speech_command": _command,
    "twilio_from": _e164,
    "twilio_api_base": _url,
    "telegram_token": _telegram_token,
    "telegram_webhook_secret": _webhook_secret,
    "telegram_api_base": _url,
}
