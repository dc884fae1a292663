"""What Twilio understands in a voice answer, read off the SDK's own classes, and what our callers need of it.

`check` names every verb, nesting and attribute that Twilio would not know, and every prompt that would cut an
elderly caller short. The words come from `twilio.twiml.voice_response`: each of its classes is an element, each
public method of a class an element that may stand inside it, each parameter an attribute or the text.
"""

from __future__ import annotations

import inspect
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from twilio.twiml import TwiML
from twilio.twiml.voice_response import VoiceResponse

LONGEST_SAY = 3000
"""Characters that a Polly voice takes in one Say (Twilio's error 13521)."""
SHORTEST_TIMEOUT = 10
"""Seconds that a caller is given at the least to begin an answer (W3C, cognitive accessibility)."""
LONGEST_NUMBER = "15"
"""Digits of a telephone number (ITU-T E.164): only where one is keyed in does "#" end it."""
GATHER_MUST = {
    "input": "dtmf speech",  # keys and speech at every prompt
    "finishOnKey": "",  # else "#" ends the input and never arrives as "back"
    "actionOnEmptyResult": "true",  # else silence falls through to the next verb, and the call ends
    "profanityFilter": "false",  # else "****" arrives instead of what was said
}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Place:
    """What may stand in one place: the element's attributes, whether it takes text, the class of what's inside."""

    attributes: frozenset[str]
    takes_text: bool
    made_by: type[TwiML]


@cache
def inside(parent: type[TwiML]) -> Mapping[str, Place]:
    """The elements that may stand in that of `parent`, by their names in TwiML."""
    return dict(map(_try_out, _methods(parent)))


def _methods(parent: type[TwiML]) -> Iterator[object]:
    return (made for name, made in vars(parent).items() if inspect.isfunction(made) and not name.startswith("_"))


def _try_out(method: object) -> tuple[str, Place]:
    """Calls a method of the SDK with something for each parameter, and looks at what came of it."""
    parameters = inspect.signature(method).parameters.values()  # type: ignore[arg-type]
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.name != "self"]
    element = method(TwiML(), **dict.fromkeys(names, "x"))  # type: ignore[operator]
    return element.name, Place(frozenset(element.attrs), element.value is not None, type(element))


@cache
def every_name() -> frozenset[str]:
    """All elements of voice TwiML, wherever they stand."""
    seen: set[type[TwiML]] = set()
    names: set[str] = {"Response"}
    to_look_at: list[type[TwiML]] = [VoiceResponse]
    while to_look_at:
        parent = to_look_at.pop()
        if parent not in seen:
            seen.add(parent)
            names |= set(inside(parent))
            to_look_at += [place.made_by for place in inside(parent).values()]
    return frozenset(names)


def check(twiml: str) -> list[str]:
    """Everything that is wrong with an answer, each fault with where it is; empty for a good one."""
    faults = [f"control character U+{ord(c):04X}" for c in sorted(set(twiml)) if _is_control(c)]
    try:
        root = ET.fromstring(twiml)
    except (ET.ParseError, UnicodeEncodeError) as error:
        return [*faults, f"malformed XML: {error}"]
    if root.tag != "Response":
        return [*faults, f"the root is <{root.tag}>, not <Response>"]
    return faults + list(_faults(root, Place(frozenset(), False, VoiceResponse), "Response"))


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc" and character not in "\t\n\r"


def _faults(element: ET.Element, place: Place, path: str) -> Iterator[str]:
    for attribute, value in element.attrib.items():
        if attribute.replace(_XML_LANG, "xml:lang") not in place.attributes:
            yield f"{path}: no attribute {attribute}"
        yield from (f"{path}: control character in {attribute}" for c in value if _is_control(c))
    text = [element.text or "", *(child.tail or "" for child in element)]
    if not place.takes_text and "".join(text).strip():
        yield f"{path}: takes no text"
    yield from (f"{path}: control character in the text" for piece in text for c in piece if _is_control(c))
    yield from _needs(element, path)
    known = inside(place.made_by)
    for child in element:
        if child.tag in known:
            yield from _faults(child, known[child.tag], f"{path}/{child.tag}")
        elif child.tag in every_name():
            yield f"{path}: <{child.tag}> does not go into <{element.tag}>"
        else:
            yield f"{path}: Twilio knows no <{child.tag}>"


def _needs(element: ET.Element, path: str) -> Iterator[str]:
    if element.tag == "Say":
        yield from (f"{path}: no {name}" for name in ("voice", "language") if not element.get(name))
        length = len("".join(element.itertext()).strip())
        if not 0 < length <= LONGEST_SAY:
            yield f"{path}: {length} characters to say, 1 to {LONGEST_SAY} can be"
    if element.tag == "Gather":
        number = {"finishOnKey": "#"} if element.get("numDigits") == LONGEST_NUMBER else {}
        for name, needed in (GATHER_MUST | number).items():
            if element.get(name) != needed:
                yield f'{path}: {name} is not "{needed}"'
        if not element.get("language"):
            yield f"{path}: no language"
        timeout = element.get("timeout", "")
        if not timeout.isdecimal() or int(timeout) < SHORTEST_TIMEOUT:
            yield f"{path}: timeout is {timeout or 'not given'}, at least {SHORTEST_TIMEOUT} is needed"
    if element.tag in ("Redirect", "Number") and not (element.text or "").strip():
        yield f"{path}: names nothing to go to"
