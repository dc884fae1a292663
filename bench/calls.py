"""Many telephone calls at once: how long each step takes from signed POST to TwiML.

    python -m bench.calls [--calls 20]

Every caller goes through one whole call, step by step, on a server with SQLite, and listens a while before each answer,
less long than any prompt takes. The ear tolerates about 1.85 seconds of silence, and the network takes most of that.
Figures go to bench/results/ with the machine and the commit.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import random
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bench.inbound import RESULTS, TOKEN, Target, free_port, sample_database, serving

STEPS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("the greeting", "inbound", {}),
    ("a language by key", "turn?step=1&silences=0", {"Digits": "1"}),
    ("a need by speech", "turn?step=2&silences=0", {"SpeechResult": "somebody to bring me a hot lunch"}),
    ("no place", "turn?step=3&silences=0", {"Digits": "1"}),
    ("another service", "turn?step=4&silences=0", {"Digits": "2"}),
    ("the same again", "turn?step=5&silences=0", {"Digits": "*"}),
    ("silence", "turn?step=5&silences=0", {}),
    ("a person", "turn?step=5&silences=1", {"Digits": "0"}),
)


LISTENS = (2.0, 4.0)
"""Seconds before a caller answers, at least and at most. The shortest prompt takes five."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of one step over all calls."""

    step: str
    requests: int
    p50_ms: float
    p99_ms: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20, help="at once")
    parser.add_argument("--rounds", type=int, default=4, help="of so many calls")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="handrail-bench-")))
        target = Target("calls", "bench.servers:turn", sample_database(folder), free_port())
        stack.enter_context(serving(target, folder))
        times: dict[str, list[float]] = {name: [] for name, _, _ in STEPS}
        for around in range(options.rounds):
            _play(target.port, range(around * options.calls, (around + 1) * options.calls), times)
    _write(times, options.calls)


def _play(port: int, numbers: range, times: dict[str, list[float]]) -> None:
    """All calls of a round, each on a thread of its own."""
    threads = [threading.Thread(target=_call, args=(port, number, times)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _call(port: int, number: int, times: dict[str, list[float]]) -> None:
    chance = random.Random(number)
    with _connected(port) as connection:
        for name, path, said in STEPS:
            form = {
                "CallSid": f"CA{number:032d}",
                "From": f"+1202555{number % 10_000:04d}",
                "To": "+12025550199",
                "Direction": "inbound",
                "CallStatus": "in-progress",
                **said,
            }
            url = f"http://127.0.0.1:{port}/voice/{path}"
            signature = RequestValidator(TOKEN).compute_signature(url, form)
            headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
            time.sleep(chance.uniform(*LISTENS))
            began = time.perf_counter()
            connection.request("POST", f"/voice/{path}", urlencode(form), headers)
            answer = connection.getresponse()
            body = answer.read()
            times[name].append(time.perf_counter() - began)
            if answer.status != 200 or b"<Response>" not in body:
                raise RuntimeError(f"{name}: the server answered {answer.status}")


@contextmanager
def _connected(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def _write(times: dict[str, list[float]], calls: int) -> None:
    rows = [_figures(name, took) for name, took in times.items()]
    rows.append(_figures("all steps", [seconds for took in times.values() for seconds in took]))
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    data = {
        "measured": f"one step of a call from signed POST to TwiML, {calls} calls at once, SQLite",
        "commit": commit,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "steps": [asdict(row) for row in rows],
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "calls.json").write_text(json.dumps(data, indent=1) + "\n")
    print(f"{calls} calls at once          p50 ms    p99 ms")
    for row in rows:
        print(f"  {row.step:20} {row.p50_ms:11.2f} {row.p99_ms:9.2f}")
    print(f"\nwritten to {RESULTS / 'calls.json'}")


def _figures(name: str, took: list[float]) -> Figures:
    p99 = statistics.quantiles(took, n=100)[98]
    return Figures(name, len(took), round(statistics.median(took) * 1000, 2), round(p99 * 1000, 2))


if __name__ == "__main__":
    main()
