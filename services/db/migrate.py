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
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise Conflict(
            "extensions",
            "数据库用户无权建扩展或模式；请数据库管理员先执行 CREATE EXTENSION postgis; "
            f"CREATE EXTENSION pg_trgm; CREATE SCHEMA {schema} AUTHORIZATION 该用户;",
            "The database user may not make extensions or schemas. Ask the database administrator "
            "to run: CREATE EXTENSION postgis; CREATE EXTENSION pg_trgm; "
            f"CREATE SCHEMA {schema} AUTHORIZATION that_user;",
        ) from None
    with database.engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.commit()
        command.upgrade(config(connection), revision)
        connection.commit()


def drop(database: Database) -> None:
    """Remove everything of this root area; used before a demo is loaded anew."""
    with database.engine.begin() as connection:
        connection.execute(text(f'DROP SCHEMA IF EXISTS "{database.settings.db_schema}" CASCADE'))
