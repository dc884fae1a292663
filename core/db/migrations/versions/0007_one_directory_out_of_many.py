"""One directory out of many"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.create_table('listing_change',
    sa.Column('seq', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_listing_change')),
    sqlite_autoincrement=True
    )
    op.create_table('area_of_scheme',
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('scheme', sa.String(length=64), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=True),
    sa.Column('geometry', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True),
    sa.Column('postcodes', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_area_of_scheme_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_area_of_scheme')),
    sa.UniqueConstraint('scheme', 'name', name=op.f('uq_area_of_scheme_scheme_name'))
    )
    with op.batch_alter_table('area_of_scheme', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_area_of_scheme_source_id'), ['source_id'], unique=False)

    op.create_table('taxonomy',
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('uri', sa.Text(), nullable=True),
    sa.Column('version', sa.Text(), nullable=True),
    sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_taxonomy_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_taxonomy'))
    )
    with op.batch_alter_table('taxonomy', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_taxonomy_source_id'), ['source_id'], unique=False)

    op.create_table('attribute',
    sa.Column('link_entity', sa.String(length=32), nullable=False),
    sa.Column('link_id', sa.Uuid(), nullable=False),
    sa.Column('taxonomy_term_id', sa.Uuid(), nullable=False),
    sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['taxonomy_term_id'], ['taxonomy_term.id'], name=op.f('fk_attribute_taxonomy_term_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attribute'))
    )
    with op.batch_alter_table('attribute', schema=None) as batch_op:
        batch_op.create_index('ix_attribute_link', ['link_entity', 'link_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attribute_taxonomy_term_id'), ['taxonomy_term_id'], unique=False)

    op.create_table('doubt',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('number_dead', 'closed', 'moved', 'wrong_hours', 'no_answer', 'other', name='doubtkind', native_enum=False, length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('by', sa.Uuid(), nullable=True),
    sa.Column('number', sa.String(length=16), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['volunteer.id'], name=op.f('fk_doubt_by')),
    sa.ForeignKeyConstraint(['request_id'], ['help_request.id'], name=op.f('fk_doubt_request_id')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_doubt_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_doubt'))
    )
    with op.batch_alter_table('doubt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_doubt_service_id'), ['service_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_doubt_settled_at'), ['settled_at'], unique=False)

    op.create_table('duplicate_pair',
    sa.Column('left_id', sa.Uuid(), nullable=False),
    sa.Column('right_id', sa.Uuid(), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('evidence', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('open', 'same', 'different', name='pairstate', native_enum=False, length=32), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['decided_by'], ['volunteer.id'], name=op.f('fk_duplicate_pair_decided_by')),
    sa.ForeignKeyConstraint(['left_id'], ['service.id'], name=op.f('fk_duplicate_pair_left_id')),
    sa.ForeignKeyConstraint(['right_id'], ['service.id'], name=op.f('fk_duplicate_pair_right_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duplicate_pair')),
    sa.UniqueConstraint('left_id', 'right_id', name=op.f('uq_duplicate_pair_left_id_right_id'))
    )
    with op.batch_alter_table('duplicate_pair', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_duplicate_pair_right_id'), ['right_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_duplicate_pair_state'), ['state'], unique=False)

    op.create_table('listing_edit',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('entity', sa.String(length=32), nullable=False),
    sa.Column('entity_id', sa.Uuid(), nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.Column('previous', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True),
    sa.Column('replacement', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True),
    sa.Column('origin', sa.Enum('console', 'provider', 'merge', name='editorigin', native_enum=False, length=32), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'published', 'refused', 'undone', name='editstate', native_enum=False, length=32), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['decided_by'], ['volunteer.id'], name=op.f('fk_listing_edit_decided_by')),
    sa.ForeignKeyConstraint(['made_by'], ['volunteer.id'], name=op.f('fk_listing_edit_made_by')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_listing_edit_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listing_edit'))
    )
    with op.batch_alter_table('listing_edit', schema=None) as batch_op:
        batch_op.create_index('ix_listing_edit_entity', ['entity_id', 'field'], unique=False)
        batch_op.create_index(batch_op.f('ix_listing_edit_service_id'), ['service_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_listing_edit_state'), ['state'], unique=False)

    op.create_table('need_proposal',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('need_code', sa.String(length=64), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('taken', sa.Boolean(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['decided_by'], ['volunteer.id'], name=op.f('fk_need_proposal_decided_by')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_need_proposal_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_need_proposal')),
    sa.UniqueConstraint('service_id', 'need_code', name=op.f('uq_need_proposal_service_id_need_code'))
    )
    op.create_table('verification',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('asked_by', sa.Enum('email', 'sms', 'phone', name='askedby', native_enum=False, length=32), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('token_key', sa.String(length=64), nullable=True),
    sa.Column('contact_point_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Enum('asked', 'right', 'changed', 'closed', 'no_answer', name='verified', native_enum=False, length=32), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['answered_by'], ['volunteer.id'], name=op.f('fk_verification_answered_by')),
    sa.ForeignKeyConstraint(['contact_point_id'], ['contact_point.id'], name=op.f('fk_verification_contact_point_id')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_verification_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verification')),
    sa.UniqueConstraint('token_key', name=op.f('uq_verification_token_key'))
    )
    with op.batch_alter_table('verification', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_verification_contact_point_id'), ['contact_point_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_verification_service_id'), ['service_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_verification_state'), ['state'], unique=False)

    with op.batch_alter_table('address', schema=None) as batch_op:
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))

    with op.batch_alter_table('cost_option', schema=None) as batch_op:
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))

    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.add_column(sa.Column('age_told', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('stays_in', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('language', schema=None) as batch_op:
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))

    with op.batch_alter_table('location', schema=None) as batch_op:
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))

    with op.batch_alter_table('organization', schema=None) as batch_op:
        batch_op.add_column(sa.Column('alternate_name', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))

    with op.batch_alter_table('phone', schema=None) as batch_op:
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))

    with op.batch_alter_table('redirect', schema=None) as batch_op:
        batch_op.add_column(sa.Column('by', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('choices', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_redirect_by'), 'volunteer', ['by'], ['id'])

    with op.batch_alter_table('required_document', schema=None) as batch_op:
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))

    with op.batch_alter_table('schedule', schema=None) as batch_op:
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))

    with op.batch_alter_table('service', schema=None) as batch_op:
        batch_op.add_column(sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))

    with op.batch_alter_table('service_area', schema=None) as batch_op:
        batch_op.add_column(sa.Column('location_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))
        batch_op.create_index(batch_op.f('ix_service_area_location_id'), ['location_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_service_area_location_id'), 'location', ['location_id'], ['id'])

    with op.batch_alter_table('service_at_location', schema=None) as batch_op:
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))

    with op.batch_alter_table('source_record', schema=None) as batch_op:
        batch_op.add_column(sa.Column('missed', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('taxonomy_term', schema=None) as batch_op:
        batch_op.add_column(sa.Column('taxonomy_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('description', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('carried', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=True))
        batch_op.alter_column('taxonomy',
               existing_type=sa.VARCHAR(length=128),
               nullable=True)
        batch_op.alter_column('code',
               existing_type=sa.VARCHAR(length=128),
               nullable=True)
        batch_op.create_index(batch_op.f('ix_taxonomy_term_taxonomy_id'), ['taxonomy_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_taxonomy_term_taxonomy_id'), 'taxonomy', ['taxonomy_id'], ['id'])

    with op.batch_alter_table('translation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('reviewed_by', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('translated_from', sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_translation_reviewed_by'), 'volunteer', ['reviewed_by'], ['id'])



def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table('translation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_translation_reviewed_by'), type_='foreignkey')
        batch_op.drop_column('translated_from')
        batch_op.drop_column('reviewed_by')
        batch_op.drop_column('reviewed_at')

    with op.batch_alter_table('taxonomy_term', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_taxonomy_term_taxonomy_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_taxonomy_term_taxonomy_id'))
        batch_op.alter_column('code',
               existing_type=sa.VARCHAR(length=128),
               nullable=False)
        batch_op.alter_column('taxonomy',
               existing_type=sa.VARCHAR(length=128),
               nullable=False)
        batch_op.drop_column('carried')
        batch_op.drop_column('description')
        batch_op.drop_column('taxonomy_id')

    with op.batch_alter_table('source_record', schema=None) as batch_op:
        batch_op.drop_column('missed')

    with op.batch_alter_table('service_at_location', schema=None) as batch_op:
        batch_op.drop_column('carried')

    with op.batch_alter_table('service_area', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_service_area_location_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_service_area_location_id'))
        batch_op.drop_column('carried')
        batch_op.drop_column('location_id')

    with op.batch_alter_table('service', schema=None) as batch_op:
        batch_op.drop_column('carried')
        batch_op.drop_column('withdrawn_at')

    with op.batch_alter_table('schedule', schema=None) as batch_op:
        batch_op.drop_column('carried')

    with op.batch_alter_table('required_document', schema=None) as batch_op:
        batch_op.drop_column('carried')

    with op.batch_alter_table('redirect', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_redirect_by'), type_='foreignkey')
        batch_op.drop_column('choices')
        batch_op.drop_column('by')

    with op.batch_alter_table('phone', schema=None) as batch_op:
        batch_op.drop_column('carried')

    with op.batch_alter_table('organization', schema=None) as batch_op:
        batch_op.drop_column('carried')
        batch_op.drop_column('alternate_name')

    with op.batch_alter_table('location', schema=None) as batch_op:
        batch_op.drop_column('carried')

    with op.batch_alter_table('language', schema=None) as batch_op:
        batch_op.drop_column('carried')

    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.drop_column('stays_in')
        batch_op.drop_column('age_told')

    with op.batch_alter_table('cost_option', schema=None) as batch_op:
        batch_op.drop_column('carried')

    with op.batch_alter_table('address', schema=None) as batch_op:
        batch_op.drop_column('carried')

    with op.batch_alter_table('verification', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_verification_state'))
        batch_op.drop_index(batch_op.f('ix_verification_service_id'))
        batch_op.drop_index(batch_op.f('ix_verification_contact_point_id'))

    op.drop_table('verification')
    op.drop_table('need_proposal')
    with op.batch_alter_table('listing_edit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_listing_edit_state'))
        batch_op.drop_index(batch_op.f('ix_listing_edit_service_id'))
        batch_op.drop_index('ix_listing_edit_entity')

    op.drop_table('listing_edit')
    with op.batch_alter_table('duplicate_pair', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_duplicate_pair_state'))
        batch_op.drop_index(batch_op.f('ix_duplicate_pair_right_id'))

    op.drop_table('duplicate_pair')
    with op.batch_alter_table('doubt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_doubt_settled_at'))
        batch_op.drop_index(batch_op.f('ix_doubt_service_id'))

    op.drop_table('doubt')
    with op.batch_alter_table('attribute', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attribute_taxonomy_term_id'))
        batch_op.drop_index('ix_attribute_link')

    op.drop_table('attribute')
    with op.batch_alter_table('taxonomy', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_taxonomy_source_id'))

    op.drop_table('taxonomy')
    with op.batch_alter_table('area_of_scheme', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_area_of_scheme_source_id'))

    op.drop_table('area_of_scheme')
    op.drop_table('listing_change')
