"""Takes out of a message what says who wrote it: numbers, addresses, names. Pure; errs on the side of too much.

By rules, because a message of ten words tells a name finder little, and because a person looks at the rest before
anything is learnt from it. What the rules miss (a name in small letters without a cue) that person takes out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NewType

from core.review import cues
from intents.catalogue_file import plain
from intents.slots import known_places

Anonymous = NewType("Anonymous", str)
"""Words that have been through `anonymous`; nothing else may be kept."""

MARK = "…"
"""Stands where something was taken out."""
LONGEST = 300
"""Characters. A longer message is a story, and a story tells whose it is."""
LONGEST_PLACE = 6
"""Words of a place's name."""
LONGEST_NAME = 3
"""Words taken for one name."""


@dataclass(frozen=True, slots=True)
class Known:
    """Words that are no names (in the form of `plain`), and the directory's places (normalised)."""

    words: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


def anonymous(text: str, known: Known) -> Anonymous | None:
    """`text` as it may be kept; None where it is too long, or where no word of it is left."""
    if len(text) > LONGEST:
        return None
    rest = deidentify(text, known)
    return Anonymous(rest) if any(c.isalpha() for c in rest) else None


def deidentify(text: str, known: Known) -> str:
    """`text` in one line, with `MARK` for what may say who wrote it. No three digits in a row are left."""
    text = _SPANISH_STREET.sub(_unless_it_goes_on, _one_form(text))
    for pattern in (*_PATTERNS, *_CHINESE, *_NUMBERS):
        text = pattern.sub(MARK, text)
    text = _Latin(text, known).without_names()
    return re.sub(rf"{MARK}(?:[\s,.\-/]*{MARK})+", MARK, " ".join(text.split()))


def _one_form(text: str) -> str:
    """Every digit as 0 to 9, nothing invisible between them, single spaces and line breaks."""
    folded = "".join(
        str(unicodedata.digit(c)) if unicodedata.digit(c, None) is not None else c
        for c in text
        if unicodedata.category(c) not in ("Cf", "Cc", "Mn", "Me") or c in "\n\t\r\u0301\u0303\u0308"
    )
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", folded).splitlines())
    return "\n".join(line for line in lines if line)


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _any(words: frozenset[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


_WORD = r"[^\W\d_][\w'’.\-]*"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_BEFORE_STREET = rf"(?!(?:{_any(cues.NOT_IN_AN_ADDRESS)})\b)\w[\w'’.\-]* "
_ENDINGS = "com|org|net|edu|gov|info|io|biz|uk|es|mx|cn"
_PATTERNS = (
    _re(r"\S+@\S+|@\w+|\b\w[\w.]* (?:at|arroba) \w+ (?:dot|punto) \w+"),
    _re(rf"\bhttps?://\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:{_ENDINGS})\b(?:/\S*)?"),
    # 12 Mill Street, 12b Old Mill Rd, 45 W 9th St
    _re(rf"\b\d{{1,5}} ?[a-z]?(?:[-/]\d+[a-z]?)?,? (?:{_BEFORE_STREET}){{1,3}}(?:{_any(cues.STREETS)})\b"),
    _re(rf"\b\d{{1,5}}[a-z]? (?:de |en )?(?:la |el )?(?:{_any(cues.CALLES)})\b"),  # la 12 de la calle Luna
    _re(rf"(?:\b(?:{_any(cues.DOORS)})|#)\.? ?#?\d+[a-z]?\b"),
    _re(r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b"),  # a British postcode stands for a dozen homes
)
_SPANISH_STREET = _re(
    rf"\b(?:{_any(cues.CALLES)})\.? ((?:{_WORD} ){{0,4}}{_WORD}),? ?"
    r"(?:n[º°.]*|núm(?:ero)?\.?|numero|#)? ?\d{1,5}[a-z]?\b(?:, ?\d+[º°ª]?[a-z]?\b)?"
)
_NUMBERS = (
    _re(r"\+?\(?\d(?:[\W_]{0,3}\d){2,}"),
    _re(rf"\b(?:{_any(cues.SPOKEN_DIGITS)})(?:[\W_]+(?:{_any(cues.SPOKEN_DIGITS)})\b){{3,}}"),
    _re("[零〇一二三四五六七八九幺]{3,}"),
)
_SURNAME = f"(?:{cues.TWO_CHARACTER_SURNAMES}|[{cues.SURNAMES}])"
_BETWEEN = f"(?:(?![的了个個一老在是有和跟给給找看请請])[{_HAN}]){{0,2}}"
_CHINESE_NAME = (
    rf"(?:{_SURNAME}[{_HAN}]{{1,2}}|[老小阿][{_HAN}]|[{_HAN}]{{2,3}}(?![{_HAN}])|[{_HAN}]{{2}}|"
    r"[A-Za-z][\w'\-]*(?: [A-Z][\w'\-]*){0,2})"
)
_CHINESE = (
    # 和平路12号3栋401室
    re.compile(
        rf"[{_HAN}]{{0,2}}(?:大街|路|街|道|巷|弄|胡同|里|村)\s*[\d一二三四五六七八九十百零]+\s*[号號弄]"
        r"(?:\s*\d+\s*[栋棟幢座单單元室楼樓层層房]+)*"
    ),
    re.compile(r"\d+\s*(?:号楼|號樓|栋|棟|幢|单元|單元|室|弄)(?:\s*\d+\s*[栋棟幢座单單元室楼樓层層房号號]+)*"),
    re.compile(rf"(?<=姓)(?<!百姓)(?!名)\s*[是:：]?\s*{_SURNAME}(?:[，, ]?名?叫\s*[{_HAN}]{{1,3}})?"),
    re.compile(rf"(?:姓名|名字|全名|名叫)\s*[是叫:：]*\s*{_CHINESE_NAME}"),
    re.compile(rf"(?<=叫)(?<![呼喊]叫)(?!{cues.NO_NAME_AFTER_CALLED})\s*{_CHINESE_NAME}"),
    re.compile(rf"(?<=[我这這]是){_SURNAME}[{_HAN}]{{1,2}}(?:(?![{_HAN}])|(?=的[妈媽爸母父女儿兒老太先爱愛家邻鄰朋孙孫姐妹哥弟护護]))"),
    re.compile(rf"(?<![任如为為]){_SURNAME}(?:{_BETWEEN}(?:{cues.CHINESE_TITLES})|(?:{cues.CHINESE_CALLINGS}))"),
    re.compile(rf"[老小阿][{cues.COMMON_SURNAMES}](?![{_HAN}]?[瓜皮])|阿(?![姨尔爾司莫胶膠拉婆公嬷姆])[{_HAN}]"),
)  # fmt: skip


def _unless_it_goes_on(found: re.Match[str]) -> str:
    """ "calle mayor y tengo 2 hijos" is a street and something else."""
    inner = {plain(word) for word in found[1].split()} - {
        "de",
        "del",
        "la",
        "las",
        "los",
        "el",
        "no",
    }  # "nº" is plainly "no"
    return found[0] if inner & cues.NEVER_NAMES else MARK


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str
    plain: str
    begins: bool
    """It begins a sentence."""

    @property
    def capital(self) -> bool:
        return self.text[:1].isupper()


class _Latin:
    """The words of a text in Latin letters, and which of them are to go."""

    def __init__(self, text: str, known: Known) -> None:
        self._text = text
        self._known = known
        self._mixed = not text.isupper()
        self._tokens = self._read()
        self._gone: set[int] = set()

    def without_names(self) -> str:
        """The text with `MARK` for house numbers at known places, and for names."""
        places = self._places()
        for at in range(len(self._tokens)):
            self._after_a_cue(at)
            self._title(at)
        self._sign_off()
        self._gone -= places
        self._capitals(places)
        return self._rest()

    def _read(self) -> list[_Token]:
        found, end = [], 0
        for match in _LATIN_WORD.finditer(self._text):
            begins = not end or re.search(r"[.!?¡¿。！？\n]", self._text[end : match.start()]) is not None
            found.append(_Token(match.start(), match.end(), match[0], plain(match[0]), begins))
            end = match.end()
        return found

    def _places(self) -> set[int]:
        """Where known places are; a house number beside one goes with it."""
        names, found = known_places(self._known.places).latin, set[int]()
        for start in range(len(self._tokens)):
            for length in range(min(LONGEST_PLACE, len(self._tokens) - start), 0, -1):
                span = range(start, start + length)
                if " ".join(self._tokens[i].plain for i in span) not in names:
                    continue
                found.update(span)
                for beside in (start - 1, start + length):
                    if 0 <= beside < len(self._tokens) and _HOUSE_NUMBER.fullmatch(self._tokens[beside].text):
                        self._gone.add(beside)
                break
        return found

    def _after_a_cue(self, at: int) -> None:
        for cue, sure in _CUES:
            if [token.plain for token in self._tokens[at : at + len(cue)]] == list(cue):
                self._name(at + len(cue), sure=sure)
                return
        if at in (1, 2) and self._tokens[at].plain in ("here", "aqui"):  # "rose turner here, i need ..."
            self._name(0, sure=False)

    def _title(self, at: int) -> None:
        word = self._tokens[at].plain
        before = self._tokens[at - 1].plain if at else ""
        after = self._tokens[at + 1] if at + 1 < len(self._tokens) else None
        if after is None:
            return
        # Not "I", "I'm". A capital after these is a name, whatever else the word is: "my grandson Will".
        named = self._mixed and after.capital and not after.begins and after.text[1:2].isalpha()
        if word in cues.RELATIONS | cues.TITLES_IN_DOUBT and named and after.plain not in cues.NOBODYS_NAMES:
            self._gone.add(at + 1)
        elif word in cues.TITLES or (word in cues.TITLES_IN_DOUBT and before not in cues.ARTICLES):
            self._name(at + 1, sure=named or word in cues.TITLES - cues.TITLES_AND_PEOPLE)

    def _name(self, first: int, *, sure: bool) -> None:
        """The name that begins here, if one does. `sure`: even if it is a word that we know."""
        for at in range(first, min(first + LONGEST_NAME, len(self._tokens))):
            token = self._tokens[at]
            if token.plain in _NO_NAMES:
                return
            if at > first and (token.begins or not _INSIDE_A_NAME.fullmatch(self._between(at - 1, at))):
                return
            if not (sure and at == first) and self._is_word(token):
                return
            self._gone.add(at)

    def _sign_off(self) -> None:
        for at in range(max(1, len(self._tokens) - 2), len(self._tokens)):
            if self._tokens[at - 1].plain in cues.SIGN_OFFS:
                self._name(at, sure=False)

    def _capitals(self, places: set[int]) -> None:
        if not self._mixed:
            return
        for at, token in enumerate(self._tokens):
            if token.capital and not token.begins and at not in places and not self._is_word(token):
                self._gone.add(at)
                before = at - 1
                if before >= 0 and before not in places and self._begins_the_name(before, at):
                    self._gone.add(before)

    def _begins_the_name(self, before: int, at: int) -> bool:
        """ "Rose Turner needs": the first of two capitals begins the sentence too."""
        token = self._tokens[before]
        return token.begins and token.capital and self._between(before, at) == " " and not self._is_word(token)

    def _is_word(self, token: _Token) -> bool:
        """Whether we know it as a word that is no name."""
        if token.plain in _NO_NAMES or token.plain in self._known.words:
            return True
        parts = [plain(part) for part in re.split(r"[-'’]", token.text)]  # "walk-in", "doctor's"
        return len(parts) > 1 and all(part in self._known.words for part in parts if len(part) > 1)

    def _between(self, one: int, other: int) -> str:
        return self._text[self._tokens[one].end : self._tokens[other].start]

    def _rest(self) -> str:
        pieces, end = [], 0
        for at, token in enumerate(self._tokens):
            if at not in self._gone:
                continue
            pieces += [self._text[end : token.start], MARK]
            end = token.end
        return "".join([*pieces, self._text[end:]])


_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff\d]+(?:['’\-][A-Za-z\u00c0-\u024f\u1e00-\u1eff]+)*")
_HOUSE_NUMBER = _re(r"\d{1,5}[a-z]?")
_NO_NAMES = cues.NEVER_NAMES | cues.NOBODYS_NAMES | cues.SAID_OF_ONESELF | cues.TITLES | cues.TITLES_IN_DOUBT
_INSIDE_A_NAME = re.compile(r"[ .\-]{1,2}")
_CUES: tuple[tuple[tuple[str, ...], bool], ...] = tuple(
    sorted(
        [
            *((tuple(cue.split()), True) for cue in cues.SAYS_A_NAME),
            *((tuple(cue.split()), False) for cue in cues.MAY_SAY_A_NAME),
        ],
        key=lambda pair: -len(pair[0]),
    )
)
