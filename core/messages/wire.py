"""Replies as JSON and back, for the database: a stored Reply is what a repeat of its message gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from core.messages.reply import (
    Choice,
    Expects,
    Moment,
    NeedName,
    Param,
    Phone,
    Reply,
    Say,
    Silence,
    Translated,
    Venue,
    Words,
)


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """`reply` as JSON-ready values; `reply_from_json` is its inverse."""
    return {
        "say": [_say_to_json(line) for line in reply.say],
        "language": reply.language,
        "choices": [{"number": c.number, "label": _say_to_json(c.label)} for c in reply.expects.choices],
        "person": reply.expects.person,
        "free": reply.expects.free,
        "optional": reply.expects.optional,
        "silence": reply.silence.value if reply.silence else None,
        "slow": reply.slow,
        "connect": reply.connect,
        "venues": [asdict(venue) for venue in reply.venues],
    }


def reply_from_json(data: Mapping[str, Any]) -> Reply:
    """The Reply that `reply_to_json` made `data` of. Raises KeyError or ValueError on anything else."""
    expects = Expects(
        choices=tuple(Choice(c["number"], _say_from_json(c["label"])) for c in data["choices"]),
        person=data["person"],
        free=data["free"],
        optional=data.get("optional", False),  # replies stored before we asked when to call back have none
    )
    return Reply(
        say=tuple(_say_from_json(line) for line in data["say"]),
        language=data["language"],
        expects=expects,
        silence=Silence(data["silence"]) if data["silence"] else None,
        slow=data.get("slow", False),  # replies stored before there were calls have neither
        connect=data.get("connect", False),
        venues=tuple(_venue_from_json(venue) for venue in data.get("venues", ())),  # nor had they maps
    )


def _say_to_json(say: Say) -> dict[str, Any]:
    params = {name: _param_to_json(value) for name, value in say.params.items()}
    return {"key": say.key, "params": params, "optional": say.optional, "language": say.language}


def _say_from_json(data: Mapping[str, Any]) -> Say:
    params = {name: _param_from_json(value) for name, value in data["params"].items()}
    return Say(data["key"], params, data["optional"], data.get("language"))


def _venue_from_json(data: Mapping[str, Any]) -> Venue:
    phone = Phone(**data["phone"]) if data["phone"] else None
    return Venue(**{**data, "phone": phone})


def _param_to_json(param: Param) -> dict[str, Any]:
    match param:
        case Words(text):
            return {"words": text}
        case Translated(original, by_language, prose):
            return {"translated": original, "by_language": dict(by_language), "prose": prose}
        case NeedName(code):
            return {"need": code}
        case Phone(number, extension):
            return {"phone": number, "extension": extension}
        case Moment(at, seen_from):
            return {"moment": at.isoformat(), "seen_from": seen_from.isoformat()}


def _param_from_json(data: Mapping[str, Any]) -> Param:
    if "words" in data:
        return Words(data["words"])
    if "translated" in data:
        return Translated(data["translated"], data["by_language"], data.get("prose", False))  # not in older replies
    if "need" in data:
        return NeedName(data["need"])
    if "phone" in data:
        return Phone(data["phone"], data["extension"])
    return Moment(datetime.fromisoformat(data["moment"]), datetime.fromisoformat(data["seen_from"]))
