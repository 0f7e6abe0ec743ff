"""Emergency looks, notices"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0008_emergencies.sql'


def upgrade() -> None:
    op.create_table('notice',
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('entity', sa.String(length=40), nullable=False),
    sa.Column('entity_id', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_notice_user_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    op.create_index('ix_notice_user_id', 'notice', ['user_id', 'id'], unique=False)
    op.create_table('emergency_look',
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('home_grid_id', sa.BigInteger(), nullable=True),
    sa.Column('opened_grid_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_by', sa.BigInteger(), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('in_order', sa.Boolean(), nullable=True),
    sa.Column('review_words', sa.String(length=400), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint("until > begun_at AND until <= begun_at + interval '30 minutes'", name=op.f('ck_emergency_look_half_an_hour')),
    sa.CheckConstraint('ended_at >= begun_at', name=op.f('ck_emergency_look_ends_after_it_began')),
    sa.CheckConstraint('char_length(words) >= 10', name=op.f('ck_emergency_look_says_why')),
    sa.CheckConstraint('(reviewed_by IS NULL) = (reviewed_at IS NULL) AND (reviewed_by IS NULL) = (in_order IS NULL) AND (reviewed_by IS NULL) = (review_words IS NULL)', name=op.f('ck_emergency_look_review_is_whole')),
    sa.CheckConstraint('reviewed_by <> user_id', name=op.f('ck_emergency_look_reviewed_by_another')),
    sa.ForeignKeyConstraint(['home_grid_id'], ['grid.id'], name=op.f('fk_emergency_look_home_grid_id_grid')),
    sa.ForeignKeyConstraint(['opened_grid_id'], ['grid.id'], name=op.f('fk_emergency_look_opened_grid_id_grid')),
    sa.ForeignKeyConstraint(['reviewed_by'], ['app_user.id'], name=op.f('fk_emergency_look_reviewed_by_app_user')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_emergency_look_user_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emergency_look'))
    )
    for column in ('user_id', 'home_grid_id', 'opened_grid_id', 'reviewed_by'):
        op.create_index(op.f(f'ix_emergency_look_{column}'), 'emergency_look', [column], unique=False)
    op.create_index('uq_emergency_look_open', 'emergency_look', ['user_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.add_column('user_session', sa.Column('emergency_id', sa.BigInteger()))
    op.create_foreign_key(op.f('fk_user_session_emergency_id_emergency_look'), 'user_session', 'emergency_look', ['emergency_id'], ['id'])
    op.create_check_constraint(op.f('ck_user_session_one_way_of_seeing'), 'user_session', 'as_user_id IS NULL OR emergency_id IS NULL')
    op.execute(RULES.read_text())
