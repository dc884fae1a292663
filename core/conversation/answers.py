"""The answer to what we asked, by digit, word or key; anything else is a change of mind and goes on down the ladder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.conversation.clarify import which_need
from core.conversation.decision import (
    AnswerFollowUp,
    CancelRequest,
    Decision,
    Effect,
    OpenRequest,
    RecordReferral,
    SetLanguage,
    SetSafeToCall,
)
from core.conversation.needs import finish, referral_agreed, referral_refused, referral_wanted, serve
from core.conversation.people import bring_a_person
from core.conversation.phrases import choices, person_comes, reply, say
from core.conversation.situation import Search, Situation
from core.conversation.state import NewQuestion, OpenQuestion, QuestionKind
from core.db.models.help_request import FollowUpAnswer, Reason
from core.directory.places import PlaceRef
from core.messages import Words
from intents.understanding import Act

Outcome = Decision | Search | None
Answer = Callable[[Situation, OpenQuestion, int], Outcome]

LONGEST_STREET = 4
"""Words; a report of something broken takes more to say than the name of a street."""
PASSED = ("phone", "need")
"""What pass.ask tells the resident that we pass on; no more than that may be."""


def answer_to_question(s: Situation) -> Outcome:
    """0 is a person, always; then the open question's own answers."""
    if s.understanding.slots.choice == 0:
        return bring_a_person(s, Reason.ASKED_FOR_PERSON)
    question = s.question
    if question is None:
        return None
    if s.picked is not None:
        return _ANSWERS[question.kind](s, question, s.picked)
    if question.kind is QuestionKind.PLACE:
        return _place_in_words(s)
    if question.kind is QuestionKind.OFFER and s.act is Act.NO:
        return finish(s, s.state, say("ok.any_time"))
    if s.understanding.slots.choice is not None:
        return _not_a_choice(s, question)
    return None


def _not_a_choice(s: Situation, question: OpenQuestion) -> Decision | None:
    if s.state.misses:
        return bring_a_person(s, Reason.NOT_UNDERSTOOD, say("ask.gave_up"))
    state = replace(s.state, misses=1)
    return Decision(reply(s, say("ask.pick"), picks=question.choices), state)


def _place(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    return serve(s, s.state.understood(), answered=True)  # the only choice is "not sure"


def _place_in_words(s: Situation) -> Outcome:
    if s.inbound.location:
        spot = s.inbound.location
        return serve(s, replace(s.state, place=PlaceRef("", spot.latitude, spot.longitude, None, None)), answered=True)
    text = s.understanding.slots.place or s.understanding.text
    search = Search(place_text=text)
    if search not in s.findings:
        return search
    place = s.findings[search].place
    if place is None and _speaks_of_something_else(s):
        return None
    note = None if place else say("place.unknown")
    unknown = PlaceRef(text[:80], None, None, None, None)
    return serve(s, replace(s.state, place=place or unknown), answered=True, note=note)


def _speaks_of_something_else(s: Situation) -> bool:
    """Whether words that are no known place are a change of mind rather than a place we don't know."""
    wanted = s.understanding.wanted
    if wanted:
        # "calle larga" looks like a report of a broken street, and is an answer to "where are you?"
        only_street = all(s.community.catalogue.needs[need.code].report for need in wanted)
        short = len(s.understanding.text.split()) <= LONGEST_STREET
        return not (only_street and (short or s.understanding.slots.place))
    return s.act not in (Act.UNKNOWN, Act.FIND_HELP, Act.REPORT_PROBLEM)


def _offer(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    if picked == 2:
        return serve(s, s.state, answered=True)
    search = Search(service=question.subject)
    if search not in s.findings:
        return search
    offer = s.findings[search].service
    return referral_wanted(s, s.state, offer) if offer else serve(s, s.state, answered=True)


def _pass_on(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    search = Search(service=question.subject)
    if search not in s.findings:
        return search
    offer = s.findings[search].service
    if picked == 2 or offer is None:
        return referral_refused(s, s.state, offer)
    need, words = s.state.need or "", s.understanding.text
    effects: tuple[Effect, ...] = (
        OpenRequest(Reason.REFERRAL, need=need, consent_words=words, private=s.is_private(need)),
        RecordReferral(offer.service_id, need, PASSED, words),
    )
    return referral_agreed(s, s.state, offer, effects)


def _which_need(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    state = s.state.starting(question.needs[picked - 1], s.state.words or s.understanding.text)
    return serve(s, replace(state, private_phone=s.state.private_phone), answered=True)


def _two_needs(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    chosen = question.needs[picked - 1]
    others = tuple(code for code in question.needs if code != chosen)
    # The pair was offered already: this one is now looked at alone, the other waits for its turn.
    state = replace(s.state.starting(chosen, s.state.words), waiting=())
    outcome = serve(s, state, answered=True)
    if isinstance(outcome, Decision):
        return replace(outcome, state=replace(outcome.state, waiting=others))
    return outcome


def _next_need(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    rest = s.state.waiting[1:]
    if picked == 1:
        state = replace(s.state.starting(question.needs[0], s.state.words), waiting=rest)
        return serve(s, state, answered=True)
    return finish(s, replace(s.state, waiting=rest), say("ok.any_time"))


def _for_whom(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    return serve(s, replace(s.state, for_whom="self" if picked == 1 else "other"), answered=True)


def _private_phone(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    safe = SetSafeToCall(picked == 1)
    if picked == 2:
        forgotten = replace(s.state, need=None, words="", waiting=(), private_phone=None)
        return Decision(reply(s, say("private.no"), say("private.danger")), forgotten, (safe,), answered=True)
    state = replace(s.state, private_phone=True)
    outcome = which_need(s, state, question.needs) if question.needs else serve(s, state)
    if isinstance(outcome, Decision):
        return replace(outcome, effects=(*outcome.effects, safe), answered=True)
    return outcome


def _person(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    return bring_a_person(s, Reason.NOTHING_FOUND)


def _follow_up(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    if question.subject is None:
        return None
    if picked == 1:
        effect = AnswerFollowUp(question.subject, FollowUpAnswer.YES, reopen=False)
        return Decision(reply(s, say("followup.yes")), s.state, (effect,), answered=True)
    if picked == 3:
        return _reopened(s, question, FollowUpAnswer.NO)
    effect = AnswerFollowUp(question.subject, FollowUpAnswer.PARTLY, reopen=False)
    more = NewQuestion(QuestionKind.FOLLOW_UP_PARTLY, subject=question.subject, reference=question.reference)
    answer = reply(s, say("followup.partly"), picks=choices("choice.yes", "choice.no"))
    return Decision(answer, s.state, (effect,), asks=more, answered=True)


def _follow_up_partly(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    if picked == 1:
        return _reopened(s, question, FollowUpAnswer.PARTLY)
    return Decision(reply(s, say("ok.any_time")), s.state, answered=True)


def _reopened(s: Situation, question: OpenQuestion, answer: FollowUpAnswer) -> Outcome:
    if question.subject is None:
        return None
    effect = AnswerFollowUp(question.subject, answer, reopen=True)
    lines = (say("followup.reopened"), *person_comes(s, question.reference))
    return Decision(reply(s, *lines), s.state, (effect,), answered=True)


def _cancel(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    if picked == 1 and question.subject:
        line = say("cancel.done", reference=Words(question.reference))
        return Decision(reply(s, line), s.state, (CancelRequest(question.subject),), answered=True)
    return Decision(reply(s, say("cancel.kept")), s.state, answered=True)


def _language(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    language = s.community.languages[picked - 1]
    s = replace(s, language=language)
    return Decision(
        reply(s, say("language.changed"), say("ask.need")), s.state, (SetLanguage(language),), answered=True
    )


_ANSWERS: dict[QuestionKind, Answer] = {
    QuestionKind.PLACE: _place,
    QuestionKind.OFFER: _offer,
    QuestionKind.PASS_ON: _pass_on,
    QuestionKind.WHICH_NEED: _which_need,
    QuestionKind.TWO_NEEDS: _two_needs,
    QuestionKind.NEXT_NEED: _next_need,
    QuestionKind.FOR_WHOM: _for_whom,
    QuestionKind.PRIVATE_PHONE: _private_phone,
    QuestionKind.PERSON: _person,
    QuestionKind.FOLLOW_UP: _follow_up,
    QuestionKind.FOLLOW_UP_PARTLY: _follow_up_partly,
    QuestionKind.CANCEL: _cancel,
    QuestionKind.LANGUAGE: _language,
}
