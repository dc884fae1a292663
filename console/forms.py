"""What comes out of the console's forms: cleaned, checked, typed. Errors are keys of console texts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import phonenumbers
from werkzeug.exceptions import BadRequest

from core.helpdesk.opening import TakenDown
from core.messages import clean_text

LONGEST_REPLY = 1_600
"""Characters a volunteer's text may have: Twilio takes no longer message body (error 21617)."""
LONGEST_LINE = 200
LONGEST_WORDS = 4_000

Form = Mapping[str, str]
Errors = dict[str, str]
"""Field -> key of the text that says what is wrong with it."""


def written(form: Form, name: str) -> str:
    """The cleaned text of a field; "" where it is missing."""
    return clean_text(form.get(name, ""))


def form_key(form: Form, name: str = "form_key") -> uuid.UUID:
    """The key that makes a form sent twice count once. Raises BadRequest where a page of ours can't have made it."""
    try:
        return uuid.UUID(form.get(name, ""))
    except ValueError:
        raise BadRequest from None


def text_error(text: str, longest: int) -> Errors:
    """What is wrong with the words of a reply or note."""
    if not text:
        return {"text": "error.text.empty"}
    return {"text": "error.text.long"} if len(text) > longest else {}


def safe_next(target: str) -> str | None:
    """A page of the console to go on to; None for any other address."""
    parts = urlsplit(target)
    inside = parts.path.startswith("/console/") and not parts.scheme and not parts.netloc and "\\" not in target
    return parts.path if inside else None


@dataclass(frozen=True, slots=True)
class NewRequestForm:
    """The form "New request for someone", as it was filled in; the same names as its fields."""

    request_id: uuid.UUID
    name: str
    phone: str
    need: str
    place: str
    words: str
    language: str
    for_whom: str
    consent: bool
    consent_words: str
    urgent: bool

    @classmethod
    def empty(cls, language: str) -> NewRequestForm:
        """A fresh form."""
        return cls(uuid.uuid4(), "", "", "", "", "", language, "", False, "", False)

    @classmethod
    def read(cls, form: Form) -> NewRequestForm:
        """What was sent."""
        return cls(
            request_id=form_key(form, "request_id"),
            name=written(form, "name"),
            phone=written(form, "phone"),
            need=written(form, "need"),
            place=written(form, "place"),
            words=written(form, "text"),
            language=written(form, "language"),
            for_whom=written(form, "for_whom"),
            consent="consent" in form,
            consent_words=written(form, "consent_words"),
            urgent="urgent" in form,
        )

    def errors(self, country: str, needs: Mapping[str, object], languages: tuple[str, ...]) -> Errors:
        """What must be mended, by field in the order of the page."""
        wrong: Errors = {}
        if not self.name:
            wrong["name"] = "error.name.empty"
        if self.phone and dialled(self.phone, country) is None:
            wrong["phone"] = "error.phone.wrong"
        if self.need and self.need not in needs:
            wrong["need"] = "error.need.unknown"
        if not 0 < len(self.words) <= LONGEST_WORDS:
            wrong["text"] = "error.words.long" if self.words else "error.words.empty"
        if self.language not in languages:
            wrong["language"] = "error.language.unknown"
        if not self.consent:
            wrong["consent"] = "error.consent.missing"
        if not self.consent_words:
            wrong["consent_words"] = "error.consent_words.empty"
        return wrong | self._too_long()

    def _too_long(self) -> Errors:
        lines = {
            "name": self.name,
            "place": self.place,
            "for_whom": self.for_whom,
            "consent_words": self.consent_words,
        }
        return {field: "error.line.long" for field, line in lines.items() if len(line) > LONGEST_LINE}

    def taken_down(self, country: str) -> TakenDown:
        """What the help desk takes; the form has no errors."""
        return TakenDown(
            request_id=self.request_id,
            name=self.name,
            phone=dialled(self.phone, country) or "",
            need=self.need,
            place=self.place,
            words=self.words,
            language=self.language,
            for_whom=self.for_whom,
            consent_words=self.consent_words,
            urgent=self.urgent,
        )


def dialled(phone: str, country: str) -> str | None:
    """`phone` as people of `country` write it, in E.164; None where it can't be a number."""
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
