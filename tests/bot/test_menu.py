"""The menu beside the input field."""

from __future__ import annotations

import pytest
from telegram.constants import BotCommandLimit

from bot.client import Client
from bot.commands import COMMANDS
from bot.menu import publish_menu
from core.i18n.phrasebook import Phrasebook
from intents.model import Model
from intents.understand import understand
from intents.understanding import Act
from tests.bot.fake_telegram import BAD_GATEWAY, FakeTelegram


def test_it_comes_in_every_language_and_once_for_all_others(
    client: Client, telegram: FakeTelegram, phrasebook: Phrasebook
) -> None:
    publish_menu(client, phrasebook)
    menus = {call.get("language_code"): call["commands"] for call in telegram.called("setMyCommands")}
    assert set(menus) == {None, "en", "zh", "es"}
    assert menus[None] == menus["en"]
    assert len({str(menu) for menu in menus.values()}) == 3
    for menu in menus.values():
        assert [row["command"] for row in menu] == list(COMMANDS)
        assert all(1 <= len(row["description"]) <= BotCommandLimit.MAX_DESCRIPTION for row in menu)


def test_a_telegram_that_does_not_take_it_stops_nothing(
    client: Client, telegram: FakeTelegram, phrasebook: Phrasebook, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.will("setMyCommands", BAD_GATEWAY)
    publish_menu(client, phrasebook)
    assert "menu" in caplog.text
    assert len(telegram.called("setMyCommands")) == 4, "the other languages have theirs"


@pytest.mark.parametrize(
    ("command", "act"),
    [
        ("start", Act.START),
        ("help", Act.HELP),
        ("language", Act.LANGUAGE),
        ("status", Act.STATUS),
        ("cancel", Act.CANCEL),
        ("stop", Act.STOP),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_a_command_is_understood_for_certain_and_leaves_the_language(
    command: str, act: Act, language: str, model: Model
) -> None:
    meant = understand(COMMANDS[command], model, language=language)
    assert (meant.act, meant.confidence, meant.language) == (act, 1.0, language)
