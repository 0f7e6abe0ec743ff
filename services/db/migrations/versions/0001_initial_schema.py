"""Initial schema"""

from pathlib import Path

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

FUNCTIONS = Path(__file__).parent.parent / 'sql' / '0001_functions.sql'


def upgrade() -> None:
    op.create_table('dictionary_item',
    sa.Column('dictionary', sa.String(length=30), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('name_zh', sa.String(length=60), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('sort', sa.Integer(), server_default='0', nullable=False),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.PrimaryKeyConstraint('dictionary', 'code', name=op.f('pk_dictionary_item'))
    )
    op.create_table('grid',
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('level', sa.SmallInteger(), nullable=False),
    sa.Column('kind', sa.String(length=11), server_default='residential', nullable=False),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('path', sa.ARRAY(sa.BigInteger()), nullable=False),
    sa.Column('serial', sa.SmallInteger(), nullable=True),
    sa.Column('basics', sa.String(length=2000), nullable=True),
    sa.Column('sort', sa.Integer(), server_default='0', nullable=False),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='MULTIPOLYGON', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('geom_3857', geoalchemy2.types.Geometry(geometry_type='MULTIPOLYGON', srid=3857, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), sa.Computed('ST_Transform(geom, 3857)', persisted=True), nullable=False),
    sa.Column('label', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('residential', 'unit')", name=op.f('ck_grid_kind')),
    sa.CheckConstraint('(level = 1) = (parent_id IS NULL)', name=op.f('ck_grid_root_has_no_parent')),
    sa.CheckConstraint('NOT ST_IsEmpty(geom)', name=op.f('ck_grid_has_area')),
    sa.CheckConstraint('cardinality(path) = level', name=op.f('ck_grid_path_as_long_as_level')),
    sa.CheckConstraint('level BETWEEN 1 AND 5', name=op.f('ck_grid_level')),
    sa.CheckConstraint('path[level] = id', name=op.f('ck_grid_path_ends_in_itself')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_grid_dates')),
    sa.ForeignKeyConstraint(['parent_id'], ['grid.id'], name=op.f('fk_grid_parent_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid'))
    )
    op.create_index('ix_grid_geom', 'grid', ['geom'], unique=False, postgresql_using='gist')
    op.create_index('ix_grid_geom_3857', 'grid', ['geom_3857'], unique=False, postgresql_using='gist')
    op.create_index('ix_grid_label', 'grid', ['label'], unique=False, postgresql_using='gist')
    op.create_index(op.f('ix_grid_parent_id'), 'grid', ['parent_id'], unique=False)
    op.create_index('ix_grid_path', 'grid', ['path'], unique=False, postgresql_using='gin')
    op.create_index('uq_grid_code_current', 'grid', ['code'], unique=True, postgresql_where=sa.text('valid_to IS NULL'))
    op.create_table('grid_drawn',
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('band', sa.SmallInteger(), nullable=False),
    sa.Column('geom_3857', geoalchemy2.types.Geometry(geometry_type='MULTIPOLYGON', srid=3857, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_grid_drawn_grid_id_grid'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('grid_id', 'band', name=op.f('pk_grid_drawn'))
    )
    op.create_table('incident_category',
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('scheme', sa.String(length=30), nullable=False),
    sa.Column('scheme_version', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('parent', sa.String(length=20), nullable=True),
    sa.Column('name_zh', sa.String(length=40), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('deadline_hours', sa.SmallInteger(), nullable=False),
    sa.Column('warn_hours', sa.SmallInteger(), nullable=False),
    sa.Column('sort', sa.SmallInteger(), server_default='0', nullable=False),
    sa.CheckConstraint("kind IN ('matter', 'component', 'request')", name=op.f('ck_incident_category_kind')),
    sa.CheckConstraint('deadline_hours > 0', name=op.f('ck_incident_category_deadline')),
    sa.CheckConstraint('warn_hours >= 0 AND warn_hours < deadline_hours', name=op.f('ck_incident_category_warn')),
    sa.ForeignKeyConstraint(['parent'], ['incident_category.code'], name=op.f('fk_incident_category_parent_incident_category')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_incident_category'))
    )
    op.create_table('label',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('name_zh', sa.String(length=40), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('label_group', sa.String(length=10), nullable=False),
    sa.Column('legal_basis', sa.String(length=200), nullable=False),
    sa.Column('start_age', sa.SmallInteger(), nullable=True),
    sa.Column('end_age', sa.SmallInteger(), nullable=True),
    sa.Column('end_after_years', sa.SmallInteger(), nullable=True),
    sa.Column('ends_with_term', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('becomes', sa.String(length=30), nullable=True),
    sa.Column('sensitivity', sa.SmallInteger(), nullable=False),
    sa.Column('sort', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint("label_group IN ('care', 'statutory')", name=op.f('ck_label_label_group')),
    sa.CheckConstraint('sensitivity BETWEEN 1 AND 3', name=op.f('ck_label_sensitivity')),
    sa.ForeignKeyConstraint(['becomes'], ['label.code'], name=op.f('fk_label_becomes_label')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_label'))
    )
    op.create_table('premises_kind',
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name_zh', sa.String(length=40), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.Column('small', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('limit_zh', sa.String(length=120), server_default='', nullable=False),
    sa.Column('limit_en', sa.String(length=160), server_default='', nullable=False),
    sa.Column('check_days_general', sa.SmallInteger(), nullable=False),
    sa.Column('check_days_medium', sa.SmallInteger(), nullable=False),
    sa.Column('check_days_serious', sa.SmallInteger(), nullable=False),
    sa.Column('sort', sa.SmallInteger(), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_premises_kind'))
    )
    op.create_table('role',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('name_zh', sa.String(length=40), nullable=False),
    sa.Column('name_en', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_role'))
    )
    op.create_table('basemap_area',
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=True),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='MULTIPOLYGON', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('geom_3857', geoalchemy2.types.Geometry(geometry_type='MULTIPOLYGON', srid=3857, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), sa.Computed('ST_Transform(geom, 3857)', persisted=True), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("kind IN ('water', 'wood', 'park')", name=op.f('ck_basemap_area_kind')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_basemap_area_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_basemap_area'))
    )
    op.create_index('ix_basemap_area_geom_3857', 'basemap_area', ['geom_3857'], unique=False, postgresql_using='gist')
    op.create_index(op.f('ix_basemap_area_grid_id'), 'basemap_area', ['grid_id'], unique=False)
    op.create_table('basemap_line',
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('rank', sa.SmallInteger(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=True),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='MULTILINESTRING', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('geom_3857', geoalchemy2.types.Geometry(geometry_type='MULTILINESTRING', srid=3857, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), sa.Computed('ST_Transform(geom, 3857)', persisted=True), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("kind IN ('road', 'water')", name=op.f('ck_basemap_line_kind')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_basemap_line_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_basemap_line'))
    )
    op.create_index('ix_basemap_line_geom_3857', 'basemap_line', ['geom_3857'], unique=False, postgresql_using='gist')
    op.create_index(op.f('ix_basemap_line_grid_id'), 'basemap_line', ['grid_id'], unique=False)
    op.create_table('basemap_place',
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('rank', sa.SmallInteger(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('geom_3857', geoalchemy2.types.Geometry(geometry_type='POINT', srid=3857, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), sa.Computed('ST_Transform(geom, 3857)', persisted=True), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("kind IN ('county', 'town', 'village', 'hamlet', 'street')", name=op.f('ck_basemap_place_kind')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_basemap_place_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_basemap_place'))
    )
    op.create_index('ix_basemap_place_geom_3857', 'basemap_place', ['geom_3857'], unique=False, postgresql_using='gist')
    op.create_index(op.f('ix_basemap_place_grid_id'), 'basemap_place', ['grid_id'], unique=False)
    op.create_table('estate',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POLYGON', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("kind IN ('estate', 'settlement')", name=op.f('ck_estate_kind')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_estate_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_estate'))
    )
    op.create_index('ix_estate_geom', 'estate', ['geom'], unique=False, postgresql_using='gist')
    op.create_index(op.f('ix_estate_grid_id'), 'estate', ['grid_id'], unique=False)
    op.create_table('label_audience',
    sa.Column('label_code', sa.String(length=30), nullable=False),
    sa.Column('role_code', sa.String(length=30), nullable=False),
    sa.ForeignKeyConstraint(['label_code'], ['label.code'], name=op.f('fk_label_audience_label_code_label')),
    sa.ForeignKeyConstraint(['role_code'], ['role.code'], name=op.f('fk_label_audience_role_code_role')),
    sa.PrimaryKeyConstraint('label_code', 'role_code', name=op.f('pk_label_audience'))
    )
    op.create_table('outbox',
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('topic', sa.String(length=20), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_outbox_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    op.create_index('ix_outbox_at', 'outbox', ['at'], unique=False)
    op.create_index(op.f('ix_outbox_grid_id'), 'outbox', ['grid_id'], unique=False)
    op.create_table('patrol_area',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=7), nullable=False),
    sa.Column('line', geoalchemy2.types.Geometry(geometry_type='LINESTRING', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('width_m', sa.Double(), nullable=True),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='MULTIPOLYGON', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('weekdays', sa.ARRAY(sa.SmallInteger()), nullable=False),
    sa.Column('starts_at', sa.Time(), nullable=False),
    sa.Column('ends_at', sa.Time(), nullable=False),
    sa.Column('status', sa.String(length=6), server_default='active', nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("(kind = 'line') = (line IS NOT NULL) AND (kind = 'line') = (width_m IS NOT NULL)", name=op.f('ck_patrol_area_line_has_width')),
    sa.CheckConstraint("kind IN ('polygon', 'line')", name=op.f('ck_patrol_area_kind')),
    sa.CheckConstraint("status IN ('active', 'closed')", name=op.f('ck_patrol_area_status')),
    sa.CheckConstraint("weekdays <@ '{1,2,3,4,5,6,7}'::smallint[]", name=op.f('ck_patrol_area_weekdays')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_patrol_area_hours')),
    sa.CheckConstraint('width_m > 0', name=op.f('ck_patrol_area_width')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_patrol_area_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patrol_area'))
    )
    op.create_index('ix_patrol_area_geom', 'patrol_area', ['geom'], unique=False, postgresql_using='gist')
    op.create_index(op.f('ix_patrol_area_grid_id'), 'patrol_area', ['grid_id'], unique=False)
    op.create_table('role_permission',
    sa.Column('role_code', sa.String(length=30), nullable=False),
    sa.Column('permission', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['role_code'], ['role.code'], name=op.f('fk_role_permission_role_code_role')),
    sa.PrimaryKeyConstraint('role_code', 'permission', name=op.f('pk_role_permission'))
    )
    op.create_table('staff',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('sex', sa.String(length=1), nullable=True),
    sa.Column('phone_enc', sa.LargeBinary(), nullable=True),
    sa.Column('duties', sa.String(length=400), nullable=True),
    sa.Column('honour', sa.String(length=60), nullable=True),
    sa.Column('service_area', sa.String(length=200), nullable=True),
    sa.Column('status', sa.String(length=6), server_default='active', nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("sex IN ('m', 'f')", name=op.f('ck_staff_sex')),
    sa.CheckConstraint("status IN ('active', 'left')", name=op.f('ck_staff_status')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_staff_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff'))
    )
    op.create_index(op.f('ix_staff_grid_id'), 'staff', ['grid_id'], unique=False)
    op.create_table('app_user',
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=True),
    sa.Column('lang', sa.String(length=2), server_default='zh', nullable=False),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('failures', sa.Integer(), server_default='0', nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint("lang IN ('zh', 'en')", name=op.f('ck_app_user_lang')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_app_user_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_app_user')),
    sa.UniqueConstraint('username', name=op.f('uq_app_user_username'))
    )
    op.create_index(op.f('ix_app_user_staff_id'), 'app_user', ['staff_id'], unique=False)
    op.create_table('building',
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('address', sa.String(length=120), server_default='', nullable=False),
    sa.Column('use', sa.String(length=12), server_default='residential', nullable=False),
    sa.Column('floors', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('units', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('height_m', sa.Double(), nullable=True),
    sa.Column('estate_id', sa.BigInteger(), nullable=True),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='MULTIPOLYGON', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('geom_3857', geoalchemy2.types.Geometry(geometry_type='MULTIPOLYGON', srid=3857, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), sa.Computed('ST_Transform(geom, 3857)', persisted=True), nullable=False),
    sa.Column('point', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("use IN ('residential', 'mixed', 'public', 'commercial', 'industrial', 'farm')", name=op.f('ck_building_use')),
    sa.CheckConstraint('floors BETWEEN 1 AND 200', name=op.f('ck_building_floors')),
    sa.CheckConstraint('height_m > 0', name=op.f('ck_building_height')),
    sa.CheckConstraint('units BETWEEN 1 AND 100', name=op.f('ck_building_units')),
    sa.ForeignKeyConstraint(['estate_id'], ['estate.id'], name=op.f('fk_building_estate_id_estate')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_building_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_building')),
    sa.UniqueConstraint('code', name=op.f('uq_building_code'))
    )
    op.create_index(op.f('ix_building_estate_id'), 'building', ['estate_id'], unique=False)
    op.create_index('ix_building_geom', 'building', ['geom'], unique=False, postgresql_using='gist')
    op.create_index('ix_building_geom_3857', 'building', ['geom_3857'], unique=False, postgresql_using='gist')
    op.create_index(op.f('ix_building_grid_id'), 'building', ['grid_id'], unique=False)
    op.create_index('ix_building_point', 'building', ['point'], unique=False, postgresql_using='gist')
    op.create_table('patrol_officer',
    sa.Column('area_id', sa.BigInteger(), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['area_id'], ['patrol_area.id'], name=op.f('fk_patrol_officer_area_id_patrol_area'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_patrol_officer_staff_id_staff')),
    sa.PrimaryKeyConstraint('area_id', 'staff_id', name=op.f('pk_patrol_officer'))
    )
    op.create_index(op.f('ix_patrol_officer_staff_id'), 'patrol_officer', ['staff_id'], unique=False)
    op.create_table('post',
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.CheckConstraint("kind IN ('leader', 'deputy', 'staff')", name=op.f('ck_post_kind')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_post_grid_id_grid')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_post_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post'))
    )
    op.create_index(op.f('ix_post_grid_id'), 'post', ['grid_id'], unique=False)
    op.create_index(op.f('ix_post_staff_id'), 'post', ['staff_id'], unique=False)
    op.create_index('uq_post_current', 'post', ['staff_id', 'grid_id', 'kind'], unique=True, postgresql_where=sa.text('valid_to IS NULL'))
    op.create_table('audit',
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('actor_name', sa.String(length=60), nullable=False),
    sa.Column('action', sa.String(length=40), nullable=False),
    sa.Column('entity', sa.String(length=40), nullable=True),
    sa.Column('entity_id', sa.BigInteger(), nullable=True),
    sa.Column('grid_id', sa.BigInteger(), nullable=True),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('note', sa.String(length=400), server_default='', nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['app_user.id'], name=op.f('fk_audit_actor_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_index('ix_audit_actor_at', 'audit', ['actor_id', 'at'], unique=False)
    op.create_index('ix_audit_entity', 'audit', ['entity', 'entity_id'], unique=False)
    op.create_table('house',
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('building_id', sa.BigInteger(), nullable=False),
    sa.Column('unit', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('floor', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('room', sa.String(length=10), nullable=False),
    sa.Column('use', sa.String(length=12), server_default='residential', nullable=False),
    sa.Column('owner', sa.String(length=60), nullable=True),
    sa.Column('rented', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('area_m2', sa.Double(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('status', sa.String(length=9), server_default='active', nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.String(length=40), nullable=True),
    sa.CheckConstraint("(status = 'active') = (cancelled_at IS NULL) AND (status = 'active') = (cancel_reason IS NULL)", name=op.f('ck_house_cancelled_says_why')),
    sa.CheckConstraint("status IN ('active', 'cancelled')", name=op.f('ck_house_status')),
    sa.CheckConstraint("use IN ('residential', 'shop', 'office', 'storage', 'other')", name=op.f('ck_house_use')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_house_building_id_building')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_house_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_house'))
    )
    op.create_index(op.f('ix_house_building_id'), 'house', ['building_id'], unique=False)
    op.create_index('ix_house_grid_active', 'house', ['grid_id'], unique=False, postgresql_where=sa.text("status = 'active'"))
    op.create_index(op.f('ix_house_grid_id'), 'house', ['grid_id'], unique=False)
    op.create_index('ix_house_place', 'house', ['building_id', 'unit', 'floor', 'room'], unique=False)
    op.create_index('uq_house_number', 'house', ['number'], unique=True, postgresql_where=sa.text("status = 'active'"))
    op.create_table('incident',
    sa.Column('number', sa.String(length=24), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('description', sa.String(length=4000), server_default='', nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('severity', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('state', sa.String(length=10), server_default='reported', nullable=False),
    sa.Column('escalated', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('urged', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('warn_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reporter_id', sa.BigInteger(), nullable=True),
    sa.Column('txn', sa.Uuid(), nullable=True),
    sa.Column('address', sa.String(length=160), server_default='', nullable=False),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('geom_3857', geoalchemy2.types.Geometry(geometry_type='POINT', srid=3857, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), sa.Computed('ST_Transform(geom, 3857)', persisted=True), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("(state IN ('closed', 'rejected')) = (closed_at IS NOT NULL)", name=op.f('ck_incident_closed_has_time')),
    sa.CheckConstraint("source IN ('staff', 'resident', 'inspection', 'department', 'hotline')", name=op.f('ck_incident_source')),
    sa.CheckConstraint("state IN ('reported', 'accepted', 'dispatched', 'handled', 'closed', 'rejected')", name=op.f('ck_incident_state')),
    sa.CheckConstraint('severity BETWEEN 1 AND 4', name=op.f('ck_incident_severity')),
    sa.CheckConstraint('warn_at <= due_at AND reported_at <= warn_at', name=op.f('ck_incident_dates')),
    sa.ForeignKeyConstraint(['category'], ['incident_category.code'], name=op.f('fk_incident_category_incident_category')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_incident_grid_id_grid')),
    sa.ForeignKeyConstraint(['reporter_id'], ['app_user.id'], name=op.f('fk_incident_reporter_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('number', name=op.f('uq_incident_number')),
    sa.UniqueConstraint('txn', name=op.f('uq_incident_txn'))
    )
    op.create_index(op.f('ix_incident_category'), 'incident', ['category'], unique=False)
    op.create_index('ix_incident_closed', 'incident', ['closed_at'], unique=False)
    op.create_index('ix_incident_geom', 'incident', ['geom'], unique=False, postgresql_using='gist')
    op.create_index('ix_incident_geom_3857_open', 'incident', ['geom_3857'], unique=False, postgresql_using='gist', postgresql_where=sa.text('closed_at IS NULL'))
    op.create_index(op.f('ix_incident_grid_id'), 'incident', ['grid_id'], unique=False)
    op.create_index('ix_incident_grid_reported', 'incident', ['grid_id', 'reported_at'], unique=False)
    op.create_index('ix_incident_open_unplaced', 'incident', ['grid_id'], unique=False, postgresql_where=sa.text('closed_at IS NULL AND geom IS NULL'))
    op.create_index('ix_incident_open', 'incident', ['grid_id', 'due_at'], unique=False, postgresql_where=sa.text('closed_at IS NULL'))
    op.create_index('ix_incident_reported', 'incident', ['reported_at'], unique=False)
    op.create_table('premises',
    sa.Column('licence', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('in_charge', sa.String(length=60), nullable=True),
    sa.Column('phone_enc', sa.LargeBinary(), nullable=True),
    sa.Column('address', sa.String(length=160), server_default='', nullable=False),
    sa.Column('building_id', sa.BigInteger(), nullable=True),
    sa.Column('floor_area_m2', sa.Double(), nullable=True),
    sa.Column('employees', sa.SmallInteger(), nullable=True),
    sa.Column('attention', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('last_check_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('no_place_reason', sa.String(length=40), nullable=True),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('geom_3857', geoalchemy2.types.Geometry(geometry_type='POINT', srid=3857, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), sa.Computed('ST_Transform(geom, 3857)', persisted=True), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('status', sa.String(length=9), server_default='active', nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.String(length=40), nullable=True),
    sa.CheckConstraint("(status = 'active') = (cancelled_at IS NULL) AND (status = 'active') = (cancel_reason IS NULL)", name=op.f('ck_premises_cancelled_says_why')),
    sa.CheckConstraint("status IN ('active', 'cancelled')", name=op.f('ck_premises_status')),
    sa.CheckConstraint('attention BETWEEN 1 AND 3', name=op.f('ck_premises_attention')),
    sa.CheckConstraint('employees >= 0', name=op.f('ck_premises_employees')),
    sa.CheckConstraint('floor_area_m2 > 0', name=op.f('ck_premises_floor_area')),
    sa.CheckConstraint('geom IS NULL OR no_place_reason IS NULL', name=op.f('ck_premises_reason_or_place')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_premises_building_id_building')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_premises_grid_id_grid')),
    sa.ForeignKeyConstraint(['kind'], ['premises_kind.code'], name=op.f('fk_premises_kind_premises_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_premises'))
    )
    op.create_index(op.f('ix_premises_building_id'), 'premises', ['building_id'], unique=False)
    op.create_index('ix_premises_geom', 'premises', ['geom'], unique=False, postgresql_using='gist')
    op.create_index('ix_premises_geom_3857', 'premises', ['geom_3857'], unique=False, postgresql_using='gist')
    op.create_index('ix_premises_unplaced', 'premises', ['grid_id'], unique=False, postgresql_where=sa.text("status = 'active' AND geom IS NULL"))
    op.create_index('ix_premises_grid_active', 'premises', ['grid_id', 'kind', 'attention'], unique=False, postgresql_where=sa.text("status = 'active'"))
    op.create_index(op.f('ix_premises_grid_id'), 'premises', ['grid_id'], unique=False)
    op.create_index(op.f('ix_premises_kind'), 'premises', ['kind'], unique=False)
    op.create_index('uq_premises_licence_in_grid', 'premises', ['licence', 'grid_id'], unique=True, postgresql_where=sa.text("status = 'active'"))
    op.create_table('user_role',
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('role_code', sa.String(length=30), nullable=False),
    sa.Column('scope_kind', sa.String(length=9), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint("scope_kind IN ('all', 'chosen') OR grid_id IS NOT NULL", name=op.f('ck_user_role_scope_has_grid')),
    sa.CheckConstraint("scope_kind IN ('all', 'chosen', 'own', 'own_below', 'records')", name=op.f('ck_user_role_scope_kind')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_user_role_grid_id_grid')),
    sa.ForeignKeyConstraint(['role_code'], ['role.code'], name=op.f('fk_user_role_role_code_role')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_user_role_user_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_role'))
    )
    op.create_index(op.f('ix_user_role_user_id'), 'user_role', ['user_id'], unique=False)
    op.create_table('user_session',
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_user_session_user_id_app_user')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_user_session'))
    )
    op.create_index(op.f('ix_user_session_user_id'), 'user_session', ['user_id'], unique=False)
    op.create_table('household',
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
    sa.CheckConstraint("(status = 'active') = (cancelled_at IS NULL) AND (status = 'active') = (cancel_reason IS NULL)", name=op.f('ck_household_cancelled_says_why')),
    sa.CheckConstraint("status IN ('active', 'cancelled')", name=op.f('ck_household_status')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_household_building_id_building')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_household_grid_id_grid')),
    sa.ForeignKeyConstraint(['house_id'], ['house.id'], name=op.f('fk_household_house_id_house')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household'))
    )
    op.create_index(op.f('ix_household_building_id'), 'household', ['building_id'], unique=False)
    op.create_index('ix_household_geom', 'household', ['geom'], unique=False, postgresql_using='gist')
    op.create_index('ix_household_grid_active', 'household', ['grid_id', 'id'], unique=False, postgresql_where=sa.text("status = 'active'"))
    op.create_index(op.f('ix_household_grid_id'), 'household', ['grid_id'], unique=False)
    op.create_index(op.f('ix_household_head_id'), 'household', ['head_id'], unique=False)
    op.create_index(op.f('ix_household_house_id'), 'household', ['house_id'], unique=False)
    op.create_index('uq_household_number', 'household', ['number'], unique=True, postgresql_where=sa.text("status = 'active'"))
    op.create_table('incident_action',
    sa.Column('incident_id', sa.BigInteger(), nullable=False),
    sa.Column('action', sa.String(length=12), nullable=False),
    sa.Column('from_state', sa.String(length=10), nullable=True),
    sa.Column('to_state', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('staff_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.String(length=2000), server_default='', nullable=False),
    sa.Column('txn', sa.Uuid(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint("to_state IN ('reported', 'accepted', 'dispatched', 'handled', 'closed', 'rejected')", name=op.f('ck_incident_action_to_state')),
    sa.ForeignKeyConstraint(['actor_id'], ['app_user.id'], name=op.f('fk_incident_action_actor_id_app_user')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_action_incident_id_incident')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_incident_action_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_action')),
    sa.UniqueConstraint('txn', name=op.f('uq_incident_action_txn'))
    )
    op.create_index(op.f('ix_incident_action_incident_id'), 'incident_action', ['incident_id'], unique=False)
    op.create_table('incident_photo',
    sa.Column('incident_id', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.LargeBinary(length=32), nullable=False),
    sa.Column('mime', sa.String(length=20), nullable=False),
    sa.Column('bytes', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint("mime IN ('image/jpeg', 'image/png', 'image/webp')", name=op.f('ck_incident_photo_mime')),
    sa.ForeignKeyConstraint(['actor_id'], ['app_user.id'], name=op.f('fk_incident_photo_actor_id_app_user')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_photo_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_photo')),
    sa.UniqueConstraint('incident_id', 'sha256', name=op.f('uq_incident_photo_incident_id_sha256'))
    )
    op.create_index(op.f('ix_incident_photo_incident_id'), 'incident_photo', ['incident_id'], unique=False)
    op.create_table('premises_also',
    sa.Column('premises_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['kind'], ['premises_kind.code'], name=op.f('fk_premises_also_kind_premises_kind')),
    sa.ForeignKeyConstraint(['premises_id'], ['premises.id'], name=op.f('fk_premises_also_premises_id_premises'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('premises_id', 'kind', name=op.f('pk_premises_also'))
    )
    op.create_table('user_role_grid',
    sa.Column('user_role_id', sa.BigInteger(), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_user_role_grid_grid_id_grid')),
    sa.ForeignKeyConstraint(['user_role_id'], ['user_role.id'], name=op.f('fk_user_role_grid_user_role_id_user_role'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_role_id', 'grid_id', name=op.f('pk_user_role_grid'))
    )
    op.create_table('person',
    sa.Column('class', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('name_pinyin', sa.String(length=120), server_default='', nullable=False),
    sa.Column('sex', sa.String(length=1), nullable=False),
    sa.Column('birth_date', sa.Date(), nullable=True),
    sa.Column('id_kind', sa.String(length=12), server_default='resident', nullable=False),
    sa.Column('id_enc', sa.LargeBinary(), nullable=True),
    sa.Column('id_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('phone_enc', sa.LargeBinary(), nullable=True),
    sa.Column('phone_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('household_id', sa.BigInteger(), nullable=True),
    sa.Column('relation', sa.String(length=20), nullable=True),
    sa.Column('house_id', sa.BigInteger(), nullable=True),
    sa.Column('building_id', sa.BigInteger(), nullable=True),
    sa.Column('address', sa.String(length=160), server_default='', nullable=False),
    sa.Column('no_place_reason', sa.String(length=40), nullable=True),
    sa.Column('geom', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4490, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True),
    sa.Column('confirmed_on', sa.Date(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('status', sa.String(length=9), server_default='active', nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.String(length=40), nullable=True),
    sa.CheckConstraint("(id_kind = 'none') = (id_hash IS NULL)", name=op.f('ck_person_id_by_kind')),
    sa.CheckConstraint("(status = 'active') = (cancelled_at IS NULL) AND (status = 'active') = (cancel_reason IS NULL)", name=op.f('ck_person_cancelled_says_why')),
    sa.CheckConstraint("class IN ('registered', 'floating', 'unsettled', 'overseas')", name=op.f('ck_person_class')),
    sa.CheckConstraint("id_kind IN ('resident', 'passport', 'hkmt_permit', 'tw_permit', 'none')", name=op.f('ck_person_id_kind')),
    sa.CheckConstraint("sex IN ('m', 'f')", name=op.f('ck_person_sex')),
    sa.CheckConstraint("status IN ('active', 'cancelled')", name=op.f('ck_person_status')),
    sa.CheckConstraint('(id_hash IS NULL) = (id_enc IS NULL)', name=op.f('ck_person_id_whole')),
    sa.CheckConstraint('(phone_hash IS NULL) = (phone_enc IS NULL)', name=op.f('ck_person_phone_whole')),
    sa.CheckConstraint('geom IS NULL OR no_place_reason IS NULL', name=op.f('ck_person_reason_or_place')),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_person_building_id_building')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_person_grid_id_grid')),
    sa.ForeignKeyConstraint(['house_id'], ['house.id'], name=op.f('fk_person_house_id_house')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_person_household_id_household')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person'))
    )
    op.create_index(op.f('ix_person_building_id'), 'person', ['building_id'], unique=False)
    op.create_index('ix_person_geom', 'person', ['geom'], unique=False, postgresql_using='gist')
    op.create_index('ix_person_grid_building', 'person', ['grid_id', 'building_id'], unique=False, postgresql_where=sa.text("status = 'active'"))
    op.create_index('ix_person_grid_active', 'person', ['grid_id', 'class', 'sex', 'birth_date'], unique=False, postgresql_where=sa.text("status = 'active'"))
    op.create_index(op.f('ix_person_grid_id'), 'person', ['grid_id'], unique=False)
    op.create_index(op.f('ix_person_house_id'), 'person', ['house_id'], unique=False)
    op.create_index(op.f('ix_person_household_id'), 'person', ['household_id'], unique=False)
    op.create_index('ix_person_list', 'person', ['grid_id', 'household_id', 'id'], unique=False, postgresql_where=sa.text("status = 'active'"))
    op.create_index('ix_person_phone_hash', 'person', ['phone_hash'], unique=False)
    op.create_index('ix_person_unplaced', 'person', ['grid_id'], unique=False, postgresql_where=sa.text("status = 'active' AND geom IS NULL AND no_place_reason IS NULL"))
    op.create_index('uq_person_id_in_grid', 'person', ['id_hash', 'grid_id'], unique=True, postgresql_where=sa.text("status = 'active' AND id_hash IS NOT NULL"))
    op.create_table('person_tally',
    sa.Column('class', sa.String(length=10), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_person_tally_grid_id_grid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_tally'))
    )
    op.create_index(op.f('ix_person_tally_grid_id'), 'person_tally', ['grid_id'], unique=False)
    op.create_table('person_label',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('label_code', sa.String(length=30), nullable=False),
    sa.Column('started_on', sa.Date(), nullable=False),
    sa.Column('started_by', sa.String(length=4), nullable=False),
    sa.Column('term_ends_on', sa.Date(), nullable=True),
    sa.Column('stopped_on', sa.Date(), nullable=True),
    sa.Column('stopped_by', sa.String(length=4), nullable=True),
    sa.Column('stop_reason', sa.String(length=80), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('grid_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("started_by IN ('hand', 'rule')", name=op.f('ck_person_label_started_by')),
    sa.CheckConstraint("stopped_by IN ('hand', 'rule')", name=op.f('ck_person_label_stopped_by')),
    sa.CheckConstraint('(stopped_on IS NULL) = (stop_reason IS NULL)', name=op.f('ck_person_label_stopped_says_why')),
    sa.CheckConstraint('stopped_on >= started_on', name=op.f('ck_person_label_dates')),
    sa.ForeignKeyConstraint(['grid_id'], ['grid.id'], name=op.f('fk_person_label_grid_id_grid')),
    sa.ForeignKeyConstraint(['label_code'], ['label.code'], name=op.f('fk_person_label_label_code_label')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_label_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_label')),
    sa.UniqueConstraint('person_id', 'label_code', 'started_on', name=op.f('uq_person_label_person_id_label_code_started_on'))
    )
    op.create_index(op.f('ix_person_label_grid_id'), 'person_label', ['grid_id'], unique=False)
    op.create_index(op.f('ix_person_label_label_code'), 'person_label', ['label_code'], unique=False)
    op.create_index(op.f('ix_person_label_person_id'), 'person_label', ['person_id'], unique=False)
    op.create_foreign_key(
        op.f('fk_household_head_id_person'), 'household', 'person', ['head_id'], ['id'],
        initially='DEFERRED', deferrable=True)
    op.execute(FUNCTIONS.read_text())
