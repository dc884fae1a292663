"""The processes behind `handrail serve` and `handrail demo`: granian with threads; see docs/adr for why."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask

from app.bot import begin_beside_the_web
from app.cli.settings import service_config
from app.web import create_app
from app.wiring import House, build_house
from app.worker import Worker
from core.config import Config
from core.directory.index import read_index

THREADS = 8
PROCESSES_ON_POSTGRESQL = 2
"""On SQLite one: several processes make the slowest answers ten times slower."""


def application() -> Flask:
    """What each web process serves. A worker thread delivers at once what this process was asked for."""
    return create_app(_begun())


def demo_application() -> Flask:
    """The same with the phone simulator."""
    return create_app(_begun(), simulator=True)


def _begun() -> House:
    house = build_house(service_config())
    with house.database.read() as session:
        read_index(session)  # a large directory's is made now, and not while a resident waits
    Worker(house).start()
    begin_beside_the_web(house)
    return house


def run_server(config: Config, target: str) -> None:
    """Serve `target` (module:factory) until stopped."""
    from granian import Granian
    from granian.constants import Interfaces

    host, _, port = config.bind.rpartition(":")
    options: dict[str, Any] = {"blocking_threads": THREADS, "workers": 1 if config.sqlite else PROCESSES_ON_POSTGRESQL}
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    Granian(
        target,
        address=host.strip("[]"),
        port=int(port),
        interface=Interfaces.WSGI,
        factory=True,
        log_access=False,
        **options,
    ).serve()
