"""Anonymised people, correction requests, runs of the daily jobs"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

RULES = Path(__file__).parent.parent / 'sql' / '0009_resident_rights.sql'


def upgrade() -> None:
    op.add_column('person', sa.Column('anonymised_at', sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f('ck_person_anonymised_is_cancelled'), 'person', "anonymised_at IS NULL OR status = 'cancelled'")
    op.create_index('ix_person_cancelled_at', 'person', ['cancelled_at'], unique=False, postgresql_where=sa.text("status = 'cancelled' AND anonymised_at IS NULL"))
    op.create_table('job_run',
    sa.Column('job', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=7), nullable=False),
    sa.Column('figures', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('problem', sa.String(length=80), nullable=True),
    sa.Column('tries', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("outcome IN ('running', 'done', 'failed')", name=op.f('ck_job_run_outcome')),
    sa.CheckConstraint("(outcome = 'running') = (finished_at IS NULL)", name=op.f('ck_job_run_finished')),
    sa.CheckConstraint("(outcome = 'failed') = (problem IS NOT NULL)", name=op.f('ck_job_run_failed_says_why')),
    sa.PrimaryKeyConstraint('job', 'day', name=op.f('pk_job_run'))
    )
    op.create_table('correction_request',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('field', sa.String(length=12), nullable=False),
    sa.Column('said_enc', sa.LargeBinary(), nullable=False),
    sa.Column('how', sa.String(length=9), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('received_by', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=8), server_default='open', nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.BigInteger(), nullable=True),
    sa.Column('decision_enc', sa.LargeBinary(), nullable=True),
    sa.Column('changed', sa.Boolean(), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("field IN ('name', 'sex', 'birth_date', 'id_number', 'phone', 'address', 'household', 'label', 'other')", name=op.f('ck_correction_request_field')),
    sa.CheckConstraint("how IN ('in_person', 'phone', 'letter', 'online')", name=op.f('ck_correction_request_how')),
    sa.CheckConstraint("state IN ('open', 'accepted', 'refused')", name=op.f('ck_correction_request_state')),
    sa.CheckConstraint("(state = 'open') = (decided_at IS NULL) AND (state = 'open') = (decided_by IS NULL) AND (state = 'open') = (decision_enc IS NULL) AND (state = 'accepted') = (changed IS NOT NULL)", name=op.f('ck_correction_request_decided_whole')),
    sa.CheckConstraint('decided_by <> received_by', name=op.f('ck_correction_request_by_two')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_correction_request_person_id_person')),
    sa.ForeignKeyConstraint(['received_by'], ['app_user.id'], name=op.f('fk_correction_request_received_by_app_user')),
    sa.ForeignKeyConstraint(['decided_by'], ['app_user.id'], name=op.f('fk_correction_request_decided_by_app_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_correction_request'))
    )
    op.create_index(op.f('ix_correction_request_person_id'), 'correction_request', ['person_id'], unique=False)
    op.create_index('ix_correction_request_open', 'correction_request', ['id'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index(op.f('ix_correction_request_received_by'), 'correction_request', ['received_by'], unique=False)
    op.create_index(op.f('ix_correction_request_decided_by'), 'correction_request', ['decided_by'], unique=False)
    op.execute(RULES.read_text())
