"""The demo: settings that need nobody, a sample community, two log-ins, stand-ins for the providers."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.config import PREFIX, Config
from core.db.engine import Database
from core.db.migrate import upgrade
from core.db.models.volunteer import Role
from core.db.sealing import fresh_key
from core.directory.importing import import_path
from core.directory.queries import counts_by_source
from core.helpdesk.volunteers import add_volunteer, all_volunteers

SAMPLE = Path(__file__).parent.parent / "core" / "directory" / "sample"
DATA_DIR = "data/demo"
SAMPLE_SOURCE = "sample"
LOG_INS = (("vera", "Vera", Role.VOLUNTEER), ("cora", "Cora", Role.COORDINATOR))
PASSWORD = "handrail-demo"  # noqa: S105  (printed at every start, for a town that is invented)
HANDRAIL_NUMBER = "+12025550199"
DUTY_NUMBER = "+12025550198"
BOT_ID = 1_000_000_199
"""What the invented token of the bot in Telegram begins with."""
_DAYTIME = 10


def demo_settings(env: Mapping[str, str], bind: str) -> dict[str, str]:
    """Settings for a demo, over which those in `env` win; secrets are made once and kept in the data folder."""
    data_dir = Path(env.get(PREFIX + "DATA_DIR", DATA_DIR))
    public_url = env.get(PREFIX + "PUBLIC_URL", f"http://{bind}")
    settings = {
        "DATA_DIR": str(data_dir),
        "BIND": bind,
        "PUBLIC_URL": public_url,
        "TIMEZONE": _zone_where_it_is_day(datetime.now(UTC)),
        "DUTY_HOURS": "Mon-Sun 08:00-20:00",
        "DUTY_CONTACT": DUTY_NUMBER,
        "FOLLOWUP_DELAY": "2m",
        "FOLLOWUP_PATIENCE": "30m",
        "LONG_WAIT": "10m",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_FROM": HANDRAIL_NUMBER,
        "TWILIO_API_BASE": f"{public_url}/try/twilio",
        "TELEGRAM_API_BASE": f"{public_url}/try/telegram",
        **_secrets(data_dir),
    }
    return {PREFIX + name: env.get(PREFIX + name) or value for name, value in settings.items()}


def prepare_demo(database: Database, config: Config, *, quick: bool = False) -> None:
    """Tables, the sample community and (unless `quick`) the demo log-ins, as far as they are missing."""
    upgrade(database)
    now = datetime.now(UTC)
    with database.read() as session:
        empty = not counts_by_source(session)
        known = {volunteer.username for volunteer in all_volunteers(session)}
    if empty:
        import_path(database, SAMPLE, source_name=SAMPLE_SOURCE, mapping=None, now=now)
    if quick:
        return
    with database.write() as session:
        for username, name, role in LOG_INS:
            if username not in known:
                add_volunteer(session, username, name, PASSWORD, role, now)


def welcome(config: Config) -> str:
    """What `handrail demo` prints: where to look and how to get in."""
    local = datetime.now(config.timezone)
    rows = [
        "",
        f"  Handrail demo       {config.public_url}",
        f"  phones to try       {config.public_url}/try/",
        f"  volunteers          {config.public_url}/console/",
        *(f"  log-in              {username} / {PASSWORD}   ({role})" for username, _, role in LOG_INS),
        f"  in Larkfield it is  {local:%A %H:%M}",
        f"  follow-up question  {_minutes(config)} after a request is closed",
        "",
    ]
    return "\n".join(rows)


def _minutes(config: Config) -> str:
    return f"{config.followup_delay.total_seconds() / 60:g} minutes"


def _zone_where_it_is_day(now: datetime) -> str:
    # Messages we start keep to daytime: a demo shown at night would seem to be stuck.
    hours = (_DAYTIME - now.hour + 12) % 24 - 12
    zone = f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"
    return str(ZoneInfo(zone))


def _secrets(data_dir: Path) -> dict[str, str]:
    file = data_dir / "demo-secrets.json"
    known = dict(json.loads(file.read_text())) if file.exists() else {}
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_KEY": fresh_key(),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TELEGRAM_TOKEN": f"{BOT_ID}:{secrets.token_hex(18)[:35]}",
        "TELEGRAM_WEBHOOK_SECRET": secrets.token_urlsafe(32),
    }
    kept = fresh | known  # a demo of an earlier version has made some of them
    if kept != known:
        data_dir.mkdir(parents=True, exist_ok=True)
        with open(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
            json.dump(kept, out)
    return kept
