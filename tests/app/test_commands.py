"""The command line, as the maintainer and the newcomer use it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from app.cli import handrail
from app.demo import demo_settings, prepare_demo
from core.config import Config
from core.db.engine import Database
from core.directory.queries import counts_by_source
from core.helpdesk.volunteers import all_volunteers
from intents.model import Model
from tests.conftest import ROOT, SETTINGS


@pytest.fixture
def run(tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch) -> object:
    """Runs `handrail ...` over a data folder of its own, with the model built already."""
    unfinished = shutil.ignore_patterns("*.part")  # another process of this run may just be writing one
    shutil.copytree(ROOT / ".cache" / "model", tmp_path / "model", ignore=unfinished)
    env = {**SETTINGS, "HANDRAIL_DATA_DIR": str(tmp_path)}

    def invoke(*args: str, text: str | bytes | None = None, **more: str) -> Result:
        return CliRunner().invoke(handrail, list(args), input=text, env={**env, **more})

    return invoke


def test_the_command_starts_by_itself() -> None:
    """In a process of its own, where nothing has been imported yet."""
    started = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 0, started.stderr
    assert "directory" in started.stdout


def test_understand_prints_what_others_rely_on(run) -> None:  # type: ignore[no-untyped-def]
    meant = json.loads(run("understand", "--json", "wot day dus the lunch club meat").output)
    assert set(meant) == {"text", "language", "act", "needs", "urgent", "confidence"}
    assert meant["language"] == "en"
    assert meant["act"] == "find_help"
    assert meant["needs"][0]["code"] == "food.meals"
    assert meant["needs"][0]["wanted"] is True
    assert meant["urgent"] is None


def test_understand_reads_a_message_a_line(run) -> None:  # type: ignore[no-untyped-def]
    lines = run("understand", "--json", text="i smell gas\n我想有人送饭\n\n").output.splitlines()
    assert [json.loads(line)["urgent"] for line in lines[:2]] == [{"kind": "gas"}, None]
    assert json.loads(lines[1])["language"] == "zh"
    assert len(lines) == 3


def test_understand_survives_bytes_that_are_no_text(run) -> None:  # type: ignore[no-untyped-def]
    lines = run("understand", "--json", text=b"\xff\xfe i smell gas\ni need a doctor\n").output.splitlines()
    assert [json.loads(line)["act"] for line in lines] == ["emergency", "find_help"]


def test_a_database_that_is_not_ready_says_what_to_run(run) -> None:  # type: ignore[no-untyped-def]
    result = run("volunteers", "list")
    assert result.exit_code == 1
    assert "handrail db upgrade" in result.output


def test_a_directory_is_taken_in_found_and_given_back(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    report = json.loads(run("directory", "import", "--sample", "--json").output)
    assert report["taken"] >= 60
    assert report["quarantined"] == []
    assert json.loads(run("directory", "import", "--sample", "--json").output)["taken"] == 0
    found = json.loads(run("directory", "find", "lunch club", "--near", "mill street", "--json").output)
    assert found[0]["phone"].startswith("+1202555")
    assert "services written" in run("directory", "export", str(tmp_path / "out.json")).output
    assert len(json.loads((tmp_path / "out.json").read_text())) == report["taken"]
    assert run("directory", "validate", str(tmp_path / "out.json")).exit_code == 0
    run("directory", "export", str(tmp_path / "folder"))
    assert {file.name for file in (tmp_path / "folder").iterdir()} >= {
        "services.json",
        "translations.csv",
        "places.csv",
    }


def test_an_unreadable_file_changes_nothing(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    (tmp_path / "broken.json").write_text('[{"id": ')
    result = run("directory", "import", str(tmp_path / "broken.json"))
    assert result.exit_code == 1
    assert "broken.json" in result.output
    assert "Nothing found." in run("directory", "find", "lunch").output


def test_volunteers_come_and_go(run) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    assert "at least 10" in run("volunteers", "add", "vera", text="short\nshort\n").output
    assert "can log in now" in run("volunteers", "add", "vera", "--name", "Vera", text="a-long-password\n" * 2).output
    assert "There is a volunteer" in run("volunteers", "add", "vera", text="a-long-password\n" * 2).output
    assert "vera" in run("volunteers", "list").output
    assert "no longer" in run("volunteers", "disable", "vera").output
    assert "(disabled)" in run("volunteers", "list").output


def test_a_backup_can_be_read_and_never_overwrites(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    run("volunteers", "add", "vera", text="a-long-password\n" * 2)
    assert run("db", "backup", str(tmp_path / "copy.sqlite3")).exit_code == 0
    with sqlite3.connect(tmp_path / "copy.sqlite3") as copy:
        assert copy.execute("SELECT username FROM volunteer").fetchall() == [("vera",)]
    assert run("db", "backup", str(tmp_path / "copy.sqlite3")).exit_code == 1


def test_the_worker_refuses_beside_sqlite(run) -> None:  # type: ignore[no-untyped-def]
    result = run("worker")
    assert result.exit_code == 1
    assert "handrail serve" in result.output


TELEGRAM = {"HANDRAIL_TELEGRAM_TOKEN": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"}
POSTGRESQL = {"HANDRAIL_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:9/none"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "HANDRAIL_TELEGRAM_TOKEN must be set"),
        (TELEGRAM, "`handrail serve` does this already"),
        (
            {**TELEGRAM, **POSTGRESQL, "HANDRAIL_TELEGRAM_WEBHOOK_SECRET": "0123456789abcdef"},
            "posts to `handrail serve`",
        ),
    ],
)
def test_the_bot_refuses_where_another_does_its_work(run, given: dict[str, str], told: str) -> None:  # type: ignore[no-untyped-def]
    result = run("bot", **given)
    assert result.exit_code == 1
    assert told in result.output
    assert result.output.count("\n") == 1


def test_the_doctor_names_what_is_wrong(run) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    result = run("doctor", "--json")
    said = json.loads(result.output)
    assert result.exit_code == 1
    assert said["emergency_number"] == "911"
    assert any("directory is empty" in problem for problem in said["problems"])
    assert any("worker" in problem for problem in said["problems"])


def test_fresh_keys_are_accepted(run) -> None:  # type: ignore[no-untyped-def]
    keys = dict(line.split("=", 1) for line in run("keys").output.splitlines())
    Config.from_env({**SETTINGS, **keys})
    assert keys != dict(line.split("=", 1) for line in run("keys").output.splitlines())


def test_talk_is_a_conversation_in_the_terminal(run) -> None:  # type: ignore[no-untyped-def]
    said = run("talk", text="is there a lunch club near mill street\n1\n\n").output
    assert "Phone: 202-555-01" in said
    assert "We tell them your phone number" in said
    assert "segment(s), GSM-7" in said


def test_talk_is_a_chat_with_buttons_and_maps_too(run) -> None:  # type: ignore[no-untyped-def]
    typed = "/start meals\nmill street\n1\nat 41.88,-72.40\nmy number +12025550181\n\n"
    said = run("talk", "--channel", "telegram", text=typed).output
    assert "[ Share my location ]" in said
    assert "(map) " in said
    assert "[ 1: we call them for you ]" in said
    assert "Your code is" in said
    assert run("talk", "--channel", "telegram", "--from", "+12025550181", text="\n").exit_code == 1


def test_talk_is_a_telephone_call_too(run) -> None:  # type: ignore[no-untyped-def]
    said = run("talk", "--channel", "voice", text="2\n1\n-\n\n").output
    assert "zh-CN | 中文请按2。" in said
    assert "您" in said.split("\n> ", 1)[1], "it goes on in Chinese"
    assert said.rstrip().endswith("The call has ended.")


def test_the_demo_sets_itself_up_once(tmp_path: Path) -> None:
    env = {"HANDRAIL_DATA_DIR": str(tmp_path)}
    first, second = demo_settings(env, "127.0.0.1:8000"), demo_settings(env, "127.0.0.1:8000")
    assert first == second
    (tmp_path / "demo-secrets.json").write_text(json.dumps({"SECRET_KEY": first["HANDRAIL_SECRET_KEY"]}))
    later = demo_settings(env, "127.0.0.1:8000")
    assert later["HANDRAIL_SECRET_KEY"] == first["HANDRAIL_SECRET_KEY"], "what a version before made is kept"
    assert later["HANDRAIL_TELEGRAM_TOKEN"], "and what it did not know is added"
    config = Config.from_env(later)
    database = Database(config.database_url)
    for _ in range(2):
        prepare_demo(database, config)
    with database.read() as session:
        assert sum(source.services for source in counts_by_source(session)) >= 60
        assert [volunteer.username for volunteer in all_volunteers(session)] == ["cora", "vera"]
    database.close()


def test_in_the_demo_it_is_daytime(tmp_path: Path) -> None:
    zone = demo_settings({"HANDRAIL_DATA_DIR": str(tmp_path)}, "127.0.0.1:8000")["HANDRAIL_TIMEZONE"]
    assert 9 <= datetime.now(UTC).astimezone(ZoneInfo(zone)).hour <= 11
