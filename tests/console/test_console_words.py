"""The console's own words: complete in every language, with a word for every code."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from console.texts import Texts
from core.db.models.freshness import AskedBy, DoubtKind, EditState
from core.db.models.help_request import CallBack, FollowUpAnswer, Outcome, Reason, UnmetCause, Urgency
from core.db.models.outgoing import Delivery
from core.db.models.review import Cause
from core.helpdesk.events import EventKind
from core.helpdesk.queries import Shelf
from core.i18n.catalogues import load_domain
from core.messages import Channel
from intents.catalogue import Catalogue

LANGUAGES = ("en", "zh", "es")
CONSOLE = Path(__file__).parent.parent.parent / "console"
CODES = [
    *(f"reason.{code}" for code in Reason),
    *(f"outcome.{code}" for code in Outcome),
    *(f"outcome_hint.{code}" for code in Outcome),
    *(f"event.{code}" for code in EventKind),
    *(f"delivery.{code}" for code in Delivery),
    *(f"answer.{code}" for code in FollowUpAnswer),
    *(f"call_back.{code}" for code in CallBack),
    *(f"cause.{code}" for code in UnmetCause),
    *(f"doubt_kind.{code}" for code in DoubtKind),
    *(f"asked_by.{code}" for code in AskedBy),
    *(f"edit_state.{code}" for code in EditState),
    *(f"review_cause.{code}" for code in Cause),
    *(f"shelf.{code}" for code in Shelf),
    *(f"empty.{code}" for code in Shelf),
    *(f"channel.{code}" for code in Channel),
    *(f"urgency.{code}" for code in Urgency if code is not Urgency.NORMAL),
    *(f"emergency.{kind}" for kind in ("medical", "fire", "gas", "violence", "self_harm", "other")),
]


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_language_says_everything_with_the_same_holes() -> None:
    texts = {tag: load_domain("console", tag) for tag in LANGUAGES}
    for tag in LANGUAGES:
        assert texts[tag].keys() == texts["en"].keys(), tag
        for key, text in texts[tag].items():
            assert holes(text) == holes(texts["en"][key]), (tag, key)
            assert text.strip() == text, (tag, key)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_code_has_a_word(tag: str, catalogue: Catalogue) -> None:
    texts = load_domain("console", tag)
    assert [key for key in CODES if key not in texts] == []
    groups = {f"group.{need.group}" for need in catalogue.needs.values()}
    assert sorted(groups - texts.keys()) == []


def test_every_key_that_pages_ask_for_exists_and_no_text_is_left_over() -> None:
    source = "".join(f.read_text() for f in [*CONSOLE.glob("*.py"), *CONSOLE.glob("templates/console/*.html")])
    texts = load_domain("console", "en")
    asked = set(re.findall(r"""\bt\(\s*["']([a-z_.]+[a-z_])["'][,)]""", source))
    assert sorted(asked - texts.keys()) == []
    families = set(re.findall(r"""["']([a-z_]+\.)["'] ?[~+]""", source)) | {"error."}
    unused = [
        key
        for key in texts
        if f'"{key}"' not in source and f"'{key}'" not in source and not key.startswith(tuple(families))
    ]
    assert unused == []


@pytest.mark.parametrize(
    ("tag", "minutes", "days", "moment"),
    [
        ("en", "12 minutes", "3 days", "Nov 23, 2026, 10:05\u202fAM"),
        ("zh", "12分钟", "3天", "2026年11月23日, 10:05"),
        ("es", "12 minutos", "3 días", "23 nov 2026, 10:05"),
    ],
)
def test_times_are_said_the_local_way(tag: str, minutes: str, days: str, moment: str, catalogue: Catalogue) -> None:
    words = Texts(LANGUAGES, catalogue.needs, ZoneInfo("America/New_York")).of(tag)
    now = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)
    assert words.since(now - timedelta(minutes=12), now).replace("\xa0", " ") == minutes
    assert words.duration(timedelta(days=3)).replace("\xa0", " ") == days
    assert words.moment(now) == moment
    assert words.language_name("und") == words.t("language.unknown")
    assert [words.own_name(one) for one in LANGUAGES] == ["English", "中文", "Español"]
