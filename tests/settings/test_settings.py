"""A wrong setting refuses to start, in one plain sentence that names it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.wiring import build_sealer
from core.config import Config, ConfigError, check_for_service
from core.hours import parse_week_hours
from tests.conftest import SETTINGS

WRONG = {
    "HANDRAIL_TIMEZONE": "Mars/Olympus",
    "HANDRAIL_COUNTRY": "USA",
    "HANDRAIL_LANGUAGES": "english",
    "HANDRAIL_FOLLOWUP_DELAY": "soon",
    "HANDRAIL_DUTY_HOURS": "office hours",
    "HANDRAIL_CALL_BACK_MISSED": "yes",
    "HANDRAIL_SPEECH_COMMAND": "no-such-program --quiet",
    "HANDRAIL_DUTY_CONTACT": "the priest",
    "HANDRAIL_PUBLIC_URL": "help.example.org",
    "HANDRAIL_DATABASE_URL": "mysql://x",
    "HANDRAIL_BIND": "8000",
    "HANDRAIL_TWILIO_FROM": "555-0199",
    "HANDRAIL_SECRET_KEY": "changeme",
    "HANDRAIL_TELEGRAM_TOKEN": "the one from BotFather",
    "HANDRAIL_TELEGRAM_WEBHOOK_SECRET": "too short",
    "HANDRAIL_TELEGRAM_API_BASE": "localhost",
    "HANDRAIL_FOLOWUP_DELAY": "3d",
}


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        check_for_service(Config.from_env({**SETTINGS, name: value}))
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        "HANDRAIL_SECRET_KEY",
        "HANDRAIL_DATA_KEY",
        "HANDRAIL_TWILIO_ACCOUNT_SID",
        "HANDRAIL_TWILIO_AUTH_TOKEN",
        "HANDRAIL_TWILIO_FROM",
    ],
)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        check_for_service(Config.from_env({**SETTINGS, name: ""}))


TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
WEBHOOK = {"HANDRAIL_TELEGRAM_TOKEN": TOKEN, "HANDRAIL_TELEGRAM_WEBHOOK_SECRET": "0123456789abcdef-_ABC"}


def test_telegram_is_not_a_must_and_works_by_polling_or_by_webhook() -> None:
    for given in ({}, {"HANDRAIL_TELEGRAM_TOKEN": TOKEN}, WEBHOOK):
        check_for_service(Config.from_env({**SETTINGS, **given}))


@pytest.mark.parametrize(
    ("name", "value"), [("HANDRAIL_TELEGRAM_TOKEN", ""), ("HANDRAIL_PUBLIC_URL", "http://help.example.org")]
)
def test_a_webhook_of_telegram_needs_a_token_and_https(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        check_for_service(Config.from_env({**SETTINGS, **WEBHOOK, name: value}))


@pytest.mark.parametrize("name", ["HANDRAIL_TELEGRAM_TOKEN", "HANDRAIL_TELEGRAM_WEBHOOK_SECRET"])
def test_a_secret_is_not_repeated_when_it_is_refused(name: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Config.from_env({**SETTINGS, name: "canary 7391"})
    assert "canary" not in str(refused.value)


def test_a_data_key_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="HANDRAIL_DATA_KEY"):
        build_sealer(Config.from_env({**SETTINGS, "HANDRAIL_DATA_KEY": "1:c2hvcnQ="}))


def test_mail_to_the_duty_contact_needs_a_mail_server() -> None:
    with pytest.raises(ConfigError, match="SMTP_URL"):
        check_for_service(Config.from_env({**SETTINGS, "HANDRAIL_DUTY_CONTACT": "duty@example.org"}))


def test_the_country_brings_its_emergency_number_and_an_unknown_one_must_name_it() -> None:
    assert Config.from_env({**SETTINGS, "HANDRAIL_COUNTRY": "ES"}).emergency_number == "112"
    with pytest.raises(ConfigError, match="EMERGENCY_NUMBER"):
        Config.from_env({**SETTINGS, "HANDRAIL_COUNTRY": "JP"})


def test_the_right_settings_start() -> None:
    config = Config.from_env({**SETTINGS, "HANDRAIL_FOLLOWUP_DELAY": "90m"})
    check_for_service(config)
    assert config.followup_delay == timedelta(minutes=90)


def test_duty_hours_know_now_and_next() -> None:
    zone = ZoneInfo("America/New_York")
    hours = parse_week_hours("Mon-Fri 09:00-17:00; Sat 22:00-02:00")
    friday_evening = datetime(2026, 11, 27, 18, 0, tzinfo=zone)
    assert hours.open_until(friday_evening) is None
    assert hours.next_opening(friday_evening) == datetime(2026, 11, 28, 22, 0, tzinfo=zone)
    assert hours.open_until(datetime(2026, 11, 29, 1, 0, tzinfo=zone)) == datetime(2026, 11, 29, 2, 0, tzinfo=zone)
    assert hours.open_until(datetime(2026, 11, 30, 14, 0, tzinfo=UTC).astimezone(zone)) is not None
    assert parse_week_hours("").next_opening(friday_evening) is None
