"""Entered once"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('person', sa.Column('txn', sa.Uuid(), nullable=True))
    op.create_index('uq_person_txn', 'person', ['txn'], unique=True, postgresql_where=sa.text('txn IS NOT NULL'))
