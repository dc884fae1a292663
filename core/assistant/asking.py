"""The one open question of a talk: it is answered, or another takes its place. Never commits."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.conversation.decision import Decision
from core.conversation.state import NewQuestion, OpenQuestion, QuestionKind
from core.db.models.conversation import Question
from core.db.models.timer import TimerKind
from core.messages import Reply, reply_to_json
from core.timers import set_timer

ASK_AGAIN = timedelta(days=1)
"""When a follow-up question that another question crowded out is asked again."""
DANGER_UNANSWERED = timedelta(minutes=10)
"""Who was asked whether anyone is in danger and says nothing for so long is put before a person."""


def keep_questions(
    session: Session, old: OpenQuestion | None, decision: Decision, conversation_id: uuid.UUID, now: datetime
) -> None:
    """What a turn makes of the open question `old`, and the one that it asks."""
    if old and (decision.answered or decision.asks):
        ending = {"answered_at": now} if decision.answered else {"superseded_at": now}
        session.execute(sa.update(Question).where(Question.id == old.id).values(**ending))
        if not decision.answered and old.kind is QuestionKind.FOLLOW_UP and old.subject:
            set_timer(session, TimerKind.FOLLOW_UP, old.subject, now + ASK_AGAIN)
    if decision.asks:
        asked = ask(session, conversation_id, decision.asks, decision.reply, now)
        if decision.asks.kind is QuestionKind.DANGER:
            set_timer(session, TimerKind.DANGER_UNANSWERED, asked, now + DANGER_UNANSWERED)


def ask(session: Session, conversation_id: uuid.UUID, new: NewQuestion, asked: Reply, now: datetime) -> uuid.UUID:
    """Make `new` the one open question of the conversation, asked in the words of `asked`. Gives its id."""
    question_id = uuid.uuid4()
    session.execute(
        sa.insert(Question).values(
            id=question_id,
            conversation_id=conversation_id,
            kind=new.kind.value,
            data={
                "asked": reply_to_json(asked),
                "needs": list(new.needs),
                "subject": str(new.subject) if new.subject else None,
                "reference": new.reference,
                "services": [str(service_id) for service_id in new.services],
            },
            asked_at=now,
            expires_at=now + new.lifetime,
        )
    )
    return question_id
