"""A Reply as what stands in a chat: its lines, its choices as buttons, its services as places on a map. Pure.

A choice is a button of its own row, "1: yes": so a digit can be typed as well, and a screen reader says nothing twice.
Only where a label is too long for a small screen, and the lines don't name it anyway, do they tell the choices too.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.constants import MessageLimit

from core.i18n.phrasebook import Phrasebook
from core.messages import Param, Reply, Say, Translated, Venue, Words, clean_text

Keyboard = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove
Sign = Callable[[int], str]
"""The data of the button with this number; see bot/buttons.py."""

LONGEST = int(MessageLimit.MAX_TEXT_LENGTH)
"""UTF-16 units of one message, markup not counted: core.telegram.org/bots/api#sendmessage."""
LONGEST_LABEL = 30
"""Letters that a button shows on a screen of 320 points; a Chinese character is as wide as two."""
PERSON = 0
PERSON_LABEL = Say("choice.person")
PLACE, CONTACT = "place", "contact"
"""The answers awaited for which a position, or their own number, may be shared by one tap."""
PICKED = "✓"
VOLUNTEER_TEXT = "volunteer.text"
_NAME = "name"
"""Parameter of a line that names a service: it is set in bold, so that the eye finds it again."""
_BOLD, _PLAIN = "\ue000", "\ue001"  # private use: stand around a bold name until the markup is written
_LONGEST_CHARACTER = 40  # code points; a family with skin tones has 15
_SENTENCE_ENDS = re.compile(r"[.!?…]+[\"'”’»)]*(?=\s)|[。！？]+[”’」）]*")


class RenderError(Exception):
    """A reply has nothing to say."""


@dataclass(frozen=True, slots=True)
class Text:
    """One message. html: escaped, at most `LONGEST` units when read."""

    html: str
    keyboard: Keyboard | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A service on a map. address: with its telephone number, which Telegram's map has no field for."""

    title: str
    address: str
    latitude: float
    longitude: float
    keyboard: Keyboard | None = None


Part = Text | Place


def render(reply: Reply, phrasebook: Phrasebook, sign: Sign, *, keyboard_is_up: bool = False) -> tuple[Part, ...]:
    """The messages of `reply`, in order: places first, so that the buttons stand lowest, below the text.

    keyboard_is_up: whether "share my location" still stands under the chat; it goes away with this answer. A message
    can't both do that and carry buttons, so then a short one of their own carries them. Raises RenderError.
    """
    if not reply.say:
        raise RenderError("a reply without lines is not sent")
    places: list[Part] = [_place(venue, phrasebook, reply.language) for venue in reply.venues]
    texts = _texts(reply, phrasebook)
    keyboard = _sharing_keyboard(reply, phrasebook) or _buttons(reply, phrasebook, sign)
    if not keyboard_is_up or isinstance(keyboard, ReplyKeyboardMarkup):
        return (*places, *texts[:-1], replace(texts[-1], keyboard=keyboard or ReplyKeyboardRemove()))
    if places:
        places[0] = replace(places[0], keyboard=ReplyKeyboardRemove())
        return (*places, *texts[:-1], replace(texts[-1], keyboard=keyboard))
    away = replace(texts[-1], keyboard=ReplyKeyboardRemove())
    if keyboard is None:
        return (*texts[:-1], away)
    pick = _escaped(phrasebook.text("buttons.pick", reply.language))
    return (*texts[:-1], away, Text(pick, keyboard))


def with_pick(text_html: str, label: str) -> str:
    """A message as it stays in the chat once a button was pressed: with what was chosen, where there is room."""
    whole = f"{text_html}\n\n{PICKED} {_escaped(label)}"
    return whole if units(html.unescape(re.sub("<[^>]*>", "", whole))) <= LONGEST else text_html


def units(text: str) -> int:
    """The length of `text` as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def _texts(reply: Reply, phrasebook: Phrasebook) -> list[Text]:
    lines = [_line(line, reply.language, phrasebook) for line in reply.say]
    options = list(_options(reply, phrasebook))
    told = _unmarked("\n".join(lines))
    if any(_width(option) > LONGEST_LABEL and option not in told for _, option in options):
        lines += [f"{number}: {option}" for number, option in options]
    text = _readable("\n".join(lines))
    if not text:
        raise RenderError("a reply without words is not sent")
    if units(text) <= LONGEST:
        return [Text(_escaped(text).replace(_BOLD, "<b>").replace(_PLAIN, "</b>"))]
    return [Text(_escaped(piece)) for piece in pieces(_unmarked(text))]


def _line(line: Say, language: str, phrasebook: Phrasebook) -> str:
    spoken_in = line.language or language
    if line.key == VOLUNTEER_TEXT:
        return phrasebook.line(line, spoken_in)
    params = {name: _marked(value) if name == _NAME else value for name, value in line.params.items()}
    return phrasebook.line(replace(line, params=params), spoken_in)


def _marked(param: Param) -> Param:
    match param:
        case Words(text):
            return Words(_bold(text))
        case Translated(original, by_language):
            return Translated(_bold(original), {tag: _bold(text) for tag, text in by_language.items()})
        case _:
            return param


def _bold(name: str) -> str:
    name = _unmarked(name).strip()
    return f"{_BOLD}{name}{_PLAIN}" if name else name


def _unmarked(text: str) -> str:
    return text.replace(_BOLD, "").replace(_PLAIN, "")


def _readable(text: str) -> str:
    """`text` clean; marks that came with what someone wrote, and not in pairs from us, are taken out."""
    text = clean_text(text)
    ours = re.fullmatch(f"[^{_BOLD}{_PLAIN}]*(?:{_BOLD}[^{_BOLD}{_PLAIN}]*{_PLAIN}[^{_BOLD}{_PLAIN}]*)*", text)
    return text if ours else _unmarked(text)


def _options(reply: Reply, phrasebook: Phrasebook) -> Iterator[tuple[int, str]]:
    for choice in reply.expects.choices:
        yield choice.number, clean_text(phrasebook.line(choice.label, choice.label.language or reply.language))
    if reply.expects.person:
        yield PERSON, phrasebook.line(PERSON_LABEL, reply.language)


def _buttons(reply: Reply, phrasebook: Phrasebook, sign: Sign) -> InlineKeyboardMarkup | None:
    rows = [
        [InlineKeyboardButton(f"{number}: {option}", callback_data=sign(number))]
        for number, option in _options(reply, phrasebook)
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def _sharing_keyboard(reply: Reply, phrasebook: Phrasebook) -> ReplyKeyboardMarkup | None:
    """Instead of the letters: share where you are (or your number), or one of the choices, which are sent as the words
    they are."""
    if reply.expects.free == PLACE:
        share = KeyboardButton(phrasebook.text("buttons.location", reply.language), request_location=True)
    elif reply.expects.free == CONTACT:
        share = KeyboardButton(phrasebook.text("buttons.contact", reply.language), request_contact=True)
    else:
        return None
    rows = [[share], *([KeyboardButton(option)] for _, option in _options(reply, phrasebook))]
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)


def _place(venue: Venue, phrasebook: Phrasebook, language: str) -> Place:
    phone = phrasebook.line(Say("service.phone", {"phone": venue.phone}), language) if venue.phone else ""
    address = " · ".join(filter(None, (clean_text(venue.address), phone)))
    title = clean_text(venue.name) or address or "·"
    return Place(title, address or title, venue.latitude, venue.longitude)


def pieces(text: str) -> list[str]:
    """`text` in messages that fit, cut between sentences; where one is too long between lines or words, and at the
    very last anywhere but inside a character."""
    found: list[str] = []
    while units(text) > LONGEST:
        end = _most(text)
        cut = _last_break(text[: end + 1], end)
        found.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [piece for piece in [*found, text] if piece]


def _most(text: str) -> int:
    """How many characters of `text` fit into one message."""
    used = 0
    for end, character in enumerate(text):
        used += 2 if ord(character) > 0xFFFF else 1
        if used > LONGEST:
            return end
    return len(text)


def _last_break(start: str, end: int) -> int:
    """Where to cut `start`, at most at `end`, one character before its own."""
    for breaks in (_SENTENCE_ENDS, re.compile(r"\n"), re.compile(r"\s")):
        ends = [m.end() for m in breaks.finditer(start) if m.end() <= end]
        if ends and ends[-1] > end // 2:  # not a first sentence of three words, and then a wall
            return ends[-1]
    for cut in range(end, max(end - _LONGEST_CHARACTER, 0), -1):
        if not _belongs_to_last(start[cut - 1 : cut + 1]):
            return cut
    return end  # accents without end are no character


def _belongs_to_last(pair: str) -> bool:
    """Whether the second character belongs to the first: an accent, or a picture made of several."""
    return pair[0] == "\u200d" or unicodedata.category(pair[-1]) in ("Mn", "Me", "Cf", "Sk")


def _width(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in label)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
