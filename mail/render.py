"""A Reply as an e-mail: the first line is the subject, all lines are the body."""

from __future__ import annotations

from dataclasses import dataclass

from core.i18n.phrasebook import Phrasebook
from core.messages import Reply, clean_text

LONGEST_SUBJECT = 78
"""Characters of one line (RFC 5322, 2.1.1)."""


class RenderError(Exception):
    """A reply without words can't be mailed."""


@dataclass(frozen=True, slots=True)
class Mail:
    """Subject (one line) and plain-text body."""

    subject: str
    body: str


def render(reply: Reply, phrasebook: Phrasebook, community: str) -> Mail:
    """`reply` as a mail from `community`. Choices are left out: nobody reads answers to it.
    Raises RenderError where there is nothing to say."""
    lines = [clean_text(phrasebook.line(line, reply.language)) for line in reply.say]
    if not any(lines):
        raise RenderError("a reply without lines is not sent")
    subject = " ".join(f"{community}: {next(filter(None, lines))}".split())
    if len(subject) > LONGEST_SUBJECT:
        subject = subject[: LONGEST_SUBJECT - 1].rsplit(" ", 1)[0] + "…"
    return Mail(subject, "\n\n".join(lines) + "\n")
