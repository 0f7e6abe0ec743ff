"""Accounts: second factor, locks by name, sessions that end at once, previews"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

FUNCTIONS = Path(__file__).parent.parent / 'sql' / '0006_accounts.sql'


def upgrade() -> None:
    op.add_column('app_user', sa.Column('must_change', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('app_user', sa.Column('totp_enc', sa.LargeBinary()))
    op.add_column('app_user', sa.Column('totp_on', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('app_user', sa.Column('totp_step', sa.BigInteger()))
    op.add_column('app_user', sa.Column('oidc_subject', sa.String(length=600)))
    op.create_unique_constraint(op.f('uq_app_user_oidc_subject'), 'app_user', ['oidc_subject'])
    op.create_check_constraint(op.f('ck_app_user_totp_has_secret'), 'app_user', 'NOT totp_on OR totp_enc IS NOT NULL')
    # Locks moved to sign_in_try, where a name that nobody has is locked alike.
    op.drop_column('app_user', 'failures')
    op.drop_column('app_user', 'locked_until')
    op.create_table('sign_in_try',
    sa.Column('name_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('name_hash', name=op.f('pk_sign_in_try'))
    )
    op.create_index(op.f('ix_sign_in_try_at'), 'sign_in_try', ['at'], unique=False)
    op.create_table('recovery_code',
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.id'], name=op.f('fk_recovery_code_user_id_app_user')),
    sa.PrimaryKeyConstraint('user_id', 'code_hash', name=op.f('pk_recovery_code'))
    )
    op.add_column('user_session', sa.Column('agent', sa.String(length=60), server_default='', nullable=False))
    op.add_column('user_session', sa.Column('via', sa.String(length=8), server_default='password', nullable=False))
    op.add_column('user_session', sa.Column('as_user_id', sa.BigInteger()))
    op.create_foreign_key(op.f('fk_user_session_as_user_id_app_user'), 'user_session', 'app_user', ['as_user_id'], ['id'])
    op.create_check_constraint(op.f('ck_user_session_via'), 'user_session', "via IN ('password', 'oidc')")
    op.execute(FUNCTIONS.read_text())
