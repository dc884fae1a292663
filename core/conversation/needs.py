"""From a need to a service: what must be known first, then one service at a time, then the next need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.conversation.decision import Decision, Effect, OpenRequest, RecordUnmetNeed, TextThem
from core.conversation.offers import contact_line, list_line, offer_lines, venue, what_it_does
from core.conversation.phrases import aside, choices, first_of_two, need_label, person_comes, reply, say
from core.conversation.situation import TOPIC_KEPT_BACK, Findings, Search, Situation
from core.conversation.state import NewQuestion, OpenQuestion, QuestionKind, TalkState
from core.db.models.help_request import Reason, UnmetCause
from core.directory.find import Found, Offer
from core.directory.places import PlaceRef
from core.messages import NeedName, Reply, Say, Words
from intents.catalogue import Need

MOST_LISTED = 3
"""Services shown at once where a list can be seen: as many as there are choices."""
STANDS_ALONE = frozenset(
    {
        QuestionKind.OFFER,
        QuestionKind.LIST,
        QuestionKind.PASS_ON,
        QuestionKind.FOLLOW_UP,
        QuestionKind.FOLLOW_UP_PARTLY,
        QuestionKind.CANCEL,
        QuestionKind.LANGUAGE,
    }
)
"""Questions that carry what their answer needs: they may still be answered after another need was told."""


def start_needs(s: Situation, codes: tuple[str, ...]) -> Decision | Search:
    """Serve the needs just told: the first now, the others after it (or two at once where that is simple)."""
    placed = with_place(s)
    if isinstance(placed, Search):
        return placed
    s = placed
    # What must be kept back comes first: only then is the rest of the talk known to be private or not.
    first, *others = sorted(codes, key=lambda code: code not in TOPIC_KEPT_BACK)
    state = replace(s.state.starting(first, s.understanding.text), waiting=tuple(others))
    if s.perhaps and s.community.catalogue.needs[s.perhaps].private:
        state = replace(state, waiting=(*state.waiting, s.perhaps))  # not to be named among choices: it waits, unnamed
    elif s.perhaps:
        state = replace(state, perhaps=s.perhaps)
    who_for = s.understanding.slots.who_for
    state = state.about(who_for.value if who_for else None, s.person_told)
    return serve(s, state, answered=s.question is not None and s.question.kind not in STANDS_ALONE)


def with_place(s: Situation) -> Situation | Search:
    """The situation with the place that the message tells along the way, where the directory knows it, or with the
    position that they shared."""
    spot = s.inbound.location
    if spot is None and not s.understanding.slots.place:
        return s
    there = PlaceRef("", spot.latitude, spot.longitude, None, None) if spot else None
    search = Search(place=there) if there else Search(place_text=s.understanding.slots.place or "")
    if search not in s.findings:
        return search
    return replace(s, state=replace(s.state, place=s.findings[search].place or there or s.state.place))


def serve(s: Situation, state: TalkState, *, answered: bool = False, note: Say | None = None) -> Decision | Search:
    """The next thing to say about the need in `state`: a question that must come first, or a service."""
    need = s.community.catalogue.needs[state.need or ""]
    question = _first_question(s, state, need)
    if question:
        return replace(question, answered=answered)
    if need.report:
        return _report(s, state, need, answered)
    if _simple_pair(s, state):
        return _offer_two(s, state, answered, note)
    return _offer_one(s, state, answered, note)


def serve_alone(s: Situation, state: TalkState) -> Decision | Search:
    """The next thing to say about the one need in `state`; the others go on waiting for their turn."""
    outcome = serve(s, replace(state, waiting=()), answered=True)
    if isinstance(outcome, Decision):
        return replace(outcome, state=replace(outcome.state, waiting=state.waiting))
    return outcome


def next_need(s: Situation, state: TalkState) -> tuple[TalkState, NewQuestion | None, tuple[Say, ...]]:
    """What follows when one need is done: the question about the one that still waits, or may have been told."""
    code = state.waiting[0] if state.waiting else state.perhaps
    if code is None:
        return state, None, ()
    if not state.waiting:
        state, key = replace(state, perhaps=None), "next.perhaps"
    else:
        key = "next.unnamed" if s.community.catalogue.needs[code].private else "next.need"
    line = say(key) if key == "next.unnamed" else say(key, need=NeedName(code))
    return state, NewQuestion(QuestionKind.NEXT_NEED, needs=(code,)), (line,)


def finish(
    s: Situation, state: TalkState, *lines: Say, effects: tuple[Effect, ...] = (), answered: bool = True
) -> Decision:
    """End one need with `lines`, and come to the next one that was asked for."""
    state, question, more = next_need(s, replace(state, need=None))
    picks = choices("choice.yes", "choice.no") if question else ()
    answer = reply(s, *lines, *more, picks=picks)
    return Decision(answer, state.understood(), effects, asks=question, answered=answered)


def _first_question(s: Situation, state: TalkState, need: Need) -> Decision | None:
    if need.code in TOPIC_KEPT_BACK and state.private_phone is None:
        return ask_whether_private(s, state)
    if s.contact.shared and state.for_whom is None:
        answer = reply(s, say("shared.ask"), picks=choices("choice.me", "choice.other"))
        return Decision(answer, state, asks=NewQuestion(QuestionKind.FOR_WHOM))
    if (need.place_matters or need.report) and state.place is None and not state.place_asked:
        key = "report.place" if need.report else "place.ask"
        keys = ("choice.key_postcode",) if s.can_key_a_postcode else ()
        answer = reply(s, say(key), picks=choices("choice.not_sure", *keys), free="place")
        return Decision(answer, replace(state, place_asked=True), asks=NewQuestion(QuestionKind.PLACE))
    return None


def ask_whether_private(s: Situation, state: TalkState, likely: tuple[str, ...] = ()) -> Decision:
    """Before a topic is named that nobody else may see. `likely`: needs to choose from, once it is private."""
    answer = reply(s, say("private.ask"), say("private.danger"), picks=choices("choice.yes", "choice.no"))
    return Decision(answer, state, asks=NewQuestion(QuestionKind.PRIVATE_PHONE, needs=likely))


def _report(s: Situation, state: TalkState, need: Need, answered: bool) -> Decision | Search:
    search = Search(needs=(need.code,), place=state.place, responsible=True)
    if search not in s.findings:
        return search
    body = s.findings[search].responsible.get(need.code)
    request = OpenRequest(Reason.REPORT, need=need.code, responsible_body=body.organization.original if body else None)
    told = say("report.done", organization=body.organization) if body else say("report.done_unknown")
    reference = say("report.reference", reference=Words(s.fresh_reference))
    return finish(s, state, told, reference, effects=(request,), answered=answered)


def _simple_pair(s: Situation, state: TalkState) -> bool:
    if len(state.waiting) != 1 or state.offered:
        return False
    second = s.community.catalogue.needs[state.waiting[0]]
    return not second.report and second.code not in TOPIC_KEPT_BACK


def _offer_two(s: Situation, state: TalkState, answered: bool, note: Say | None) -> Decision | Search:
    codes = (state.need or "", state.waiting[0])
    search = Search(needs=codes, place=state.place, words=state.words, person=state.person)
    if search not in s.findings:
        return search
    found = s.findings[search].by_need
    lines = [_pair_line(found[code]) for code in codes]
    unmet = tuple(_unmet(state, found[code]) for code in codes if not found[code].offers)
    picks = choices(*(first_of_two(code) for code in codes))
    answer = reply(s, note, *lines, say("two.more"), picks=picks)
    question = NewQuestion(QuestionKind.TWO_NEEDS, needs=codes)
    answer = _with_venues(s, answer, [found[code].offers[0] for code in codes if found[code].offers])
    return Decision(answer, state.understood(), unmet, asks=question, answered=answered)


def _pair_line(found: Found) -> Say:
    need = NeedName(found.need)
    if not found.offers:
        return say("two.none", need=need)
    offer = found.offers[0]
    if offer.phone is None:
        return say("two.offer_without_phone", need=need, name=offer.name)
    return say("two.offer", need=need, name=offer.name, phone=offer.phone)


def _offer_one(s: Situation, state: TalkState, answered: bool, note: Say | None) -> Decision | Search:
    search = Search((state.need or "",), "", state.place, state.offered, state.words, state.person)
    if search not in s.findings:
        return search
    found = _only(s.findings[search])
    if not found.offers:
        return _nothing(s, state, found, answered, note)
    if s.shows_a_list and len(found.offers) > 1:
        return _offer_several(s, state, found, answered, note)
    return _offer_this(s, state, found.need, found.offers[0], answered, note)


def _offer_several(s: Situation, state: TalkState, found: Found, answered: bool, note: Say | None) -> Decision:
    offers = found.offers[:MOST_LISTED]
    ids = tuple(offer.service_id for offer in offers)
    state = replace(state, offered=(*state.offered, *ids)).understood()
    picks = choices(*(Say("choice.service", {"name": offer.name}) for offer in offers))
    answer = reply(s, note, *(list_line(offer, s.now) for offer in offers), say("list.which"), picks=picks)
    question = NewQuestion(QuestionKind.LIST, needs=(found.need, *_perhaps(state)), services=ids)
    return Decision(_with_venues(s, answer, offers), state, asks=question, answered=answered)


def picked_from_list(s: Situation, question: OpenQuestion, picked: int) -> Decision | Search:
    """What is known of the service they picked; the others of the list may still be told as "another"."""
    if picked > len(question.services):
        return none_of_the_list(s, question)
    chosen = question.services[picked - 1]
    search = Search(service=chosen, place=s.state.place)
    if search not in s.findings:
        return search
    others = tuple(i for i in s.state.offered if i not in question.services)
    state = replace(s.state, need=question.needs[0], offered=others)
    offer = s.findings[search].service
    if offer is None:  # gone from the directory since
        return serve(s, state, answered=True)
    told = _offer_this(s, state, question.needs[0], offer, True, None)
    return replace(told, reply=replace(told.reply, venues=()))  # its map stands above, with the list


def none_of_the_list(s: Situation, question: OpenQuestion) -> Decision | Search:
    """They want none of these: what else there is."""
    offered = tuple(dict.fromkeys((*s.state.offered, *question.services)))
    return serve(s, replace(s.state, need=question.needs[0], offered=offered, waiting=()), answered=True)


def _offer_this(s: Situation, state: TalkState, need: str, offer: Offer, answered: bool, note: Say | None) -> Decision:
    state = replace(state, offered=(*state.offered, offer.service_id)).understood()
    third = (Say("choice.text_me"),) if s.on_the_phone and s.can_be_texted else _perhaps_label(state)
    picks = choices("choice.call_for_me", "choice.another", *third)
    name, *rest = offer_lines(offer, s.now, whole=s.shows_a_list)
    own = s.language == s.community.languages[0]
    # A text has no room for it, and a caller who has just heard something else no patience.
    what = what_it_does(offer, s.language, own=own) if s.on_the_phone and note is None else None
    answer = reply(s, note, name, what, *rest, picks=picks)
    question = NewQuestion(QuestionKind.OFFER, needs=(need, *_perhaps(state)), subject=offer.service_id)
    return Decision(_with_venues(s, answer, (offer,)), state, asks=question, answered=answered)


def _with_venues(s: Situation, answer: Reply, offers: Sequence[Offer]) -> Reply:
    """`answer` with the maps of `offers`, where they can be seen."""
    if not s.shows_a_list:
        return answer
    found = (venue(offer, s.language) for offer in offers)
    return replace(answer, venues=tuple(one for one in found if one))


def _nothing(s: Situation, state: TalkState, found: Found, answered: bool, note: Say | None) -> Decision:
    need = NeedName(found.need)
    picks = choices("choice.look_for_me", *_perhaps_label(state))
    answer = reply(s, note, say(_nothing_known(state, found), need=need), aside("service.noted"), picks=picks)
    question = NewQuestion(QuestionKind.PERSON, needs=(found.need, *_perhaps(state)))
    return Decision(answer, state.understood(), (_unmet(state, found),), asks=question, answered=answered)


def _nothing_known(state: TalkState, found: Found) -> str:
    if state.offered:
        return "service.no_more"
    return "service.none_of_age" if found.cause is UnmetCause.NOT_ELIGIBLE else "service.none"


def _perhaps(state: TalkState) -> tuple[str, ...]:
    return (state.perhaps,) if state.perhaps else ()


def _perhaps_label(state: TalkState) -> tuple[Say, ...]:
    """The choice of the need that the message may have told as well."""
    return tuple(need_label(code) for code in _perhaps(state))


def _unmet(state: TalkState, found: Found) -> RecordUnmetNeed:
    cause = UnmetCause.NONE_ACCEPTED if state.offered else found.cause or UnmetCause.NO_SERVICE
    return RecordUnmetNeed(found.need, state.place.text if state.place else None, cause)


def _only(findings: Findings) -> Found:
    return next(iter(findings.by_need.values()))


def passed_on(s: Situation) -> tuple[str, ...]:
    """What `referral_wanted` tells the resident that we pass on; no more than that may be."""
    return ("phone", "need") if s.phone_known else ("need",)


def referral_wanted(s: Situation, state: TalkState, offer: Offer) -> Decision:
    """Say what would be passed on and to whom, before anything is."""
    other = state.for_whom == "other"
    key = ("pass.ask_other" if other else "pass.ask") + ("" if s.phone_known else "_no_phone")
    line = say(key, organization=offer.organization, need=NeedName(state.need or ""))
    question = NewQuestion(QuestionKind.PASS_ON, needs=(state.need or "",), subject=offer.service_id)
    return Decision(reply(s, line, picks=choices("choice.yes", "choice.no")), state, asks=question, answered=True)


def text_it(s: Situation, offer: Offer) -> Decision:
    """What was offered, as a text to the same telephone."""
    text = Reply(offer_lines(offer, s.now, whole=True), s.language)
    return finish(s, s.state, say("text_me.done"), effects=(TextThem(text),))


def referral_refused(s: Situation, state: TalkState, offer: Offer | None) -> Decision:
    """Nothing is passed on; they keep the number to call themselves."""
    return finish(s, state, say("pass.no"), *([contact_line(offer)] if offer else []))


def referral_agreed(s: Situation, state: TalkState, offer: Offer, effects: tuple[Effect, ...]) -> Decision:
    """A person will call the service for them."""
    lines = (say("pass.yes", name=offer.name), *person_comes(s, s.fresh_reference))
    return finish(s, state, *lines, effects=effects)
