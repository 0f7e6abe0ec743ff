"""Saved views; entries of dictionaries are changed by hand"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0019_views_and_dictionaries.sql'


def upgrade() -> None:
    op.add_column('dictionary_item', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.create_table('saved_view',
    sa.Column('owner_id', sa.BigInteger(), nullable=False),
    sa.Column('register', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('shared', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('question', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['app_user.id'], name=op.f('fk_saved_view_owner_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view')),
    sa.UniqueConstraint('owner_id', 'register', 'name', name=op.f('uq_saved_view_owner_id_register_name'))
    )
    op.create_index('ix_saved_view_shared', 'saved_view', ['register'], unique=False,
        postgresql_where=sa.text('shared'))
    op.execute(RULES.read_text())
