"""What a maintainer can set, run or meet is written down, and the links between the pages lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import click
import pytest

from app.cli import handrail
from core.config import PREFIX, Config
from core.db.models.contact_point import Relation
from core.db.models.freshness import AskedBy, DoubtKind, EditOrigin, EditState, Verified
from core.db.models.help_request import CallBack, FollowUpAnswer, Outcome, Reason, Status, UnmetCause, Urgency
from core.db.models.outgoing import Delivery, Purpose
from core.db.models.review import Cause, Verdict
from core.db.models.timer import TimerKind
from core.db.models.volunteer import Role
from core.helpdesk.events import CallOutcome, EventKind
from core.messages import Channel, ContactKind, OptOut, Silence
from intents.catalogue import load_catalogue
from intents.emergencies import EmergencyKind
from intents.understanding import Act

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")))
ROOMS = ("app", "bot", "carrier", "console", "core", "hsds", "intents", "mail", "sms", "voice")
CODED: tuple[type[StrEnum], ...] = (
    Act,
    AskedBy,
    CallBack,
    CallOutcome,
    Cause,
    Channel,
    ContactKind,
    Delivery,
    DoubtKind,
    EditOrigin,
    EditState,
    EmergencyKind,
    EventKind,
    FollowUpAnswer,
    OptOut,
    Outcome,
    Purpose,
    Reason,
    Relation,
    Role,
    Silence,
    Status,
    TimerKind,
    UnmetCause,
    Urgency,
    Verdict,
    Verified,
)


def written(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def everything() -> str:
    return "\n".join(page.read_text("utf-8") for page in PAGES)


def commands(group: click.Group, path: str) -> Iterator[str]:
    """What people type. A group that also takes words of its own, as `understand` does, is a command too."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            if any(inner.hidden for inner in command.commands.values()):
                yield f"{path} {name}"
            yield from commands(command, f"{path} {name}")
        elif not command.hidden:
            yield f"{path} {name}"


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ +(.+?) *$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("setting", [PREFIX + field.name.upper() for field in fields(Config)])
def test_every_setting_has_its_row(setting: str) -> None:
    assert re.search(rf"^\| `{setting}` \| \S", written("configuration.md"), re.MULTILINE)


def test_no_setting_is_described_that_does_not_exist() -> None:
    known = {PREFIX + field.name.upper() for field in fields(Config)} | {PREFIX + "TEST_DATA"}
    assert set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", everything())) <= known


@pytest.mark.parametrize("command", sorted(commands(handrail, "handrail")))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`{command}`" in (ROOT / "README.md").read_text("utf-8")


def test_no_command_is_shown_that_does_not_exist() -> None:
    known = set(commands(handrail, "handrail"))
    groups = {command.rsplit(" ", 1)[0] for command in known if command.count(" ") == 2}
    shown = re.findall(r"(?:^ {4,}|`|bin/)(handrail [a-z]+)((?: [a-z]+)?)", everything(), re.MULTILINE)
    assert shown
    for first, second in shown:
        assert (first + second in known) if first in groups and second else (first in known | groups), first + second


def test_every_need_is_listed_with_its_name_and_no_other() -> None:
    listed = dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| ([^|]+?) \|", written("needs.md"), re.MULTILINE))
    assert listed == {need.code: need.names["en"] for need in load_catalogue().needs.values()}


@pytest.mark.parametrize("coded", CODED, ids=lambda coded: coded.__name__)
def test_every_coded_value_is_in_the_glossary(coded: type[StrEnum]) -> None:
    glossary = written("glossary.md")
    assert [value for value in coded if f"`{value}`" not in glossary] == []


def test_every_make_target_is_documented() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    text = everything()
    assert "test" in targets
    assert [target for target in targets if target != "help" and f"make {target}" not in text] == []


def test_every_place_that_opens_a_transaction_is_listed() -> None:
    files = (file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
    opening = {str(file.relative_to(ROOT)) for file in files if ".write() as " in file.read_text("utf-8")}
    section = written("architecture.md").split("## Transactions")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([\w/]+\.py)`", section, re.MULTILINE)) == opening


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            assert anchor in headings(linked), target


def test_every_page_is_linked_from_another() -> None:
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
        if not re.match(r"[a-z]+:", target)
    }
    assert [str(page.relative_to(ROOT)) for page in PAGES if page.name != "README.md" and page not in linked] == []
    assert DOCS / "adr" / "README.md" in linked


def test_every_file_named_in_code_style_exists() -> None:
    """A path such as `core/config.py` in a page is one that a reader can open."""
    rooms = "|".join(ROOMS)
    for page in PAGES:
        named = re.findall(rf"`((?:{rooms}|tests|scripts|docs)/[\w./-]*)`", page.read_text("utf-8"))
        for path in named:
            assert "/xx" in path or (ROOT / path).exists(), f"{page.name}: {path}"
