"""Chats linked with phones, and messages that were put in other words"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.create_table('contact_link',
    sa.Column('contact_point_id', sa.Uuid(), nullable=False),
    sa.Column('phone_id', sa.Uuid(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unlinked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['contact_point_id'], ['contact_point.id'], name=op.f('fk_contact_link_contact_point_id')),
    sa.ForeignKeyConstraint(['phone_id'], ['contact_point.id'], name=op.f('fk_contact_link_phone_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_link'))
    )
    with op.batch_alter_table('contact_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_link_contact_point_id'), ['contact_point_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contact_link_phone_id'), ['phone_id'], unique=False)

    with op.batch_alter_table('inbound_message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message_id', sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table('inbound_message', schema=None) as batch_op:
        batch_op.drop_column('message_id')

    with op.batch_alter_table('contact_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_link_phone_id'))
        batch_op.drop_index(batch_op.f('ix_contact_link_contact_point_id'))

    op.drop_table('contact_link')
