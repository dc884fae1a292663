"""The review list, and the language of those who write in none of ours"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.add_column(sa.Column('written_in', sa.String(length=35), nullable=True))

    op.create_table('review_item',
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('cause', sa.Enum('unknown', 'corrected', name='cause', native_enum=False, length=32), nullable=False),
    sa.Column('guessed', sa.String(length=64), nullable=True),
    sa.Column('meant', sa.String(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Uuid(), nullable=True),
    sa.Column('verdict', sa.Enum('approved', 'discarded', name='verdict', native_enum=False, length=32), nullable=True),
    sa.Column('label', sa.String(length=64), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['volunteer.id'], name=op.f('fk_review_item_decided_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_item')),
    sa.UniqueConstraint('language', 'text', name=op.f('uq_review_item_language_text'))
    )
    with op.batch_alter_table('review_item', schema=None) as batch_op:
        batch_op.create_index('ix_review_item_due', ['verdict', 'created_at'], unique=False)


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table('review_item', schema=None) as batch_op:
        batch_op.drop_index('ix_review_item_due')

    op.drop_table('review_item')
    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.drop_column('written_in')
