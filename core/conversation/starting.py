"""What we say first: it names no need and no service, for someone else may read it."""

from __future__ import annotations

from collections.abc import Sequence

from core.conversation.phrases import choices
from core.messages import Expects, Param, Phone, Reply, Say, Translated, Words

YOU_CALLED = "call.you_called"
"""The first line of a call back to who hung up at once."""


def follow_up_question(language: str) -> Reply:
    """Did you get the help?"""
    picks = choices("choice.yes", "choice.partly", "choice.no")
    return Reply((Say("followup.ask"),), language, Expects(picks, person=True))


def listing_question(name: Translated, phone: Phone | None, address: str | None, hours: str, language: str) -> Reply:
    """To a provider, by text: is what we tell people about a listing still right? hours: in words, "" for none."""
    facts: tuple[tuple[str, str, Param | None], ...] = (
        ("service.phone", "phone", phone),
        ("provider.hours", "hours", Words(hours) if hours else None),
        ("service.address", "address", Words(address) if address else None),
    )
    lines = [Say(key, {param: value}, optional=True) for key, param, value in facts if value]
    picks = choices("choice.yes", "choice.changed", "choice.ended")
    ask = (Say("provider.ask", {"name": name}), *lines, Say("help.no_more"))
    return Reply(ask, language, Expects(picks, person=True))


def listing_mail(links: Sequence[tuple[Translated, str]], days: int, language: str) -> Reply:
    """To a provider, by e-mail: the same of one or more listings, each with the link to its own page, which
    can be used for `days`."""
    lines = [Say("provider.mail_listing", {"name": name, "link": Words(link)}) for name, link in links]
    first = (Say("provider.mail_subject"), Say("provider.mail_why"))
    return Reply((*first, *lines, Say("provider.mail_until", {"number": Words(str(days))})), language)


def emergency_again(language: str) -> Reply:
    """Once more, five minutes after the first answer to danger."""
    return Reply((Say("emergency.again"),), language)


def call_back(language: str) -> Reply:
    """A call back to who hung up at once: what follows is said as to someone who calls."""
    return Reply((Say(YOU_CALLED),), language)


def is_call_back(reply: Reply) -> bool:
    """Whether `reply` is what `call_back` gives."""
    return any(line.key == YOU_CALLED for line in reply.say)
