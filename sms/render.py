"""A Reply as one text message: its lines, then the numbers that can be answered."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace

from core.i18n.phrasebook import Phrasebook
from core.messages import Param, Reply, Say, Translated, Words, clean_text
from sms.segments import Encoding, fold, measure, only_gsm7, width, without_accents

MOST_SEGMENTS = 2
"""306 septets or 134 UCS-2 units: longer texts arrive in pieces on old phones, and cost more."""
LONGEST_VOLUNTEER_TEXT = 1_600
"""Characters that Twilio takes as one message."""
VOLUNTEER_TEXT = "volunteer.text"
PERSON = Say("choice.person")
_NARROWEST_LATIN, _NARROWEST_CHINESE = 12, 6
"""A name cut shorter than this is no name any more. In units, the mark of the cut included."""
_NEVER_CUT = 12
"""Characters up to which plain letters and digits stay whole: half a reference number helps nobody."""


class RenderError(Exception):
    """A reply has no words, or does not fit into a text message however much it is shortened."""


def render(reply: Reply, phrasebook: Phrasebook) -> str:
    """The text of `reply` in its language, at most `MOST_SEGMENTS` long; a volunteer's own words go out whole,
    up to `LONGEST_VOLUNTEER_TEXT` characters. Raises RenderError."""
    if not reply.say:
        raise RenderError("a reply without lines is not sent")
    if any(line.key == VOLUNTEER_TEXT for line in reply.say):
        return _whole(_written(reply, phrasebook))
    for shorter in _dropping_optional_lines(reply):
        text = _written(shorter, phrasebook)
        if _fits(text):
            return text
    fitting = _respelt(text) or _shortened(shorter, phrasebook)
    if fitting is None:
        keys = ", ".join(line.key for line in reply.say)
        raise RenderError(f"{keys} does not fit into {MOST_SEGMENTS} segments")
    return fitting


def _written(reply: Reply, phrasebook: Phrasebook) -> str:
    lines = [phrasebook.line(line, reply.language) for line in reply.say]
    lines += [f"{c.number}: {phrasebook.line(c.label, reply.language)}" for c in reply.expects.choices]
    if reply.expects.person:
        lines.append(f"0: {phrasebook.line(PERSON, reply.language)}")
    text = clean_text("\n".join(lines))
    folded = fold(text)
    return folded if measure(folded).encoding is Encoding.GSM7 else text


def _whole(text: str) -> str:
    if len(text) > LONGEST_VOLUNTEER_TEXT:
        raise RenderError(f"a text of more than {LONGEST_VOLUNTEER_TEXT} characters can't be sent")
    return text


def _fits(text: str) -> bool:
    return measure(text).segments <= MOST_SEGMENTS


def _dropping_optional_lines(reply: Reply) -> list[Reply]:
    """`reply` whole, then with one optional line fewer each time, the last one first."""
    shorter = [reply]
    for place in reversed(range(len(reply.say))):
        if reply.say[place].optional and len(shorter[-1].say) > 1:
            say = shorter[-1].say
            shorter.append(replace(reply, say=say[:place] + say[place + 1 :]))
    return shorter


def _respelt(text: str) -> str | None:
    """`text` without the accents that cost it half its room, where that lets it fit."""
    spelt = without_accents(text)
    return spelt if measure(spelt).encoding is Encoding.GSM7 and _fits(spelt) else None


def _shortened(reply: Reply, phrasebook: Phrasebook) -> str | None:
    """The longest text that fits once names and descriptions are cut, all to the same room; the last resort in
    languages of Latin letters is to leave out what GSM-7 can't spell."""
    chinese = reply.language.startswith("zh")
    narrowest = _NARROWEST_CHINESE if chinese else _NARROWEST_LATIN
    mark = "…" if chinese else "..."
    for spell in (str,) if chinese else (str, only_gsm7):

        def attempt(room: int, spell: Callable[[str], str] = spell) -> str | None:
            cut = _with_words(reply, lambda words: _cut(spell(words) or mark, room, mark))
            text = _written(cut, phrasebook).replace(mark + ".", mark)
            return text if _fits(text) else _respelt(text)

        text = _widest(attempt, narrowest, max(_widths(reply), default=narrowest))
        if text:
            return text
    return None


def _widest(attempt: Callable[[int], str | None], narrowest: int, widest: int) -> str | None:
    """The result of `attempt` for the most room that gives one, found by halving."""
    best = attempt(narrowest)
    if best is None:
        return None
    low, high = narrowest, max(widest, narrowest)
    while low < high:
        room = (low + high + 1) // 2
        text = attempt(room)
        if text is None:
            high = room - 1
        else:
            low, best = room, text
    return best


def _cut(words: str, room: int, mark: str) -> str:
    """`words` in at most `room` units, cut between two words where there is a gap in the second half."""
    words = " ".join(words.split())
    if _width(words) <= room or (len(words) <= _NEVER_CUT and words.isascii()):
        return words
    end, used = 0, len(mark)
    while used + width(words[end]) <= room:
        used += width(words[end])
        end += 1
    gap = words.rfind(" ", 0, end + 1)
    if gap >= end / 2:
        end = gap
    while end and _continues(words[end - 1 : end + 1]):
        end -= 1
    return words[:end].rstrip(" ,;:.-(") + mark


def _continues(pair: str) -> bool:
    """Whether the second character belongs to the first: an accent, or a picture made of several."""
    return pair[0] == "\u200d" or unicodedata.category(pair[-1]) in ("Mn", "Me", "Cf", "Sk")


def _width(words: str) -> int:
    return sum(map(width, words))


def _says(reply: Reply) -> list[Say]:
    return [*reply.say, *(choice.label for choice in reply.expects.choices)]


def _widths(reply: Reply) -> list[int]:
    found: list[int] = []
    for say in _says(reply):
        for param in say.params.values():
            match param:
                case Words(text):
                    found.append(_width(text))
                case Translated(original, by_language):
                    found += [_width(original), *map(_width, by_language.values())]
    return found


def _with_words(reply: Reply, change: Callable[[str], str]) -> Reply:
    """`reply` with `change` made to all free text in it."""
    choices = tuple(replace(c, label=_say_with(c.label, change)) for c in reply.expects.choices)
    say = tuple(_say_with(line, change) for line in reply.say)
    return replace(reply, say=say, expects=replace(reply.expects, choices=choices))


def _say_with(say: Say, change: Callable[[str], str]) -> Say:
    params: Mapping[str, Param] = {name: _param_with(value, change) for name, value in say.params.items()}
    return replace(say, params=params)


def _param_with(param: Param, change: Callable[[str], str]) -> Param:
    match param:
        case Words(text):
            return Words(change(text))
        case Translated(original, by_language):
            changed = {tag: change(text) for tag, text in by_language.items()}
            return replace(param, original=change(original), by_language=changed)
        case _:
            return param
