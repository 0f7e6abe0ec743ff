"""Import and claim"""

from pathlib import Path

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0014_import_and_claim.sql'


def upgrade() -> None:
    op.create_table('claim_batch',
    sa.Column('register', sa.String(length=10), nullable=False),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('headings', sa.ARRAY(sa.String(length=60)), nullable=False),
    sa.Column('dry_run', sa.Boolean(), nullable=False),
    sa.Column('skip_bad', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=9), server_default='reading', nullable=False),
    sa.Column('problem', sa.String(length=40), nullable=True),
    sa.Column('rows_total', sa.Integer(), nullable=True),
    sa.Column('rows_done', sa.Integer(), server_default='0', nullable=False),
    sa.Column('rows_bad', sa.Integer(), server_default='0', nullable=False),
    sa.Column('rows_mended', sa.Integer(), server_default='0', nullable=False),
    sa.Column('rows_loaded', sa.Integer(), server_default='0', nullable=False),
    sa.Column('faults', sa.Integer(), server_default='0', nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=60), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name=op.f('ck_claim_batch_failed_says_why')),
    sa.CheckConstraint("register IN ('people', 'premises')", name=op.f('ck_claim_batch_register')),
    sa.CheckConstraint("state <> 'undone' OR reason IS NOT NULL", name=op.f('ck_claim_batch_undone_says_why')),
    sa.CheckConstraint("state IN ('reading', 'checked', 'refused', 'loaded', 'failed', 'undone', 'forgotten')", name=op.f('ck_claim_batch_state')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_claim_batch_grid_id_grid')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_claim_batch_user_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_batch'))
    )
    op.create_index(op.f('ix_claim_batch_grid_id'), 'claim_batch', ['grid_id'], unique=False)
    op.create_index(op.f('ix_claim_batch_user_id'), 'claim_batch', ['user_id'], unique=False)
    op.create_table('claim_fault',
    sa.Column('batch_id', sa.BigInteger(), nullable=False),
    sa.Column('row_no', sa.Integer(), nullable=False),
    sa.Column('heading', sa.String(length=60), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('mended', sa.Boolean(), nullable=False),
    sa.Column('cells_enc', sa.LargeBinary(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['claim_batch.id'], name=op.f('fk_claim_fault_batch_id_claim_batch'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_fault'))
    )
    op.create_index('ix_claim_fault_batch_id', 'claim_fault', ['batch_id', 'mended', 'row_no', 'id'], unique=False)
    op.create_table('held_premises',
    sa.Column('licence', sa.String(length=40), server_default='', nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=True),
    sa.Column('in_charge', sa.String(length=60), nullable=True),
    sa.Column('floor_area_m2', sa.Double(), nullable=True),
    sa.Column('employees', sa.SmallInteger(), nullable=True),
    sa.Column('premises_id', sa.BigInteger(), nullable=True),
    sa.Column('batch_id', sa.BigInteger(), nullable=False),
    sa.Column('row_no', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), server_default='', nullable=False),
    sa.Column('phone_enc', sa.LargeBinary(), nullable=True),
    sa.Column('address', sa.String(length=160), server_default='', nullable=False),
    sa.Column('village', sa.String(length=60), server_default='', nullable=False),
    sa.Column('building_id', sa.BigInteger(), nullable=True),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('no_place_reason', sa.String(length=40), nullable=True),
    sa.Column('confidence', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=7), server_default='waiting', nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=True),
    sa.Column('verdict', sa.String(length=8), nullable=True),
    sa.Column('entry_version', sa.Integer(), nullable=True),
    sa.Column('claimed_by', sa.BigInteger(), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("(state = 'waiting') = (premises_id IS NULL) AND (state = 'waiting') = (claimed_at IS NULL)", name=op.f('ck_held_premises_claimed_whole')),
    sa.CheckConstraint("confidence IN ('building', 'known', 'name', 'village', 'none', 'hand')", name=op.f('ck_held_premises_confidence')),
    sa.CheckConstraint("verdict IN ('same', 'not_same')", name=op.f('ck_held_premises_verdict')),
    sa.CheckConstraint("name <> ''", name=op.f('ck_held_premises_named')),
    sa.CheckConstraint("state IN ('waiting', 'claimed', 'same', 'undone')", name=op.f('ck_held_premises_state')),
    sa.CheckConstraint('employees >= 0', name=op.f('ck_held_premises_employees')),
    sa.CheckConstraint('floor_area_m2 > 0', name=op.f('ck_held_premises_floor_area')),
    sa.ForeignKeyConstraint(['batch_id'], ['claim_batch.id'], name=op.f('fk_held_premises_batch_id_claim_batch')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_held_premises_building_id_building')),
    sa.ForeignKeyConstraint(['claimed_by'], ['app_user.id'], name=op.f('fk_held_premises_claimed_by_app_user')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_held_premises_grid_id_grid')),
    sa.ForeignKeyConstraint(['kind'], ['premises_kind.code'], name=op.f('fk_held_premises_kind_premises_kind')),
    sa.ForeignKeyConstraint(['premises_id'], ['premises.id'], name=op.f('fk_held_premises_premises_id_premises')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_premises'))
    )
    op.create_index('ix_held_premises_batch', 'held_premises', ['batch_id', 'state', 'id'], unique=False)
    op.create_index(op.f('ix_held_premises_building_id'), 'held_premises', ['building_id'], unique=False)
    op.create_index(op.f('ix_held_premises_claimed_by'), 'held_premises', ['claimed_by'], unique=False)
    op.create_index('ix_held_premises_grid', 'held_premises', ['grid_id', 'state', 'id'], unique=False)
    op.create_index(op.f('ix_held_premises_grid_id'), 'held_premises', ['grid_id'], unique=False)
    op.create_index(op.f('ix_held_premises_kind'), 'held_premises', ['kind'], unique=False)
    op.create_index('ix_held_premises_licence', 'held_premises', ['licence'], unique=False)
    op.create_index('ix_held_premises_name', 'held_premises', ['grid_id', 'name'], unique=False)
    op.create_index(op.f('ix_held_premises_premises_id'), 'held_premises', ['premises_id'], unique=False)
    op.create_table('held_person',
    sa.Column('class', sa.String(length=10), nullable=True),
    sa.Column('sex', sa.String(length=1), nullable=True),
    sa.Column('birth_date', sa.Date(), nullable=True),
    sa.Column('id_kind', sa.String(length=12), nullable=False),
    sa.Column('id_enc', sa.LargeBinary(), nullable=True),
    sa.Column('id_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('house_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('batch_id', sa.BigInteger(), nullable=False),
    sa.Column('row_no', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), server_default='', nullable=False),
    sa.Column('phone_enc', sa.LargeBinary(), nullable=True),
    sa.Column('address', sa.String(length=160), server_default='', nullable=False),
    sa.Column('village', sa.String(length=60), server_default='', nullable=False),
    sa.Column('building_id', sa.BigInteger(), nullable=True),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('no_place_reason', sa.String(length=40), nullable=True),
    sa.Column('confidence', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=7), server_default='waiting', nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=True),
    sa.Column('verdict', sa.String(length=8), nullable=True),
    sa.Column('entry_version', sa.Integer(), nullable=True),
    sa.Column('claimed_by', sa.BigInteger(), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("(id_kind = 'none') = (id_hash IS NULL)", name=op.f('ck_held_person_id_by_kind')),
    sa.CheckConstraint("(state = 'waiting') = (person_id IS NULL) AND (state = 'waiting') = (claimed_at IS NULL)", name=op.f('ck_held_person_claimed_whole')),
    sa.CheckConstraint("class IN ('registered', 'floating', 'unsettled', 'overseas')", name=op.f('ck_held_person_class')),
    sa.CheckConstraint("confidence IN ('building', 'known', 'name', 'village', 'none', 'hand')", name=op.f('ck_held_person_confidence')),
    sa.CheckConstraint("verdict IN ('same', 'not_same')", name=op.f('ck_held_person_verdict')),
    sa.CheckConstraint("id_kind IN ('resident', 'passport', 'hkmt_permit', 'tw_permit', 'none')", name=op.f('ck_held_person_id_kind')),
    sa.CheckConstraint("name <> '' OR id_hash IS NOT NULL", name=op.f('ck_held_person_somebody')),
    sa.CheckConstraint("sex IN ('m', 'f')", name=op.f('ck_held_person_sex')),
    sa.CheckConstraint("state IN ('waiting', 'claimed', 'same', 'undone')", name=op.f('ck_held_person_state')),
    sa.CheckConstraint('(id_hash IS NULL) = (id_enc IS NULL)', name=op.f('ck_held_person_id_whole')),
    sa.ForeignKeyConstraint(['batch_id'], ['claim_batch.id'], name=op.f('fk_held_person_batch_id_claim_batch')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_held_person_building_id_building')),
    sa.ForeignKeyConstraint(['claimed_by'], ['app_user.id'], name=op.f('fk_held_person_claimed_by_app_user')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_held_person_grid_id_grid')),
    sa.ForeignKeyConstraint(['house_id'], ['house.id'], name=op.f('fk_held_person_house_id_house')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_held_person_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_person'))
    )
    op.create_index('ix_held_person_batch', 'held_person', ['batch_id', 'state', 'id'], unique=False)
    op.create_index(op.f('ix_held_person_building_id'), 'held_person', ['building_id'], unique=False)
    op.create_index(op.f('ix_held_person_claimed_by'), 'held_person', ['claimed_by'], unique=False)
    op.create_index('ix_held_person_grid', 'held_person', ['grid_id', 'state', 'id'], unique=False)
    op.create_index(op.f('ix_held_person_grid_id'), 'held_person', ['grid_id'], unique=False)
    op.create_index(op.f('ix_held_person_house_id'), 'held_person', ['house_id'], unique=False)
    op.create_index('ix_held_person_id_hash', 'held_person', ['id_hash'], unique=False)
    op.create_index('ix_held_person_name', 'held_person', ['grid_id', 'name'], unique=False)
    op.create_index(op.f('ix_held_person_person_id'), 'held_person', ['person_id'], unique=False)
    op.execute(RULES.read_text())
