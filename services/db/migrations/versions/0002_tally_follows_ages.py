"""The tally of people follows ages"""

from pathlib import Path

from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

FUNCTIONS = Path(__file__).parent.parent / 'sql' / '0002_tally_follows_ages.sql'


def upgrade() -> None:
    op.execute(FUNCTIONS.read_text())
