"""How commands read what a text needs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from app.wiring import build_model
from core.config import Config
from core.directory.needs import ReadNeeds
from intents.model import Model
from intents.understand import understand
from intents.understanding import NeedGuess


def need_reader(config: Config) -> ReadNeeds:
    """Reads with the community's model, which is loaded at the first text: most imports tell every need themselves."""

    @cache
    def model() -> Model:
        return build_model(config)

    def read(text: str) -> Sequence[NeedGuess]:
        return understand(text, model()).needs

    return read
