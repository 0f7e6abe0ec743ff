"""Roles that own nothing, and row-level security"""

from pathlib import Path

from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0004_second_fence.sql'


def upgrade() -> None:
    op.execute(RULES.read_text())
