"""People are found by name, pinyin, initials and address through an index"""

from pathlib import Path

import pypinyin
import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0013_person_words.sql'
LONGEST = 120


def upgrade() -> None:
    # The pinyin gets its syllables apart: "zhang san" in place of "zhangsan zs".
    connection = op.get_bind()
    names = connection.execute(sa.text("SELECT DISTINCT name FROM person WHERE name_pinyin <> ''")).scalars()
    rows = [{'name': name, 'pinyin': ' '.join(pypinyin.lazy_pinyin(name)).lower()[:LONGEST]} for name in names]
    if rows:
        connection.execute(sa.text('CREATE TEMP TABLE sound (name text, pinyin text) ON COMMIT DROP'))
        connection.execute(sa.text('INSERT INTO sound VALUES (:name, :pinyin)'), rows)
        connection.execute(sa.text('UPDATE person p SET name_pinyin = s.pinyin FROM sound s WHERE s.name = p.name'))
    op.execute(RULES.read_text())
