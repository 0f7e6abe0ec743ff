"""An entry names the one before it; who leads a grid may write entries"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0011_entries_follow.sql'


def upgrade() -> None:
    op.add_column('person', sa.Column('previous_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_person_previous_id_person'), 'person', 'person', ['previous_id'], ['id'])
    op.create_index(op.f('ix_person_previous_id'), 'person', ['previous_id'], unique=False)
    op.execute(RULES.read_text())
