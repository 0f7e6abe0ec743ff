"""Rules of labels; the life of a house"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0015_labels_and_houses.sql'
KINDS = ("kind IN ('entered', 'changed', 'renumbered', 'confirmed', 'cancelled', 'restored', 'rented', "
         "'rent_stopped', 'rent_restored')")


def upgrade() -> None:
    op.add_column('label', sa.Column('starts_by_rule', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.create_check_constraint(op.f('ck_label_starts_by_rule'), 'label',
        "NOT starts_by_rule OR (start_age IS NOT NULL AND label_group = 'care' AND becomes IS NULL)")
    op.create_check_constraint(op.f('ck_label_years'), 'label', 'end_after_years > 0')
    op.create_unique_constraint(op.f('uq_label_becomes'), 'label', ['becomes'])
    op.add_column('person_label', sa.Column('counts_from', sa.Date(), nullable=True))
    op.add_column('person_label', sa.Column('held', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.create_check_constraint(op.f('ck_person_label_counts_from'), 'person_label', 'counts_from <= started_on')
    op.create_check_constraint(op.f('ck_person_label_held'), 'person_label', "NOT held OR started_by = 'hand'")
    op.drop_constraint(op.f('uq_person_label_person_id_label_code_started_on'), 'person_label', type_='unique')
    op.create_index('uq_person_label_in_force', 'person_label', ['person_id', 'label_code'], unique=True,
        postgresql_where=sa.text('stopped_on IS NULL'))
    op.add_column('house', sa.Column('confirmed_on', sa.Date(), nullable=True))
    op.create_check_constraint(op.f('ck_house_unit'), 'house', 'unit BETWEEN 1 AND 100')
    op.create_check_constraint(op.f('ck_house_floor'), 'house', 'floor BETWEEN -20 AND 200')
    op.create_check_constraint(op.f('ck_house_area'), 'house', 'area_m2 > 0')
    op.create_table('house_change',
    sa.Column('house_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=13), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=30), nullable=True),
    sa.Column('old_number', sa.String(length=40), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.CheckConstraint(KINDS, name=op.f('ck_house_change_kind')),
    sa.CheckConstraint("(kind IN ('cancelled', 'rent_stopped')) = (reason IS NOT NULL)", name=op.f('ck_house_change_says_why')),
    sa.CheckConstraint("(kind = 'renumbered') = (old_number IS NOT NULL)", name=op.f('ck_house_change_old_number')),
    sa.ForeignKeyConstraint(['house_id'], ['house.id'], name=op.f('fk_house_change_house_id_house')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_house_change_user_id_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_house_change'))
    )
    for column in ('house_id', 'user_id'):
        op.create_index(op.f(f'ix_house_change_{column}'), 'house_change', [column], unique=False)
    op.execute(RULES.read_text())
