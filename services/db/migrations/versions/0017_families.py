"""Families"""

from pathlib import Path

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0017_families.sql'
KINDS = ("kind IN ('founded', 'changed', 'renumbered', 'moved', 'head', 'joined', 'left', 'died', 'merged', "
         "'merged_into', 'split', 'split_from', 'dissolved')")
ACTIVE = sa.text("status = 'active'")


def upgrade() -> None:
    op.create_table('family',
    sa.Column('number', sa.String(length=30), nullable=False),
    sa.Column('house_id', sa.BigInteger(), nullable=True),
    sa.Column('building_id', sa.BigInteger(), nullable=True),
    sa.Column('head_id', sa.BigInteger(), nullable=True),
    sa.Column('address', sa.String(length=160), server_default='', nullable=False),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('status', sa.String(length=9), server_default='active', nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.String(length=40), nullable=True),
    sa.CheckConstraint("status IN ('active', 'cancelled')", name=op.f('ck_family_status')),
    sa.CheckConstraint("(status = 'active') = (cancelled_at IS NULL) AND (status = 'active') = (cancel_reason IS NULL)", name=op.f('ck_family_cancelled_says_why')),
    sa.ForeignKeyConstraint(['house_id'], ['house.id'], name=op.f('fk_family_house_id_house')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_family_building_id_building')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_family_grid_id_grid')),
    sa.ForeignKeyConstraint(['head_id'], ['person.id'], name=op.f('fk_family_head_id_person'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_family'))
    )
    for column in ('house_id', 'building_id', 'grid_id', 'head_id'):
        op.create_index(op.f(f'ix_family_{column}'), 'family', [column], unique=False)
    op.create_index('uq_family_number', 'family', ['grid_id', 'number'], unique=True, postgresql_where=ACTIVE)
    op.create_index('ix_family_geom', 'family', ['geom'], unique=False, postgresql_using='gist')
    op.create_index('ix_family_grid_active', 'family', ['grid_id', 'id'], unique=False, postgresql_where=ACTIVE)
    op.create_table('family_change',
    sa.Column('family_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('other_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint(KINDS, name=op.f('ck_family_change_kind')),
    sa.ForeignKeyConstraint(['family_id'], ['family.id'], name=op.f('fk_family_change_family_id_family')),
    sa.ForeignKeyConstraint(['other_id'], ['family.id'], name=op.f('fk_family_change_other_id_family')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_family_change_person_id_person')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_family_change_user_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_family_change'))
    )
    for column in ('family_id', 'other_id', 'person_id', 'user_id'):
        op.create_index(op.f(f'ix_family_change_{column}'), 'family_change', [column], unique=False)
    op.add_column('person', sa.Column('family_id', sa.BigInteger(), nullable=True))
    op.add_column('person', sa.Column('family_relation', sa.String(length=20), nullable=True))
    op.create_foreign_key(op.f('fk_person_family_id_family'), 'person', 'family', ['family_id'], ['id'])
    op.create_index(op.f('ix_person_family_id'), 'person', ['family_id'], unique=False)
    op.execute(RULES.read_text())
