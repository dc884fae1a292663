"""The commands of the bot's menu, and the words that a link carries: what both stand for in the core."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

COMMANDS: Mapping[str, str] = {
    "start": "start",
    "help": "help",
    "language": "language",
    "status": "status",
    "cancel": "cancel request",  # a bare "cancel" is a word for STOP, as it is with texts
    "stop": "stop",
    "privacy": "/privacy",
}
"""What each command says, in words that the catalogue knows whole, in the order of the menu. Of all words that could
stand here, those are English: a message so short leaves the language as it is."""
START = "start"


def words_of_links(needs: Iterable[str]) -> Mapping[str, str]:
    """The need that each word after t.me/<bot>?start= names, in lower case.

    A link may hold letters, digits, - and _ only, so that food.meals is food_meals or food-meals. What stands after
    the dot is enough where it ends no other need.
    """
    codes = tuple(needs)
    ends = Counter(_plain(code.partition(".")[2]) for code in codes)
    short = {end: code for code in codes if ends[end := _plain(code.partition(".")[2])] == 1}
    return short | {_plain(code): code for code in codes}


def need_in_link(said: str, words: Mapping[str, str]) -> str:
    """The code of the need that `said` names, "" for none; `words` as `words_of_links` gives them."""
    return words.get(_plain(said.casefold()), "")


def _plain(word: str) -> str:
    return word.replace(".", "_").replace("-", "_")
