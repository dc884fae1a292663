"""The answer to what we asked, by digit, word or key; anything else is a change of mind and goes on down the ladder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.conversation.ask_again import ask_again
from core.conversation.call_back import about_calling_back
from core.conversation.clarify import clarify, which_need
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
from core.conversation.menu import pick_in_menu
from core.conversation.needs import (
    finish,
    none_of_the_list,
    passed_on,
    picked_from_list,
    referral_agreed,
    referral_refused,
    referral_wanted,
    serve,
    serve_alone,
    text_it,
)
from core.conversation.people import bring_a_person
from core.conversation.phrases import choices, person_comes, reply, say
from core.conversation.place import MORE_IS_TOLD, ask_postcode, more_told, place_in_words, place_not_known, place_shared
from core.conversation.review import also, corrected
from core.conversation.situation import Search, Situation
from core.conversation.state import ABOUT_A_PLACE, ABOUT_CALLING_BACK, NewQuestion, OpenQuestion, QuestionKind
from core.db.models.help_request import FollowUpAnswer, Reason
from core.messages import Words
from intents.understanding import Act, WhoFor

Outcome = Decision | Search | None
Answer = Callable[[Situation, OpenQuestion, int], Outcome]

BRIEF = 4
"""Words of an answer that says no more than for whom it is."""


def answer_to_question(s: Situation) -> Outcome:
    """0 is a person, always; then the open question's own answers."""
    if s.question and s.question.kind in ABOUT_CALLING_BACK:  # a person was asked for: 0 changes nothing
        return about_calling_back(s, s.question)
    question = s.question
    if s.understanding.slots.choice == 0:
        guessed = question.needs[0] if question and question.kind is QuestionKind.WHICH_NEED else None
        return bring_a_person(s, Reason.ASKED_FOR_PERSON, need=guessed)
    if question is None:
        return _late_answer(s)
    if s.wordless_media:
        return None
    if s.inbound.location:
        return place_shared(s, question)
    by_place = question.kind in ABOUT_A_PLACE and s.understanding.slots.place
    if s.misheard and s.picked is not None and question.kind in _MUST_BE_HEARD and not s.state.misses:
        return ask_again(s, question, say("call.low"), missed=True)
    if s.picked is not None and not by_place:  # "im not sure, near mill street" tells the place
        return _ANSWERS[question.kind](replace(s, state=s.state.understood()), question, s.picked)
    return _in_other_words(s, question)


def _late_answer(s: Situation) -> Outcome:
    """A digit or a yes long after the question: what it was about is shown anew, nothing is done unseen."""
    if s.understanding.slots.choice is None and s.act is not Act.YES:
        return None
    if s.state.need is None or not s.state.offered:
        return None
    return serve(s, replace(s.state, offered=s.state.offered[:-1], waiting=(), perhaps=None, private_phone=None))


def _in_other_words(s: Situation, question: OpenQuestion) -> Outcome:
    """An answer that names no choice. A need that was told is none: that is a change of mind."""
    if s.act is Act.CANCEL and not s.requests and question.kind is not QuestionKind.FOLLOW_UP:
        return finish(s, replace(s.state, waiting=(), perhaps=None), say("ok.any_time"))
    if s.inbound.about:
        return None
    if question.kind in ABOUT_A_PLACE:
        return place_in_words(s, question)
    if s.wanted:
        return None
    answer = _IN_OTHER_WORDS.get((question.kind, s.act))
    if answer:
        return answer(s, question)
    if question.kind is QuestionKind.FOR_WHOM and s.understanding.slots.who_for:
        return _for_whom(s, question, 2 if s.understanding.slots.who_for is WhoFor.OTHER else 1)
    if question.kind in MORE_IS_TOLD and (told := more_told(s, question)):
        return told
    if question.kind in MORE_IS_TOLD and _for_someone_else(s):
        return ask_again(replace(s, state=s.state.about(WhoFor.OTHER.value, s.person_told)), question)
    return _not_a_choice(s, question) if s.only_a_number else None


def _for_someone_else(s: Situation) -> bool:
    """ "its for my dad": told in few words; longer ones may speak of others for other reasons."""
    brief = len(s.understanding.text.split()) <= BRIEF
    return brief and s.understanding.slots.who_for is WhoFor.OTHER and s.state.for_whom != WhoFor.OTHER


def _not_a_choice(s: Situation, question: OpenQuestion) -> Decision | None:
    if s.state.misses:
        return bring_a_person(s, Reason.NOT_UNDERSTOOD, say("ask.gave_up"))
    state = replace(s.state, misses=1)
    told = (line for line in question.asked.say if line.language)  # languages, each offered in its own words
    return Decision(reply(s, say("ask.pick"), *told, picks=question.choices), state)


def _remark(s: Situation, question: OpenQuestion) -> Outcome:
    """ "I called and hear nothing", with no request of theirs open, is about the service on offer."""
    return None if s.requests else clarify(s)


def _enough(s: Situation, question: OpenQuestion) -> Outcome:
    return finish(s, s.state, say("ok.any_time"))


def _none_of_both(s: Situation, question: OpenQuestion) -> Outcome:
    return finish(s, replace(s.state, waiting=(), perhaps=None), say("ok.any_time"))


def _none_of_these(s: Situation, question: OpenQuestion) -> Outcome:
    """Our guess was wrong; in their own words once more, and then a person."""
    state, wrong = replace(s.state, misses=1), corrected(s, question.needs[0], None)
    return Decision(reply(s, say("ask.need"), free="need"), state, wrong, answered=True)


def _offer(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    need, *perhaps = question.needs
    by_text = s.on_the_phone and s.can_be_texted
    if picked == 3 and perhaps and not by_text:
        return _perhaps(s, perhaps[0])
    if need != s.state.need:  # another matter came between
        s = replace(s, state=replace(s.state, need=need, offered=(question.subject,) if question.subject else ()))
    if picked == 2:
        return serve(s, s.state, answered=True)
    search = Search(service=question.subject)
    if search not in s.findings:
        return search
    offer = s.findings[search].service
    if offer and picked == 3:
        return text_it(s, offer)
    return referral_wanted(s, s.state, offer) if offer else serve(s, s.state, answered=True)


def _perhaps(s: Situation, need: str) -> Outcome:
    """The need that the message may have told as well: it was told."""
    return serve(s, s.state.going_on(need), answered=True)


def _pass_on(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    search = Search(service=question.subject)
    if search not in s.findings:
        return search
    offer = s.findings[search].service
    if picked == 2 or offer is None:
        return referral_refused(s, s.state, offer)
    (need,), words = question.needs, s.understanding.text
    effects: tuple[Effect, ...] = (
        OpenRequest(Reason.REFERRAL, need=need, consent_words=words, private=s.is_private(need)),
        RecordReferral(offer.service_id, need, passed_on(s), words),
    )
    return referral_agreed(s, s.state, offer, effects)


def _which_need(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    if picked > len(question.needs):
        return _none_of_these(s, question)  # the "no" to "do you mean this"
    first, chosen = question.needs[0], question.needs[picked - 1]
    state = s.state.starting(chosen, s.state.words or s.understanding.text)
    served = serve(s, replace(state, private_phone=s.state.private_phone), answered=True)
    return served if chosen == first else also(served, corrected(s, first, chosen))


def _two_needs(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    chosen = question.needs[picked - 1]
    others = tuple(code for code in question.needs if code != chosen)
    # The pair was offered already: this one is now looked at alone, the other waits for its turn.
    return serve_alone(s, replace(s.state.going_on(chosen), waiting=others))


def _next_need(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    rest = s.state.waiting[1:]
    if picked == 1:
        state = replace(s.state.going_on(question.needs[0]), waiting=rest)
        return serve(s, state, answered=True)
    return finish(s, replace(s.state, waiting=rest), say("ok.any_time"))


def _for_whom(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    return serve(s, replace(s.state, for_whom="self" if picked == 1 else "other"), answered=True)


def _private_phone(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    safe = SetSafeToCall(picked == 1)
    if picked == 2:
        forgotten = replace(s.state, need=None, words="", waiting=(), perhaps=None, private_phone=None)
        return Decision(reply(s, say("private.no"), say("private.danger")), forgotten, (safe,), answered=True)
    state = replace(s.state, private_phone=True)
    outcome = which_need(s, state, question.needs) if question.needs else serve(s, state)
    if isinstance(outcome, Decision):
        return replace(outcome, effects=(*outcome.effects, safe), answered=True)
    return outcome


def _person(s: Situation, question: OpenQuestion, picked: int) -> Outcome:
    if picked == 2:
        return _perhaps(s, question.needs[1])
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
    if s.on_the_phone:
        return Decision(reply(s, say("call.ask_need"), free="need"), s.state, (SetLanguage(language),), answered=True)
    return Decision(
        reply(s, say("language.changed"), say("ask.need")), s.state, (SetLanguage(language),), answered=True
    )


_MUST_BE_HEARD = frozenset({QuestionKind.PASS_ON, QuestionKind.PRIVATE_PHONE, QuestionKind.CANCEL})
"""Questions whose yes can't be taken back: one that the speech recogniser doubts is asked for once more."""
_IN_OTHER_WORDS: dict[tuple[QuestionKind, Act], Callable[[Situation, OpenQuestion], Outcome]] = {
    (QuestionKind.OFFER, Act.YES): lambda s, question: _offer(s, question, 1),
    (QuestionKind.OFFER, Act.NO): _enough,
    (QuestionKind.OFFER, Act.STATUS): _remark,
    (QuestionKind.LIST, Act.NO): none_of_the_list,
    (QuestionKind.LIST, Act.STATUS): _remark,
    (QuestionKind.TWO_NEEDS, Act.YES): lambda s, question: _two_needs(s, question, 1),
    (QuestionKind.TWO_NEEDS, Act.NO): _none_of_both,
    (QuestionKind.WHICH_NEED, Act.NO): _none_of_these,
    (QuestionKind.PERSON, Act.YES): lambda s, question: _person(s, question, 1),
    (QuestionKind.PERSON, Act.NO): _enough,
    (QuestionKind.LANGUAGE, Act.NO): _enough,
}
_ANSWERS: dict[QuestionKind, Answer] = {
    QuestionKind.PLACE: lambda s, question, picked: place_not_known(s) if picked == 1 else ask_postcode(s),
    QuestionKind.OFFER: _offer,
    QuestionKind.LIST: picked_from_list,
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
    QuestionKind.MENU: pick_in_menu,
}
