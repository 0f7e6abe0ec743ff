"""Service teams, service objects and records, property of residents; parameters that are set once"""

from pathlib import Path

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0018_teams_and_services.sql'


def upgrade() -> None:
    op.create_table('service_team',
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('founded_on', sa.Date(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('status', sa.String(length=9), server_default='active', nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.String(length=40), nullable=True),
    sa.CheckConstraint("(status = 'active') = (cancelled_at IS NULL) AND (status = 'active') = (cancel_reason IS NULL)", name=op.f('ck_service_team_cancelled_says_why')),
    sa.CheckConstraint("status IN ('active', 'cancelled')", name=op.f('ck_service_team_status')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_service_team_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_team'))
    )
    op.create_index(op.f('ix_service_team_grid_id'), 'service_team', ['grid_id'], unique=False)
    op.create_table('team_member',
    sa.Column('team_id', sa.BigInteger(), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('post', sa.String(length=30), nullable=False),
    sa.Column('joined_on', sa.Date(), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint('left_on >= joined_on', name=op.f('ck_team_member_dates')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_team_member_staff_id_staff')),
    sa.ForeignKeyConstraint(['team_id'], ['service_team.id'], name=op.f('fk_team_member_team_id_service_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team_member')),
    sa.UniqueConstraint('team_id', 'id', name=op.f('uq_team_member_team_id_id'))
    )
    op.create_index(op.f('ix_team_member_staff_id'), 'team_member', ['staff_id'], unique=False)
    op.create_index(op.f('ix_team_member_team_id'), 'team_member', ['team_id'], unique=False)
    op.create_index('uq_team_member_leader', 'team_member', ['team_id'], unique=True, postgresql_where=sa.text("left_on IS NULL AND post = 'leader'"))
    op.create_index('uq_team_member_staff', 'team_member', ['team_id', 'staff_id'], unique=True, postgresql_where=sa.text('left_on IS NULL'))
    op.create_table('parameter',
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('value', sa.String(length=30), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('set_by', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("name = 'association_mode' AND value IN ('independent', 'must_exist', 'on_the_fly')", name=op.f('ck_parameter_known')),
    sa.ForeignKeyConstraint(['set_by'], ['app_user.id'], name=op.f('fk_parameter_set_by_app_user')),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_parameter'))
    )
    op.create_index(op.f('ix_parameter_set_by'), 'parameter', ['set_by'], unique=False)
    op.create_table('property',
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=True),
    sa.Column('phone_enc', sa.LargeBinary(), nullable=True),
    sa.Column('phone_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('brand', sa.String(length=40), server_default='', nullable=False),
    sa.Column('colour', sa.String(length=20), server_default='', nullable=False),
    sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('status', sa.String(length=9), server_default='active', nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.String(length=40), nullable=True),
    sa.CheckConstraint("(status = 'active') = (cancelled_at IS NULL) AND (status = 'active') = (cancel_reason IS NULL)", name=op.f('ck_property_cancelled_says_why')),
    sa.CheckConstraint("status IN ('active', 'cancelled')", name=op.f('ck_property_status')),
    sa.CheckConstraint('(person_id IS NULL) = (name IS NOT NULL)', name=op.f('ck_property_linked_or_typed')),
    sa.CheckConstraint('(phone_hash IS NULL) = (phone_enc IS NULL)', name=op.f('ck_property_phone_whole')),
    sa.CheckConstraint('person_id IS NULL OR phone_enc IS NULL', name=op.f('ck_property_phone_typed')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_property_grid_id_grid')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_property_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_property'))
    )
    op.create_index(op.f('ix_property_grid_id'), 'property', ['grid_id'], unique=False)
    op.create_index(op.f('ix_property_person_id'), 'property', ['person_id'], unique=False)
    op.create_index('uq_property_number', 'property', ['person_id', 'kind', 'number'], unique=True, postgresql_where=sa.text("status = 'active'"))
    op.create_table('service_object',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('stopped_on', sa.Date(), nullable=True),
    sa.Column('stop_reason', sa.String(length=30), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('ordinary', 'paired')", name=op.f('ck_service_object_kind')),
    sa.CheckConstraint('(stopped_on IS NULL) = (stop_reason IS NULL)', name=op.f('ck_service_object_stopped_says_why')),
    sa.CheckConstraint('stopped_on >= started_on', name=op.f('ck_service_object_dates')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_service_object_grid_id_grid')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_service_object_person_id_person')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_service_object_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_object'))
    )
    op.create_index(op.f('ix_service_object_grid_id'), 'service_object', ['grid_id'], unique=False)
    op.create_index(op.f('ix_service_object_person_id'), 'service_object', ['person_id'], unique=False)
    op.create_index(op.f('ix_service_object_staff_id'), 'service_object', ['staff_id'], unique=False)
    op.create_index('uq_service_object_in_force', 'service_object', ['person_id', 'staff_id'], unique=True, postgresql_where=sa.text('stopped_on IS NULL'))
    op.create_table('service_record',
    sa.Column('team_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=True),
    sa.Column('phone_enc', sa.LargeBinary(), nullable=True),
    sa.Column('phone_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('served_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('words', sa.String(length=1000), nullable=False),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('txn', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.BigInteger(), nullable=True),
    sa.Column('withdraw_reason', sa.String(length=30), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('(person_id IS NULL) = (name IS NOT NULL)', name=op.f('ck_service_record_linked_or_typed')),
    sa.CheckConstraint('(phone_hash IS NULL) = (phone_enc IS NULL)', name=op.f('ck_service_record_phone_whole')),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdraw_reason IS NULL)', name=op.f('ck_service_record_withdrawn_says_why')),
    sa.CheckConstraint('person_id IS NULL OR phone_enc IS NULL', name=op.f('ck_service_record_phone_typed')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_service_record_grid_id_grid')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_service_record_person_id_person')),
    sa.ForeignKeyConstraint(['team_id'], ['service_team.id'], name=op.f('fk_service_record_team_id_service_team')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_service_record_user_id_app_user')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['app_user.id'], name=op.f('fk_service_record_withdrawn_by_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_record')),
    sa.UniqueConstraint('id', 'team_id', name=op.f('uq_service_record_id_team_id')),
    sa.UniqueConstraint('txn', name=op.f('uq_service_record_txn'))
    )
    op.create_index(op.f('ix_service_record_grid_id'), 'service_record', ['grid_id'], unique=False)
    op.create_index(op.f('ix_service_record_person_id'), 'service_record', ['person_id'], unique=False)
    op.create_index(op.f('ix_service_record_team_id'), 'service_record', ['team_id'], unique=False)
    op.create_index(op.f('ix_service_record_user_id'), 'service_record', ['user_id'], unique=False)
    op.create_index(op.f('ix_service_record_withdrawn_by'), 'service_record', ['withdrawn_by'], unique=False)
    op.create_table('service_photo',
    sa.Column('record_id', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('mime', sa.String(length=20), nullable=False),
    sa.Column('bytes', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint("mime IN ('image/jpeg', 'image/png', 'image/webp')", name=op.f('ck_service_photo_mime')),
    sa.ForeignKeyConstraint(['actor_id'], ['app_user.id'], name=op.f('fk_service_photo_actor_id_app_user')),
    sa.ForeignKeyConstraint(['record_id'], ['service_record.id'], name=op.f('fk_service_photo_record_id_service_record')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_photo')),
    sa.UniqueConstraint('record_id', 'sha256', name=op.f('uq_service_photo_record_id_sha256'))
    )
    op.create_index(op.f('ix_service_photo_actor_id'), 'service_photo', ['actor_id'], unique=False)
    op.create_index(op.f('ix_service_photo_record_id'), 'service_photo', ['record_id'], unique=False)
    op.create_table('service_record_member',
    sa.Column('record_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('member_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('team_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['record_id', 'team_id'], ['service_record.id', 'service_record.team_id'], name='fk_service_record_member_record'),
    sa.ForeignKeyConstraint(['team_id', 'member_id'], ['team_member.team_id', 'team_member.id'], name='fk_service_record_member_member'),
    sa.PrimaryKeyConstraint('record_id', 'member_id', name=op.f('pk_service_record_member'))
    )
    op.create_index('ix_service_record_member_member', 'service_record_member', ['team_id', 'member_id'], unique=False)
    op.execute(RULES.read_text())
