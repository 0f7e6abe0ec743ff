"""Alembic environment: the connection is handed in by ``services.db.migrate``."""

from alembic import context

from services.db.tables import metadata


def _ours(obj: object, name: str | None, type_: str, reflected: bool, other: object) -> bool:
    return not (type_ == "table" and name in {"spatial_ref_sys", "alembic_version", "access_epoch"})


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=_ours,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
