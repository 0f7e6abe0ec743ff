"""Premises: attention, employees, inspections and findings; organisations"""

from pathlib import Path

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0016_premises_and_inspections.sql'


def upgrade() -> None:
    op.create_table('checklist_item',
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('name_zh', sa.String(length=60), nullable=False),
    sa.Column('name_en', sa.String(length=100), nullable=False),
    sa.Column('severity', sa.SmallInteger(), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('sort', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.CheckConstraint('severity BETWEEN 1 AND 3', name=op.f('ck_checklist_item_severity')),
    sa.ForeignKeyConstraint(['category'], ['incident_category.code'], name=op.f('fk_checklist_item_category_incident_category')),
    sa.ForeignKeyConstraint(['kind'], ['premises_kind.code'], name=op.f('fk_checklist_item_kind_premises_kind')),
    sa.PrimaryKeyConstraint('kind', 'code', name=op.f('pk_checklist_item'))
    )
    op.create_index(op.f('ix_checklist_item_category'), 'checklist_item', ['category'], unique=False)
    op.create_table('patrol_stop',
    sa.Column('area_id', sa.BigInteger(), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('stopped_on', sa.Date(), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by', sa.BigInteger(), nullable=True),
    sa.Column('lift_reason', sa.String(length=200), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint('(lifted_at IS NULL) = (lift_reason IS NULL) AND (lifted_at IS NULL) = (lifted_by IS NULL)', name=op.f('ck_patrol_stop_lifted_says_why')),
    sa.ForeignKeyConstraint(['area_id'], ['patrol_area.id'], name=op.f('fk_patrol_stop_area_id_patrol_area')),
    sa.ForeignKeyConstraint(['lifted_by'], ['app_user.id'], name=op.f('fk_patrol_stop_lifted_by_app_user')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_patrol_stop_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patrol_stop'))
    )
    op.create_index(op.f('ix_patrol_stop_area_id'), 'patrol_stop', ['area_id'], unique=False)
    op.create_index(op.f('ix_patrol_stop_lifted_by'), 'patrol_stop', ['lifted_by'], unique=False)
    op.create_index(op.f('ix_patrol_stop_staff_id'), 'patrol_stop', ['staff_id'], unique=False)
    op.create_index('uq_patrol_stop_in_force', 'patrol_stop', ['area_id', 'staff_id'], unique=True, postgresql_where=sa.text('lifted_at IS NULL'))
    op.create_table('inspection',
    sa.Column('premises_id', sa.BigInteger(), nullable=False),
    sa.Column('txn', sa.Uuid(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('staff_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.String(length=1000), server_default='', nullable=False),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('accuracy_m', sa.Double(), nullable=True),
    sa.Column('distance_m', sa.Double(), nullable=True),
    sa.Column('rectify_by', sa.Date(), nullable=True),
    sa.CheckConstraint('accuracy_m >= 0', name=op.f('ck_inspection_accuracy')),
    sa.CheckConstraint('distance_m >= 0', name=op.f('ck_inspection_distance')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_inspection_grid_id_grid')),
    sa.ForeignKeyConstraint(['premises_id'], ['premises.id'], name=op.f('fk_inspection_premises_id_premises')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_inspection_staff_id_staff')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_inspection_user_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inspection')),
    sa.UniqueConstraint('txn', name=op.f('uq_inspection_txn'))
    )
    op.create_index(op.f('ix_inspection_grid_id'), 'inspection', ['grid_id'], unique=False)
    op.create_index('ix_inspection_grid_made', 'inspection', ['grid_id', 'made_at'], unique=False)
    op.create_index(op.f('ix_inspection_premises_id'), 'inspection', ['premises_id'], unique=False)
    op.create_index(op.f('ix_inspection_staff_id'), 'inspection', ['staff_id'], unique=False)
    op.create_index(op.f('ix_inspection_user_id'), 'inspection', ['user_id'], unique=False)
    op.create_table('organisation',
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('code', sa.String(length=18), nullable=False),
    sa.Column('premises_id', sa.BigInteger(), nullable=True),
    sa.Column('in_charge', sa.String(length=60), nullable=True),
    sa.Column('phone_enc', sa.LargeBinary(), nullable=True),
    sa.Column('address', sa.String(length=160), server_default='', nullable=False),
    sa.Column('building_id', sa.BigInteger(), nullable=True),
    sa.Column('no_place_reason', sa.String(length=40), nullable=True),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('status', sa.String(length=9), server_default='active', nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.String(length=40), nullable=True),
    sa.CheckConstraint("(status = 'active') = (cancelled_at IS NULL) AND (status = 'active') = (cancel_reason IS NULL)", name=op.f('ck_organisation_cancelled_says_why')),
    sa.CheckConstraint("code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name=op.f('ck_organisation_code')),
    sa.CheckConstraint("kind IN ('economic', 'social')", name=op.f('ck_organisation_kind')),
    sa.CheckConstraint("status IN ('active', 'cancelled')", name=op.f('ck_organisation_status')),
    sa.CheckConstraint('geom IS NULL OR no_place_reason IS NULL', name=op.f('ck_organisation_reason_or_place')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_organisation_building_id_building')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_organisation_grid_id_grid')),
    sa.ForeignKeyConstraint(['premises_id'], ['premises.id'], name=op.f('fk_organisation_premises_id_premises')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation'))
    )
    op.create_index(op.f('ix_organisation_building_id'), 'organisation', ['building_id'], unique=False)
    op.create_index('ix_organisation_geom', 'organisation', ['geom'], unique=False, postgresql_using='gist')
    op.create_index(op.f('ix_organisation_grid_id'), 'organisation', ['grid_id'], unique=False)
    op.create_index(op.f('ix_organisation_premises_id'), 'organisation', ['premises_id'], unique=False)
    op.create_index('uq_organisation_code', 'organisation', ['code'], unique=True, postgresql_where=sa.text("status = 'active'"))
    op.create_table('patrol_warning',
    sa.Column('area_id', sa.BigInteger(), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('premises_id', sa.BigInteger(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('given_on', sa.Date(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint('given_on > due_on', name=op.f('ck_patrol_warning_after_the_date')),
    sa.CheckConstraint('step BETWEEN 1 AND 3', name=op.f('ck_patrol_warning_step')),
    sa.ForeignKeyConstraint(['area_id'], ['patrol_area.id'], name=op.f('fk_patrol_warning_area_id_patrol_area')),
    sa.ForeignKeyConstraint(['premises_id'], ['premises.id'], name=op.f('fk_patrol_warning_premises_id_premises')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_patrol_warning_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patrol_warning')),
    sa.UniqueConstraint('area_id', 'staff_id', 'premises_id', 'due_on', 'step', name=op.f('uq_patrol_warning_area_id_staff_id_premises_id_due_on_step'))
    )
    op.create_index(op.f('ix_patrol_warning_area_id'), 'patrol_warning', ['area_id'], unique=False)
    op.create_index(op.f('ix_patrol_warning_premises_id'), 'patrol_warning', ['premises_id'], unique=False)
    op.create_index(op.f('ix_patrol_warning_staff_id'), 'patrol_warning', ['staff_id'], unique=False)
    op.create_table('premises_attention',
    sa.Column('premises_id', sa.BigInteger(), nullable=False),
    sa.Column('level', sa.SmallInteger(), nullable=False),
    sa.Column('cause', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('started_by', sa.BigInteger(), nullable=True),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stopped_by', sa.BigInteger(), nullable=True),
    sa.Column('stop_reason', sa.String(length=200), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint("cause IN ('hand', 'inspection')", name=op.f('ck_premises_attention_cause')),
    sa.CheckConstraint('(stopped_at IS NULL) = (stop_reason IS NULL)', name=op.f('ck_premises_attention_stopped_says_why')),
    sa.CheckConstraint('level BETWEEN 2 AND 3', name=op.f('ck_premises_attention_level')),
    sa.CheckConstraint('stopped_at >= started_at', name=op.f('ck_premises_attention_times')),
    sa.ForeignKeyConstraint(['premises_id'], ['premises.id'], name=op.f('fk_premises_attention_premises_id_premises')),
    sa.ForeignKeyConstraint(['started_by'], ['app_user.id'], name=op.f('fk_premises_attention_started_by_app_user')),
    sa.ForeignKeyConstraint(['stopped_by'], ['app_user.id'], name=op.f('fk_premises_attention_stopped_by_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_premises_attention'))
    )
    op.create_index(op.f('ix_premises_attention_premises_id'), 'premises_attention', ['premises_id'], unique=False)
    op.create_index(op.f('ix_premises_attention_started_by'), 'premises_attention', ['started_by'], unique=False)
    op.create_index(op.f('ix_premises_attention_stopped_by'), 'premises_attention', ['stopped_by'], unique=False)
    op.create_index('uq_premises_attention_in_force', 'premises_attention', ['premises_id', 'cause'], unique=True, postgresql_where=sa.text('stopped_at IS NULL'))
    op.create_table('finding',
    sa.Column('inspection_id', sa.BigInteger(), nullable=False),
    sa.Column('premises_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('severity', sa.SmallInteger(), nullable=False),
    sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    sa.Column('state', sa.String(length=9), server_default='open', nullable=False),
    sa.Column('rectify_by', sa.Date(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('incident_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint("(state = 'rectified') = (closed_at IS NOT NULL)", name=op.f('ck_finding_closed_has_time')),
    sa.CheckConstraint("state <> 'open' OR incident_id IS NULL", name=op.f('ck_finding_open_is_not_refused')),
    sa.CheckConstraint("state <> 'refused' OR incident_id IS NOT NULL", name=op.f('ck_finding_refused_escalates')),
    sa.CheckConstraint("state IN ('open', 'refused', 'rectified')", name=op.f('ck_finding_state')),
    sa.CheckConstraint('severity BETWEEN 1 AND 3', name=op.f('ck_finding_severity')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_finding_incident_id_incident')),
    sa.ForeignKeyConstraint(['inspection_id'], ['inspection.id'], name=op.f('fk_finding_inspection_id_inspection')),
    sa.ForeignKeyConstraint(['kind', 'code'], ['checklist_item.kind', 'checklist_item.code'], name='fk_finding_item'),
    sa.ForeignKeyConstraint(['premises_id'], ['premises.id'], name=op.f('fk_finding_premises_id_premises')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finding')),
    sa.UniqueConstraint('incident_id', name=op.f('uq_finding_incident_id'))
    )
    op.create_index(op.f('ix_finding_inspection_id'), 'finding', ['inspection_id'], unique=False)
    op.create_index('ix_finding_item', 'finding', ['kind', 'code'], unique=False)
    op.create_index(op.f('ix_finding_premises_id'), 'finding', ['premises_id'], unique=False)
    op.create_index('uq_finding_open', 'finding', ['premises_id', 'code'], unique=True, postgresql_where=sa.text("state <> 'rectified'"))
    op.create_table('inspection_answer',
    sa.Column('inspection_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('answer', sa.String(length=6), nullable=False),
    sa.Column('note', sa.String(length=200), server_default='', nullable=False),
    sa.CheckConstraint("answer IN ('ok', 'not_ok', 'na')", name=op.f('ck_inspection_answer_answer')),
    sa.ForeignKeyConstraint(['inspection_id'], ['inspection.id'], name=op.f('fk_inspection_answer_inspection_id_inspection')),
    sa.ForeignKeyConstraint(['kind', 'code'], ['checklist_item.kind', 'checklist_item.code'], name='fk_inspection_answer_item'),
    sa.PrimaryKeyConstraint('inspection_id', 'code', name=op.f('pk_inspection_answer'))
    )
    op.create_index('ix_inspection_answer_item', 'inspection_answer', ['kind', 'code'], unique=False)
    op.create_table('inspection_photo',
    sa.Column('inspection_id', sa.BigInteger(), nullable=False),
    sa.Column('finding_id', sa.BigInteger(), nullable=True),
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('mime', sa.String(length=20), nullable=False),
    sa.Column('bytes', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint("mime IN ('image/jpeg', 'image/png', 'image/webp')", name=op.f('ck_inspection_photo_mime')),
    sa.ForeignKeyConstraint(['actor_id'], ['app_user.id'], name=op.f('fk_inspection_photo_actor_id_app_user')),
    sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_inspection_photo_finding_id_finding')),
    sa.ForeignKeyConstraint(['inspection_id'], ['inspection.id'], name=op.f('fk_inspection_photo_inspection_id_inspection')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inspection_photo')),
    sa.UniqueConstraint('inspection_id', 'sha256', name=op.f('uq_inspection_photo_inspection_id_sha256'))
    )
    op.create_index(op.f('ix_inspection_photo_actor_id'), 'inspection_photo', ['actor_id'], unique=False)
    op.create_index(op.f('ix_inspection_photo_finding_id'), 'inspection_photo', ['finding_id'], unique=False)
    op.create_index(op.f('ix_inspection_photo_inspection_id'), 'inspection_photo', ['inspection_id'], unique=False)
    op.create_table('premises_employee',
    sa.Column('premises_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('post', sa.String(length=60), server_default='', nullable=False),
    sa.Column('phone_enc', sa.LargeBinary(), nullable=True),
    sa.Column('phone_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=False),
    sa.Column('stopped_on', sa.Date(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('(phone_hash IS NULL) = (phone_enc IS NULL)', name=op.f('ck_premises_employee_phone_whole')),
    sa.CheckConstraint('stopped_on >= started_on', name=op.f('ck_premises_employee_dates')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_premises_employee_person_id_person')),
    sa.ForeignKeyConstraint(['premises_id'], ['premises.id'], name=op.f('fk_premises_employee_premises_id_premises')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_premises_employee'))
    )
    op.create_index(op.f('ix_premises_employee_person_id'), 'premises_employee', ['person_id'], unique=False)
    op.create_index(op.f('ix_premises_employee_premises_id'), 'premises_employee', ['premises_id'], unique=False)
    op.create_index('uq_premises_employee_person', 'premises_employee', ['premises_id', 'person_id'], unique=True, postgresql_where=sa.text('stopped_on IS NULL AND person_id IS NOT NULL'))
    op.create_table('recheck',
    sa.Column('finding_id', sa.BigInteger(), nullable=False),
    sa.Column('inspection_id', sa.BigInteger(), nullable=True),
    sa.Column('result', sa.String(length=9), nullable=False),
    sa.Column('txn', sa.Uuid(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('staff_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.String(length=1000), server_default='', nullable=False),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('accuracy_m', sa.Double(), nullable=True),
    sa.Column('distance_m', sa.Double(), nullable=True),
    sa.Column('rectify_by', sa.Date(), nullable=True),
    sa.CheckConstraint("result IN ('rectified', 'kept', 'refused')", name=op.f('ck_recheck_result')),
    sa.CheckConstraint('(inspection_id IS NULL) = (txn IS NOT NULL)', name=op.f('ck_recheck_one_origin')),
    sa.CheckConstraint('accuracy_m >= 0', name=op.f('ck_recheck_accuracy')),
    sa.CheckConstraint('distance_m >= 0', name=op.f('ck_recheck_distance')),
    sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_recheck_finding_id_finding')),
    sa.ForeignKeyConstraint(['inspection_id'], ['inspection.id'], name=op.f('fk_recheck_inspection_id_inspection')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_recheck_staff_id_staff')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_recheck_user_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recheck')),
    sa.UniqueConstraint('txn', name=op.f('uq_recheck_txn'))
    )
    op.create_index(op.f('ix_recheck_finding_id'), 'recheck', ['finding_id'], unique=False)
    op.create_index(op.f('ix_recheck_inspection_id'), 'recheck', ['inspection_id'], unique=False)
    op.create_index(op.f('ix_recheck_staff_id'), 'recheck', ['staff_id'], unique=False)
    op.create_index(op.f('ix_recheck_user_id'), 'recheck', ['user_id'], unique=False)
    op.create_index(op.f('ix_premises_also_kind'), 'premises_also', ['kind'], unique=False)
    op.execute(RULES.read_text())
