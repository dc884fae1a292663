"""The telephones of volunteers, and how long a recording is"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    with op.batch_alter_table('volunteer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('phone_key', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('phone_sealed', sa.LargeBinary(), nullable=True))

    with op.batch_alter_table('inbound_media', schema=None) as batch_op:
        batch_op.add_column(sa.Column('seconds', sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table('inbound_media', schema=None) as batch_op:
        batch_op.drop_column('seconds')

    with op.batch_alter_table('volunteer', schema=None) as batch_op:
        batch_op.drop_column('phone_sealed')
        batch_op.drop_column('phone_key')
