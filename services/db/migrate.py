"""Bring a database to the newest schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ProgrammingError

from services.db.session import Database
from services.errors import Conflict

FOLDER = Path(__file__).parent / "migrations"
LOGIN = "gridgov_web"
"""Who the site signs in as on our own cluster: may take the two roles of the service, no more."""
EXTENSIONS = "CREATE EXTENSION postgis; CREATE EXTENSION pg_trgm;"
ADMIN_ROLES = (
    "CREATE ROLE gridgov_app; CREATE ROLE gridgov_all; GRANT gridgov_app, gridgov_all TO {0};"
)
# Roles belong to the whole server, so another root area may have made them.
ROLES = """
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['gridgov_app', 'gridgov_all'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
        IF NOT pg_has_role(current_user, name, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', name, current_user);
        END IF;
    END LOOP;
END
$$
"""


def config(connection: Connection) -> Config:
    """Alembic configuration bound to ``connection``."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["connection"] = connection
    return made


def upgrade(database: Database, revision: str = "head") -> None:
    """Make schema and extensions, then run the migrations; harmless when up to date.

    Raises :class:`Conflict` when the role may make neither and nobody else has.
    """
    schema = database.settings.db_schema
    try:
        with database.engine.begin() as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public"))
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public"))
            connection.execute(text(ROLES))
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        needed = f"{EXTENSIONS} CREATE SCHEMA {schema} AUTHORIZATION {{0}}; {ADMIN_ROLES}"
        raise Conflict(
            "extensions",
            f"数据库用户无权建扩展、模式或角色；请数据库管理员先执行 {needed.format('该用户')}",
            "The database user may not make extensions, schemas or roles. Ask the database "
            f"administrator to run: {needed.format('that_user')}",
        ) from None
    with database.engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.commit()
        command.upgrade(config(connection), revision)
        connection.commit()


def make_login(database: Database) -> None:
    """Make :data:`LOGIN` unless it is there; it inherits nothing and has to take a role."""
    with database.engine.begin() as connection:
        found = connection.execute(
            text("SELECT FROM pg_roles WHERE rolname = :name"), {"name": LOGIN}
        )
        if found.first() is None:
            roles = "gridgov_app, gridgov_all"
            connection.execute(text(f"CREATE ROLE {LOGIN} LOGIN NOINHERIT IN ROLE {roles}"))


def drop(database: Database) -> None:
    """Remove everything of this root area; used before a demo is loaded anew."""
    with database.engine.begin() as connection:
        connection.execute(text(f'DROP SCHEMA IF EXISTS "{database.settings.db_schema}" CASCADE'))
