"""Slips that hurried fingers and ears make, put into clean English messages by chance: a synthetic stand-in.

No data set of real texts by elders is free to use. The kinds of slips are those that the literature on texting and
typing names; their shares are a guess, and the tables of shorthand and of words written by ear were written by hand
before anything was measured, not taken from Handrail's own. A seed makes them the same in every run.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

_SHORTHAND = {
    "you": "u", "your": "ur", "are": "r", "please": "pls", "to": "2", "for": "4", "what": "wat", "with": "w", "be": "b",
    "why": "y", "see": "c", "and": "n", "tomorrow": "tmrw", "today": "2day", "because": "cuz", "thanks": "thx",
    "message": "msg", "people": "ppl", "about": "abt", "would": "wud", "could": "cud", "should": "shud", "the": "da",
    "okay": "k", "right": "rite", "minutes": "mins", "number": "nr", "before": "b4", "great": "gr8", "have": "hav",
    "my": "mi", "is": "iz", "know": "kno", "account": "acct", "love": "luv", "need": "nd", "phone": "fone",
    "check": "chk", "from": "frm", "when": "wen", "does": "duz", "what's": "whats", "how": "hw", "long": "lng",
    "much": "mch",
}  # fmt: skip
_BY_EAR = {
    "there": "their", "their": "there", "your": "you're", "to": "too", "too": "to", "weather": "whether", "buy": "by",
    "by": "buy", "know": "no", "new": "knew", "right": "write", "write": "right", "meet": "meat", "meat": "meet",
    "hour": "our", "hear": "here", "here": "hear", "week": "weak", "wait": "weight", "sale": "sail", "mail": "male",
    "bill": "bil", "pay": "pae", "check": "cheque", "tire": "tyre", "flour": "flower", "for": "four", "four": "for",
    "plane": "plain", "fare": "fair", "route": "root", "road": "rode", "time": "thyme", "would": "wood",
    "need": "knead", "set": "sett", "play": "pley", "where": "wear", "are": "our", "its": "it's", "whole": "hole",
    "read": "red", "sum": "some", "some": "sum", "won": "one", "one": "won", "be": "bee", "card": "kard",
    "gas": "gass", "balance": "ballance", "restaurant": "restarant", "calendar": "calender", "schedule": "shedule",
    "appointment": "apointment", "account": "acount", "address": "adress", "tomorrow": "tommorow",
    "calories": "calorys", "receive": "recieve", "definition": "defenition", "language": "langwage",
    "insurance": "insurence", "temperature": "temprature", "transfer": "transfur", "recipe": "resipe",
    "vacation": "vacasion", "credit": "creddit", "dinner": "diner", "direction": "derection",
    "directions": "derections", "interest": "intrest", "meaning": "meening", "password": "pasword",
    "pressure": "presure", "reservation": "resevation", "ingredients": "ingrediants", "translate": "translait",
    "holiday": "holliday", "application": "aplication",
}  # fmt: skip


def slipped(message: str, chance: random.Random) -> str:
    """The message in lower case with one or two slips, and no more than it has room for."""
    message = message.lower()
    for _ in range(chance.randint(1, 2)):
        for _ in range(20):  # a kind of slip for which the message has no place changes nothing
            slip = chance.choices(list(_KINDS), list(_KINDS.values()))[0]
            changed = slip(message, chance)
            if changed != message:
                message = changed
                break
    return message


def _neighbour(message: str, chance: random.Random) -> str:
    """A key beside the right one."""
    return _at_letter(message, chance, lambda at: message[:at] + chance.choice(_NEAR[message[at]]) + message[at + 1 :])


def _drop(message: str, chance: random.Random) -> str:
    return _at_letter(message, chance, lambda at: message[:at] + message[at + 1 :])


def _double(message: str, chance: random.Random) -> str:
    return _at_letter(message, chance, lambda at: message[:at] + message[at] + message[at:])


def _swap(message: str, chance: random.Random) -> str:
    def swapped(at: int) -> str:
        if message[at + 1 : at + 2] not in _NEAR:
            return message
        return message[:at] + message[at + 1] + message[at] + message[at + 2 :]

    return _at_letter(message, chance, swapped)


def _join(message: str, chance: random.Random) -> str:
    """A missing space."""
    places = [at for at, letter in enumerate(message) if letter == " "]
    if not places:
        return message
    at = chance.choice(places)
    return message[:at] + message[at + 1 :]


def _shorten(message: str, chance: random.Random) -> str:
    return _replace(message, _SHORTHAND, chance)


def _by_ear(message: str, chance: random.Random) -> str:
    return _replace(message, _BY_EAR, chance)


def _at_letter(message: str, chance: random.Random, change: Callable[[int], str]) -> str:
    places = [at for at, letter in enumerate(message) if letter in _NEAR]
    return change(chance.choice(places)) if len(places) >= 3 else message


def _replace(message: str, table: Mapping[str, str], chance: random.Random) -> str:
    words = message.split(" ")
    places = [at for at, word in enumerate(words) if word in table]
    if places:
        at = chance.choice(places)
        words[at] = table[words[at]]
    return " ".join(words)


def _neighbours() -> dict[str, str]:
    """Each letter's neighbours on an English keyboard."""
    place = {letter: (row, column) for row, letters in enumerate(_ROWS) for column, letter in enumerate(letters)}
    return {
        letter: "".join(
            other
            for other, (above, beside) in place.items()
            if other != letter and abs(above - row) <= 1 and abs(beside - column) <= 1
        )
        for letter, (row, column) in place.items()
    }


_NEAR = _neighbours()
_KINDS = {_neighbour: 3.0, _drop: 3.0, _double: 2.0, _swap: 2.0, _join: 1.5, _shorten: 1.5, _by_ear: 2.0}
