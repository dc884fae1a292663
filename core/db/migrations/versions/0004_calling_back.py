"""When, and at which number, to call back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.add_column(sa.Column('call_back', sa.Enum('any', 'morning', 'afternoon', name='callback', native_enum=False, length=32), nullable=True))
        batch_op.add_column(sa.Column('call_number_id', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_help_request_call_number_id'), 'contact_point', ['call_number_id'], ['id'])
        batch_op.create_index(batch_op.f('ix_help_request_call_number_id'), ['call_number_id'], unique=False)


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_help_request_call_number_id'))
        batch_op.drop_constraint(batch_op.f('fk_help_request_call_number_id'), type_='foreignkey')
        batch_op.drop_column('call_number_id')
        batch_op.drop_column('call_back')
