"""Chats in which volunteers are told what is urgent"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.create_table('volunteer_chat',
    sa.Column('volunteer_id', sa.Uuid(), nullable=False),
    sa.Column('code_key', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('contact_point_id', sa.Uuid(), nullable=True),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['contact_point_id'], ['contact_point.id'], name=op.f('fk_volunteer_chat_contact_point_id')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_volunteer_chat_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_volunteer_chat')),
    sa.UniqueConstraint('code_key', name=op.f('uq_volunteer_chat_code_key'))
    )
    with op.batch_alter_table('volunteer_chat', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_volunteer_chat_contact_point_id'), ['contact_point_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_volunteer_chat_volunteer_id'), ['volunteer_id'], unique=False)


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table('volunteer_chat', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_volunteer_chat_volunteer_id'))
        batch_op.drop_index(batch_op.f('ix_volunteer_chat_contact_point_id'))

    op.drop_table('volunteer_chat')
