"""The first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.create_table('contact_point',
    sa.Column('kind', sa.Enum('phone', 'telegram', 'email', name='contactkind', native_enum=False, length=32), nullable=False),
    sa.Column('address_key', sa.String(length=64), nullable=False),
    sa.Column('address_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('capabilities', sa.Text(), nullable=False),
    sa.Column('safe_to_call', sa.Boolean(), nullable=True),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('blocked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('language', sa.String(length=35), nullable=True),
    sa.Column('slow_speech', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_point')),
    sa.UniqueConstraint('kind', 'address_key', name=op.f('uq_contact_point_kind_address_key'))
    )
    op.create_table('delivery_report',
    sa.Column('channel', sa.Enum('sms', 'voice', 'telegram', 'email', name='channel', native_enum=False, length=32), nullable=False),
    sa.Column('provider_id', sa.String(length=128), nullable=False),
    sa.Column('status', sa.Enum('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', name='delivery', native_enum=False, length=32), nullable=False),
    sa.Column('error_code', sa.String(length=32), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_report'))
    )
    with op.batch_alter_table('delivery_report', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_report_message', ['channel', 'provider_id'], unique=False)

    op.create_table('heartbeat',
    sa.Column('name', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )
    op.create_table('login_attempt',
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('next_allowed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('username', name=op.f('pk_login_attempt'))
    )
    op.create_table('redirect',
    sa.Column('entity', sa.String(length=32), nullable=False),
    sa.Column('old_id', sa.Uuid(), nullable=False),
    sa.Column('new_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redirect')),
    sa.UniqueConstraint('old_id', name=op.f('uq_redirect_old_id'))
    )
    with op.batch_alter_table('redirect', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_redirect_new_id'), ['new_id'], unique=False)

    op.create_table('resident',
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resident'))
    )
    op.create_table('source',
    sa.Column('name', sa.String(length=128), nullable=False),
    sa.Column('license', sa.Text(), nullable=True),
    sa.Column('redistributable', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source')),
    sa.UniqueConstraint('name', name=op.f('uq_source_name'))
    )
    op.create_table('timer',
    sa.Column('kind', sa.Enum('long_wait', 'claim_idle', 'emergency_again', 'follow_up', 'follow_up_silence', 'fetch_media', name='timerkind', native_enum=False, length=32), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('run_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timer'))
    )
    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.create_index('ix_timer_due', ['done_at', 'run_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_timer_subject_id'), ['subject_id'], unique=False)

    op.create_table('translation',
    sa.Column('entity', sa.String(length=32), nullable=False),
    sa.Column('entity_id', sa.Uuid(), nullable=False),
    sa.Column('field', sa.String(length=32), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('origin', sa.String(length=16), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_translation')),
    sa.UniqueConstraint('entity_id', 'field', 'language', name=op.f('uq_translation_entity_id_field_language'))
    )
    op.create_table('volunteer',
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.Enum('volunteer', 'coordinator', name='role', native_enum=False, length=32), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_volunteer')),
    sa.UniqueConstraint('username', name=op.f('uq_volunteer_username'))
    )
    op.create_table('conversation',
    sa.Column('contact_point_id', sa.Uuid(), nullable=False),
    sa.Column('channel', sa.Enum('sms', 'voice', 'telegram', 'email', name='channel', native_enum=False, length=32), nullable=False),
    sa.Column('resident_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['contact_point_id'], ['contact_point.id'], name=op.f('fk_conversation_contact_point_id')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_conversation_resident_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversation')),
    sa.UniqueConstraint('contact_point_id', 'channel', name=op.f('uq_conversation_contact_point_id_channel'))
    )
    op.create_table('import_run',
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('quarantined', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_import_run_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_run'))
    )
    op.create_table('location',
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('location_type', sa.String(length=32), nullable=True),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('transportation', sa.Text(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_location_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_location'))
    )
    with op.batch_alter_table('location', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_location_source_id'), ['source_id'], unique=False)

    op.create_table('organization',
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('website', sa.Text(), nullable=True),
    sa.Column('kind', sa.String(length=32), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_organization_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organization'))
    )
    with op.batch_alter_table('organization', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organization_source_id'), ['source_id'], unique=False)

    op.create_table('place',
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('other_names', sa.JSON(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('area', sa.Text(), nullable=True),
    sa.Column('postcode', sa.String(length=16), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_place_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_place'))
    )
    with op.batch_alter_table('place', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_place_postcode'), ['postcode'], unique=False)
        batch_op.create_index(batch_op.f('ix_place_source_id'), ['source_id'], unique=False)

    op.create_table('resident_contact_point',
    sa.Column('resident_id', sa.Uuid(), nullable=False),
    sa.Column('contact_point_id', sa.Uuid(), nullable=False),
    sa.Column('relation', sa.Enum('own', 'shared', 'carer', name='relation', native_enum=False, length=32), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['contact_point_id'], ['contact_point.id'], name=op.f('fk_resident_contact_point_contact_point_id')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_resident_contact_point_resident_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resident_contact_point')),
    sa.UniqueConstraint('resident_id', 'contact_point_id', name=op.f('uq_resident_contact_point_resident_id_contact_point_id'))
    )
    with op.batch_alter_table('resident_contact_point', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_resident_contact_point_contact_point_id'), ['contact_point_id'], unique=False)

    op.create_table('source_record',
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('entity', sa.String(length=32), nullable=False),
    sa.Column('own_id', sa.String(length=255), nullable=False),
    sa.Column('entity_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('raw', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_source_record_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_source_record')),
    sa.UniqueConstraint('source_id', 'entity', 'own_id', name=op.f('uq_source_record_source_id_entity_own_id'))
    )
    with op.batch_alter_table('source_record', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_source_record_entity_id'), ['entity_id'], unique=False)

    op.create_table('taxonomy_term',
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('taxonomy', sa.String(length=128), nullable=False),
    sa.Column('code', sa.String(length=128), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['taxonomy_term.id'], name=op.f('fk_taxonomy_term_parent_id')),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_taxonomy_term_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_taxonomy_term'))
    )
    with op.batch_alter_table('taxonomy_term', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_taxonomy_term_source_id'), ['source_id'], unique=False)

    op.create_table('volunteer_session',
    sa.Column('volunteer_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_volunteer_session_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_volunteer_session'))
    )
    with op.batch_alter_table('volunteer_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_volunteer_session_volunteer_id'), ['volunteer_id'], unique=False)

    op.create_table('address',
    sa.Column('location_id', sa.Uuid(), nullable=False),
    sa.Column('address_1', sa.Text(), nullable=True),
    sa.Column('address_2', sa.Text(), nullable=True),
    sa.Column('city', sa.Text(), nullable=True),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('state_province', sa.Text(), nullable=True),
    sa.Column('postal_code', sa.String(length=16), nullable=True),
    sa.Column('country', sa.String(length=2), nullable=True),
    sa.Column('address_type', sa.String(length=16), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_address_location_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_address'))
    )
    with op.batch_alter_table('address', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_address_location_id'), ['location_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_address_postal_code'), ['postal_code'], unique=False)

    op.create_table('help_request',
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('status', sa.Enum('open', 'claimed', 'waiting', 'resolved', name='status', native_enum=False, length=32), nullable=False),
    sa.Column('reason', sa.Enum('asked_for_person', 'emergency', 'referral', 'report', 'not_understood', 'nothing_found', 'parked', 'wrote_after_stop', 'offer', 'feedback', 'media', 'taken_down', 'language', 'undelivered', name='reason', native_enum=False, length=32), nullable=False),
    sa.Column('urgency', sa.Enum('emergency', 'soon', 'normal', name='urgency', native_enum=False, length=32), nullable=False),
    sa.Column('urgency_rank', sa.Integer(), nullable=False),
    sa.Column('emergency_kind', sa.String(length=16), nullable=True),
    sa.Column('need_code', sa.String(length=64), nullable=True),
    sa.Column('place', sa.Text(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('tried', sa.JSON(), nullable=False),
    sa.Column('private', sa.Boolean(), nullable=False),
    sa.Column('asked_by_id', sa.Uuid(), nullable=False),
    sa.Column('for_whom', sa.Text(), nullable=True),
    sa.Column('consent_by', sa.Text(), nullable=True),
    sa.Column('consent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('consent_words', sa.Text(), nullable=True),
    sa.Column('conversation_id', sa.Uuid(), nullable=True),
    sa.Column('channel', sa.Enum('sms', 'voice', 'telegram', 'email', name='channel', native_enum=False, length=32), nullable=True),
    sa.Column('responsible_body', sa.Text(), nullable=True),
    sa.Column('claimed_by_id', sa.Uuid(), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Enum('got_help', 'partly', 'no_capacity', 'not_eligible', 'could_not_reach', 'not_wanted', name='outcome', native_enum=False, length=32), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['asked_by_id'], ['resident.id'], name=op.f('fk_help_request_asked_by_id')),
    sa.ForeignKeyConstraint(['claimed_by_id'], ['volunteer.id'], name=op.f('fk_help_request_claimed_by_id')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_help_request_conversation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_request')),
    sa.UniqueConstraint('reference', name=op.f('uq_help_request_reference'))
    )
    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_help_request_asked_by_id'), ['asked_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_help_request_claimed_by_id'), ['claimed_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_help_request_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index('ix_help_request_queue', ['status', 'urgency_rank', 'waiting_since'], unique=False)

    op.create_table('quarantined_row',
    sa.Column('import_run_id', sa.Uuid(), nullable=False),
    sa.Column('file', sa.Text(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('raw', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['import_run_id'], ['import_run.id'], name=op.f('fk_quarantined_row_import_run_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarantined_row'))
    )
    with op.batch_alter_table('quarantined_row', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_quarantined_row_import_run_id'), ['import_run_id'], unique=False)

    op.create_table('question',
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('data', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_question_conversation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question'))
    )
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_conversation_id'), ['conversation_id'], unique=False)

    op.create_table('service',
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('alternate_name', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('status', sa.String(length=32), nullable=True),
    sa.Column('fees_description', sa.Text(), nullable=True),
    sa.Column('eligibility_description', sa.Text(), nullable=True),
    sa.Column('minimum_age', sa.Integer(), nullable=True),
    sa.Column('maximum_age', sa.Integer(), nullable=True),
    sa.Column('assured_date', sa.Date(), nullable=True),
    sa.Column('last_modified', sa.DateTime(timezone=True), nullable=True),
    sa.Column('alert', sa.Text(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_service_organization_id')),
    sa.ForeignKeyConstraint(['source_id'], ['source.id'], name=op.f('fk_service_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service'))
    )
    with op.batch_alter_table('service', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_service_organization_id'), ['organization_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_source_id'), ['source_id'], unique=False)

    op.create_table('unmet_need',
    sa.Column('need_code', sa.String(length=64), nullable=False),
    sa.Column('place', sa.Text(), nullable=True),
    sa.Column('cause', sa.Enum('no_service', 'not_in_area', 'none_accepted', name='unmetcause', native_enum=False, length=32), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_unmet_need_conversation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unmet_need'))
    )
    with op.batch_alter_table('unmet_need', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unmet_need_need_code'), ['need_code'], unique=False)

    op.create_table('cost_option',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('option', sa.Text(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=True),
    sa.Column('amount', sa.Double(), nullable=True),
    sa.Column('amount_description', sa.Text(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_cost_option_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cost_option'))
    )
    with op.batch_alter_table('cost_option', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cost_option_service_id'), ['service_id'], unique=False)

    op.create_table('follow_up',
    sa.Column('help_request_id', sa.Uuid(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_times', sa.Integer(), nullable=False),
    sa.Column('answer', sa.Enum('yes', 'partly', 'no', 'silence', name='followupanswer', native_enum=False, length=32), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['help_request_id'], ['help_request.id'], name=op.f('fk_follow_up_help_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up'))
    )
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_follow_up_help_request_id'), ['help_request_id'], unique=False)

    op.create_table('help_request_event',
    sa.Column('help_request_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('volunteer_id', sa.Uuid(), nullable=True),
    sa.Column('data', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['help_request_id'], ['help_request.id'], name=op.f('fk_help_request_event_help_request_id')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_help_request_event_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_request_event'))
    )
    with op.batch_alter_table('help_request_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_help_request_event_help_request_id'), ['help_request_id'], unique=False)

    op.create_table('inbound_message',
    sa.Column('channel', sa.Enum('sms', 'voice', 'telegram', 'email', name='channel', native_enum=False, length=32), nullable=False),
    sa.Column('provider_id', sa.String(length=128), nullable=False),
    sa.Column('contact_point_id', sa.Uuid(), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=True),
    sa.Column('help_request_id', sa.Uuid(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=35), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reply', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=False),
    sa.Column('parked', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['contact_point_id'], ['contact_point.id'], name=op.f('fk_inbound_message_contact_point_id')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_inbound_message_conversation_id')),
    sa.ForeignKeyConstraint(['help_request_id'], ['help_request.id'], name=op.f('fk_inbound_message_help_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbound_message')),
    sa.UniqueConstraint('channel', 'provider_id', name=op.f('uq_inbound_message_channel_provider_id'))
    )
    with op.batch_alter_table('inbound_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_inbound_message_contact_point_id'), ['contact_point_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_inbound_message_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_inbound_message_help_request_id'), ['help_request_id'], unique=False)

    op.create_table('language',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=35), nullable=True),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_language_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_language'))
    )
    with op.batch_alter_table('language', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_language_service_id'), ['service_id'], unique=False)

    op.create_table('note',
    sa.Column('help_request_id', sa.Uuid(), nullable=False),
    sa.Column('volunteer_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['help_request_id'], ['help_request.id'], name=op.f('fk_note_help_request_id')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_note_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note'))
    )
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_note_help_request_id'), ['help_request_id'], unique=False)

    op.create_table('outgoing_message',
    sa.Column('contact_point_id', sa.Uuid(), nullable=False),
    sa.Column('channel', sa.Enum('sms', 'voice', 'telegram', 'email', name='channel', native_enum=False, length=32), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=True),
    sa.Column('help_request_id', sa.Uuid(), nullable=True),
    sa.Column('volunteer_id', sa.Uuid(), nullable=True),
    sa.Column('purpose', sa.Enum('answer', 'consent', 'emergency', 'volunteer', 'started', 'duty', name='purpose', native_enum=False, length=32), nullable=False),
    sa.Column('reply', sa.JSON().with_variant(sa.JSON(none_as_null=True), 'sqlite'), nullable=False),
    sa.Column('idempotency_key', sa.String(length=80), nullable=False),
    sa.Column('status', sa.Enum('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', name='delivery', native_enum=False, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('provider_id', sa.String(length=128), nullable=True),
    sa.Column('error_code', sa.String(length=32), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['contact_point_id'], ['contact_point.id'], name=op.f('fk_outgoing_message_contact_point_id')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_outgoing_message_conversation_id')),
    sa.ForeignKeyConstraint(['help_request_id'], ['help_request.id'], name=op.f('fk_outgoing_message_help_request_id')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_outgoing_message_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing_message')),
    sa.UniqueConstraint('idempotency_key', name=op.f('uq_outgoing_message_idempotency_key'))
    )
    with op.batch_alter_table('outgoing_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outgoing_message_contact_point_id'), ['contact_point_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outgoing_message_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index('ix_outgoing_message_due', ['status', 'next_attempt_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_outgoing_message_help_request_id'), ['help_request_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outgoing_message_provider_id'), ['provider_id'], unique=False)

    op.create_table('phone',
    sa.Column('service_id', sa.Uuid(), nullable=True),
    sa.Column('organization_id', sa.Uuid(), nullable=True),
    sa.Column('location_id', sa.Uuid(), nullable=True),
    sa.Column('number', sa.String(length=16), nullable=True),
    sa.Column('original', sa.Text(), nullable=False),
    sa.Column('extension', sa.String(length=16), nullable=True),
    sa.Column('type', sa.String(length=16), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_phone_location_id')),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_phone_organization_id')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_phone_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phone'))
    )
    with op.batch_alter_table('phone', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_phone_location_id'), ['location_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_phone_organization_id'), ['organization_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_phone_service_id'), ['service_id'], unique=False)

    op.create_table('referral',
    sa.Column('help_request_id', sa.Uuid(), nullable=True),
    sa.Column('resident_id', sa.Uuid(), nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('need_code', sa.String(length=64), nullable=False),
    sa.Column('passed', sa.Text(), nullable=False),
    sa.Column('consent_words', sa.Text(), nullable=False),
    sa.Column('consent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['help_request_id'], ['help_request.id'], name=op.f('fk_referral_help_request_id')),
    sa.ForeignKeyConstraint(['resident_id'], ['resident.id'], name=op.f('fk_referral_resident_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral'))
    )
    with op.batch_alter_table('referral', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_referral_help_request_id'), ['help_request_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_referral_resident_id'), ['resident_id'], unique=False)

    op.create_table('required_document',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_required_document_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_required_document'))
    )
    with op.batch_alter_table('required_document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_required_document_service_id'), ['service_id'], unique=False)

    op.create_table('responsible_body',
    sa.Column('need_code', sa.String(length=64), nullable=False),
    sa.Column('area', sa.Text(), nullable=False),
    sa.Column('organization_id', sa.Uuid(), nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_responsible_body_organization_id')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_responsible_body_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_responsible_body')),
    sa.UniqueConstraint('need_code', 'area', name=op.f('uq_responsible_body_need_code_area'))
    )
    op.create_table('schedule',
    sa.Column('service_id', sa.Uuid(), nullable=True),
    sa.Column('location_id', sa.Uuid(), nullable=True),
    sa.Column('freq', sa.String(length=8), nullable=True),
    sa.Column('interval', sa.Integer(), nullable=True),
    sa.Column('byday', sa.String(length=64), nullable=True),
    sa.Column('bymonthday', sa.String(length=64), nullable=True),
    sa.Column('opens_at', sa.Time(), nullable=True),
    sa.Column('closes_at', sa.Time(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('timezone', sa.String(length=64), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_schedule_location_id')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_schedule_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schedule'))
    )
    with op.batch_alter_table('schedule', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_schedule_location_id'), ['location_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_schedule_service_id'), ['service_id'], unique=False)

    op.create_table('service_area',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('extent', sa.Text(), nullable=True),
    sa.Column('extent_type', sa.String(length=16), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_service_area_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_area'))
    )
    with op.batch_alter_table('service_area', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_service_area_service_id'), ['service_id'], unique=False)

    op.create_table('service_at_location',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('location_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['location.id'], name=op.f('fk_service_at_location_location_id')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_service_at_location_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_at_location')),
    sa.UniqueConstraint('service_id', 'location_id', name=op.f('uq_service_at_location_service_id_location_id'))
    )
    with op.batch_alter_table('service_at_location', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_service_at_location_location_id'), ['location_id'], unique=False)

    op.create_table('service_need',
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('need_code', sa.String(length=64), nullable=False),
    sa.Column('origin', sa.String(length=16), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_service_need_service_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_need')),
    sa.UniqueConstraint('service_id', 'need_code', name=op.f('uq_service_need_service_id_need_code'))
    )
    with op.batch_alter_table('service_need', schema=None) as batch_op:
        batch_op.create_index('ix_service_need_code', ['need_code'], unique=False)

    op.create_table('inbound_media',
    sa.Column('inbound_message_id', sa.Uuid(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('content_type', sa.String(length=127), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('fetched_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['inbound_message_id'], ['inbound_message.id'], name=op.f('fk_inbound_media_inbound_message_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbound_media'))
    )
    with op.batch_alter_table('inbound_media', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_inbound_media_inbound_message_id'), ['inbound_message_id'], unique=False)



def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table('inbound_media', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inbound_media_inbound_message_id'))

    op.drop_table('inbound_media')
    with op.batch_alter_table('service_need', schema=None) as batch_op:
        batch_op.drop_index('ix_service_need_code')

    op.drop_table('service_need')
    with op.batch_alter_table('service_at_location', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_service_at_location_location_id'))

    op.drop_table('service_at_location')
    with op.batch_alter_table('service_area', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_service_area_service_id'))

    op.drop_table('service_area')
    with op.batch_alter_table('schedule', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_schedule_service_id'))
        batch_op.drop_index(batch_op.f('ix_schedule_location_id'))

    op.drop_table('schedule')
    op.drop_table('responsible_body')
    with op.batch_alter_table('required_document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_required_document_service_id'))

    op.drop_table('required_document')
    with op.batch_alter_table('referral', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_referral_resident_id'))
        batch_op.drop_index(batch_op.f('ix_referral_help_request_id'))

    op.drop_table('referral')
    with op.batch_alter_table('phone', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_phone_service_id'))
        batch_op.drop_index(batch_op.f('ix_phone_organization_id'))
        batch_op.drop_index(batch_op.f('ix_phone_location_id'))

    op.drop_table('phone')
    with op.batch_alter_table('outgoing_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outgoing_message_provider_id'))
        batch_op.drop_index(batch_op.f('ix_outgoing_message_help_request_id'))
        batch_op.drop_index('ix_outgoing_message_due')
        batch_op.drop_index(batch_op.f('ix_outgoing_message_conversation_id'))
        batch_op.drop_index(batch_op.f('ix_outgoing_message_contact_point_id'))

    op.drop_table('outgoing_message')
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_note_help_request_id'))

    op.drop_table('note')
    with op.batch_alter_table('language', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_language_service_id'))

    op.drop_table('language')
    with op.batch_alter_table('inbound_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_inbound_message_help_request_id'))
        batch_op.drop_index(batch_op.f('ix_inbound_message_conversation_id'))
        batch_op.drop_index(batch_op.f('ix_inbound_message_contact_point_id'))

    op.drop_table('inbound_message')
    with op.batch_alter_table('help_request_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_help_request_event_help_request_id'))

    op.drop_table('help_request_event')
    with op.batch_alter_table('follow_up', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_follow_up_help_request_id'))

    op.drop_table('follow_up')
    with op.batch_alter_table('cost_option', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cost_option_service_id'))

    op.drop_table('cost_option')
    with op.batch_alter_table('unmet_need', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_unmet_need_need_code'))

    op.drop_table('unmet_need')
    with op.batch_alter_table('service', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_service_source_id'))
        batch_op.drop_index(batch_op.f('ix_service_organization_id'))

    op.drop_table('service')
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_conversation_id'))

    op.drop_table('question')
    with op.batch_alter_table('quarantined_row', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_quarantined_row_import_run_id'))

    op.drop_table('quarantined_row')
    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.drop_index('ix_help_request_queue')
        batch_op.drop_index(batch_op.f('ix_help_request_conversation_id'))
        batch_op.drop_index(batch_op.f('ix_help_request_claimed_by_id'))
        batch_op.drop_index(batch_op.f('ix_help_request_asked_by_id'))

    op.drop_table('help_request')
    with op.batch_alter_table('address', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_address_postal_code'))
        batch_op.drop_index(batch_op.f('ix_address_location_id'))

    op.drop_table('address')
    with op.batch_alter_table('volunteer_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_volunteer_session_volunteer_id'))

    op.drop_table('volunteer_session')
    with op.batch_alter_table('taxonomy_term', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_taxonomy_term_source_id'))

    op.drop_table('taxonomy_term')
    with op.batch_alter_table('source_record', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_source_record_entity_id'))

    op.drop_table('source_record')
    with op.batch_alter_table('resident_contact_point', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_resident_contact_point_contact_point_id'))

    op.drop_table('resident_contact_point')
    with op.batch_alter_table('place', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_place_source_id'))
        batch_op.drop_index(batch_op.f('ix_place_postcode'))

    op.drop_table('place')
    with op.batch_alter_table('organization', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organization_source_id'))

    op.drop_table('organization')
    with op.batch_alter_table('location', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_location_source_id'))

    op.drop_table('location')
    op.drop_table('import_run')
    op.drop_table('conversation')
    op.drop_table('volunteer')
    op.drop_table('translation')
    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_timer_subject_id'))
        batch_op.drop_index('ix_timer_due')

    op.drop_table('timer')
    op.drop_table('source')
    op.drop_table('resident')
    with op.batch_alter_table('redirect', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_redirect_new_id'))

    op.drop_table('redirect')
    op.drop_table('login_attempt')
    op.drop_table('heartbeat')
    with op.batch_alter_table('delivery_report', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_report_message')

    op.drop_table('delivery_report')
    op.drop_table('contact_point')
