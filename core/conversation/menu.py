"""Every need by the keys alone: groups of needs, then the needs of one, three at a time."""

from __future__ import annotations

from collections.abc import Sequence

from core.conversation.decision import Decision
from core.conversation.needs import serve
from core.conversation.phrases import choices, need_label, reply, say
from core.conversation.situation import Search, Situation
from core.conversation.state import NewQuestion, OpenQuestion, QuestionKind
from core.messages import Choice, Say, Translated
from intents.groups import Group

AT_ONCE = 3
MORE = 4
_TOP = "groups"
"""Where in the menu they are is kept as the group's code, or this, with a page: "food:0"."""


def pick_in_menu(s: Situation, question: OpenQuestion, picked: int) -> Decision | Search:
    """Go where the key leads: into the menu, to its next page, into a group, or to a need."""
    where, _, page = question.reference.partition(":")
    if not where:
        return show(s, _TOP, 0)
    if picked == MORE:
        return show(s, where, int(page) + 1)
    chosen = question.needs[picked - 1]
    if where == _TOP:
        return show(s, chosen, 0)
    return serve(s, s.state.starting(chosen, ""), answered=True)


def up(s: Situation, question: OpenQuestion) -> Decision | None:
    """One level up, where there is one."""
    where = question.reference.partition(":")[0]
    return show(s, _TOP, 0) if where and where != _TOP else None


def show(s: Situation, where: str, page: int) -> Decision:
    """One page of the groups, or of the needs of a group; behind the last page comes the first."""
    groups = s.community.catalogue.groups
    if where == _TOP:
        line, codes = say("menu.which"), [group.code for group in groups]
        labels = [Say("choice.group", {"group": _name(group)}) for group in groups]
    else:
        group = next(group for group in groups if group.code == where)
        line, codes = say("menu.in_group", group=_name(group)), list(group.needs)
        labels = [need_label(code) for code in group.needs]
    start = page * AT_ONCE if page * AT_ONCE < len(codes) else 0
    picks = choices(*labels[start : start + AT_ONCE]) + _more(codes)
    question = NewQuestion(
        QuestionKind.MENU,
        needs=tuple(codes[start : start + AT_ONCE]),
        reference=f"{where}:{start // AT_ONCE}",
    )
    return Decision(reply(s, line, picks=picks), s.state.understood(), asks=question)


def _more(codes: Sequence[str]) -> tuple[Choice, ...]:
    return (Choice(MORE, Say("choice.more")),) if len(codes) > AT_ONCE else ()


def _name(group: Group) -> Translated:
    return Translated(next(iter(group.names.values())), group.names)
