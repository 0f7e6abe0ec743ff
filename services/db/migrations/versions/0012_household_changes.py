"""Changes of households"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0012_household_changes.sql'
KINDS = ("kind IN ('founded', 'renumbered', 'head', 'joined', 'left', 'born', 'died', 'merged', "
         "'merged_into', 'split', 'split_from', 'dissolved')")


def upgrade() -> None:
    op.create_table('household_change',
    sa.Column('household_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('other_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint(KINDS, name=op.f('ck_household_change_kind')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_household_change_household_id_household')),
    sa.ForeignKeyConstraint(['other_id'], ['household.id'], name=op.f('fk_household_change_other_id_household')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_household_change_person_id_person')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_household_change_user_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household_change'))
    )
    for column in ('household_id', 'other_id', 'person_id', 'user_id'):
        op.create_index(op.f(f'ix_household_change_{column}'), 'household_change', [column], unique=False)
    op.execute(RULES.read_text())
