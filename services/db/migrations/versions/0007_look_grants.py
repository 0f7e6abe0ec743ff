"""Looks behind a mask, and the rights that come with them"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0007_look_grants.sql'


def upgrade() -> None:
    op.create_table('look_grant',
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('what', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=30), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint("what IN ('id_number', 'phone', 'birth_date', 'address', 'labels')", name=op.f('ck_look_grant_what')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_look_grant_person_id_person')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_look_grant_user_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_look_grant'))
    )
    op.create_index(op.f('ix_look_grant_person_id'), 'look_grant', ['person_id'], unique=False)
    op.create_index('ix_look_grant_user_person', 'look_grant', ['user_id', 'person_id'], unique=False)
    op.execute(RULES.read_text())
