"""Which telephone numbers Handrail may have somebody call, and which may take texts."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_CALLABLE = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)
"""Types of libphonenumber that a person answers at an ordinary price: not premium rate, shared cost, UAN and others."""


_TEXTED = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def takes_texts(number: str) -> bool:
    """Whether `number` (E.164) may be a mobile's; in some countries the number doesn't tell."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) in _TEXTED
    except phonenumbers.NumberParseException:
        return False


def number_to_call(said: str, country: str) -> str | None:
    """The first number in `said` (keys, words or E.164) that a person of `country` has, as E.164; None for none.

    A number of another country, a short one, or one that costs extra is never given: calling it could be a trap.
    """
    for match in phonenumbers.PhoneNumberMatcher(said, country):
        ordinary = phonenumbers.number_type(match.number) in _CALLABLE
        if ordinary and phonenumbers.region_code_for_number(match.number) == country:
            return phonenumbers.format_number(match.number, PhoneNumberFormat.E164)
    return None
