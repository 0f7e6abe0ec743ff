"""What is personal in the audit, under a key of whom it tells of"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0010_sealed_audit.sql'


def upgrade() -> None:
    op.add_column('audit', sa.Column('key_id', sa.BigInteger(), nullable=True))
    op.add_column('audit', sa.Column('sealed', sa.LargeBinary(), nullable=True))
    op.create_check_constraint(op.f('ck_audit_sealed_whole'), 'audit', '(key_id IS NULL) = (sealed IS NULL)')
    op.create_table('subject_key',
    sa.Column('entity', sa.String(length=40), nullable=False),
    sa.Column('entity_id', sa.BigInteger(), nullable=False),
    sa.Column('key_enc', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subject_key')),
    sa.UniqueConstraint('entity', 'entity_id', name=op.f('uq_subject_key_entity_entity_id'))
    )
    op.execute(RULES.read_text())
