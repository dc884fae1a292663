"""Every prompt of a call in one table: what is heard, how long that takes, what can be pressed.

    python -m bench.prompts

It walks through all that can be reached in a few steps, by every key and by some words, in the sample community
(tests/voice/walk.py). tests/voice/test_every_prompt.py holds the same prompts to what callers need; this is for reading
them. The table goes to bench/results/prompts.md with the machine and the commit. Takes a minute or two.
"""

from __future__ import annotations

import os
import platform
import random
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

from app.web import create_app
from app.wiring import build_house
from bench.inbound import RESULTS, sample_database
from core.config import Config
from intents.building import load_or_train
from intents.catalogue import load_catalogue
from intents.model import Model
from tests.conftest import ROOT, SETTINGS
from tests.fakes import FakeProviders
from tests.voice.conftest import DUTY_PHONE, ROSE, RunningClock
from tests.voice.leg import SLOWER, WORDS_A_MINUTE, Twilio
from tests.voice.walk import AFRAID, DEPTH, NUMBERS, WORDS, Prompt, Walk

LANGUAGES = {"1": "English", "2": "中文", "3": "Español"}
"""By the key that chooses them."""
THEN = {"Gather": "answer", "Record": "tone", "Dial": "rings duty", "Hangup": "ends"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, with what they say after `keys`, to at most `depth` steps."""

    title: str
    keys: tuple[str, ...]
    words: tuple[str, ...]
    depth: int
    number: str = ROSE
    duty_phone: str = ""


CALLERS = (
    Caller("The greeting", (), (), 0),
    *(Caller(language, (key,), WORDS[key], DEPTH[key]) for key, language in LANGUAGES.items()),
    Caller("Afraid at home", ("1",), AFRAID, 4),
    *(Caller(f"With a hidden number, {name}", (key,), NUMBERS, 4, "anonymous") for key, name in LANGUAGES.items()),
    *(Caller(f"Nobody takes it, {name}", (key,), (), 3, ROSE, DUTY_PHONE) for key, name in LANGUAGES.items()),
)
"""Each prompt stands with the first who meets it."""


def main() -> None:
    model = load_or_train(load_catalogue(), ROOT / ".cache" / "model")
    seen: set[tuple[object, ...]] = set()
    tables = {}
    for caller in CALLERS:
        tables[caller.title] = [prompt for prompt in _walk(caller, model) if _is_new(prompt, seen)]
    _write(tables)


def _walk(caller: Caller, model: Model) -> Iterator[Prompt]:
    with tempfile.TemporaryDirectory(prefix="handrail-bench-") as folder:
        more = {"HANDRAIL_DATABASE_URL": sample_database(Path(folder)), "HANDRAIL_DATA_DIR": folder}
        config = Config.from_env({**SETTINGS, **more, "HANDRAIL_DUTY_PHONE": caller.duty_phone})
        chance = random.Random(7)
        house = build_house(config, clock=RunningClock(), senders=FakeProviders(), rng=chance, model=model)
        twilio = Twilio(create_app(house).test_client(), config.public_url, config.twilio_auth_token)
        yield from Walk(house, twilio, caller.words, caller.depth, caller.number).prompts(*caller.keys)
        house.database.close()


def _is_new(prompt: Prompt, seen: set[tuple[object, ...]]) -> bool:
    """Whether no caller before has met the prompt; each is told once."""
    silences = sum(1 for _ in takewhile("-".__eq__, reversed(prompt.way)))
    told = (prompt.of, silences, prompt.ends_in)
    new = told not in seen
    seen.add(told)
    return new


def _write(tables: dict[str, list[Prompt]]) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        "# Every prompt of a call",
        "",
        f"Seconds are at {WORDS_A_MINUTE} words a minute, and for those who asked us to speak slowly. On the way to a",
        "prompt a dash is a silence. `*` says every prompt again, `#` goes back.",
        "",
        f"Made by `python -m bench.prompts` at commit {commit}, {datetime.now(UTC).isoformat(timespec='seconds')},",
        f"on {machine}.",
    ]
    for title, prompts in tables.items():
        if prompts:
            lines += ["", f"## {title}", "", *_table(prompts)]
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / "prompts.md"
    target.write_text("\n".join(lines) + "\n")
    print(f"{sum(map(len, tables.values()))} prompts written to {target}")


def _table(prompts: list[Prompt]) -> list[str]:
    usual = [prompt.seconds_as_usual for prompt in prompts]
    told = f"Prompts: {len(prompts)}. Seconds: {statistics.median(usual):.0f} in the middle, {max(usual):.0f} at most."
    head = ["| seconds | slowly | keys | then | the way there | what is heard |", "|---:|---:|---|---|---|---|"]
    return [told, "", *head, *map(_row, prompts)]


def _row(prompt: Prompt) -> str:
    usual = prompt.seconds_as_usual
    way = ", ".join(prompt.way) or "the call begins"
    heard = "<br>".join(line.words.replace("|", "\\|") for line in prompt.lines)
    keys, then = " ".join(prompt.options), THEN[prompt.ends_in]
    return f"| {usual:.1f} | {usual * SLOWER:.1f} | {keys} | {then} | {way} | {heard} |"


if __name__ == "__main__":
    main()
