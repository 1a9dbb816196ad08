"""Orders of runs by when they started, by name and by duration, and when their records were last written.

On Postgres all of it is done beforehand (`persistence.migrations.preparation`), unless the tables are new.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# By name, of `runs`: what is indexed, and which runs are.
INDEXES = {
    "ix_runs_started_at_id": ("started_at, id", None),
    "ix_runs_name_id": ("name, id", None),
    "ix_runs_duration_id": ("(finished_at - coalesce(started_at, created_at)), id", None),
    "ix_runs_target_id_created_at_id": ("target_id, created_at, id", "target_id IS NOT NULL"),
}

# Of each kind of a run's records its instant.
INSTANTS = {
    "results": "created_at",
    "result_scores": "at",
    "value_versions": "at",
    "events": "at",
    "cells": "updated_at",
    "documents": "updated_at",
    "receipts": "created_at",
}

# What fills in the latest instant of a run's records, which releases before the clocks (0004) did not write; a run that
# has none stays without.
FOUND = " UNION ALL ".join(
    f"SELECT max({instant}) AS last_at FROM {table} WHERE owner = totals.owner"  # noqa: S608 - our own names
    for table, instant in INSTANTS.items()
)
LATEST = f"(SELECT max(last_at) FROM ({FOUND}) AS found)"  # noqa: S608 - our own names
FILL = f"UPDATE totals SET last_at = {LATEST} WHERE last_at IS NULL AND {LATEST} IS NOT NULL"  # noqa: S608 - as above
# The same for Postgres, in steps: the next runs behind one, and those of them that nobody is writing.
FIND = f"""
    SELECT owner, {LATEST} AS at FROM totals WHERE owner > $1 AND last_at IS NULL ORDER BY owner LIMIT $2
"""  # noqa: S608 - as above
FILL_SOME = """
    UPDATE totals SET last_at = found.at FROM unnest($1::bigint[], $2::bigint[]) AS found (owner, at)
    WHERE totals.owner = found.owner AND totals.owner IN (
        SELECT owner FROM totals WHERE owner = ANY ($1) AND last_at IS NULL FOR UPDATE SKIP LOCKED
    ) AND found.at IS NOT NULL
"""


def upgrade() -> None:
    """Add what is not there yet."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    # Asked first: to say IF NOT EXISTS takes the same lock on the table, and holds up who writes.
    present = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes("runs")} if is_postgres else set()
    for name in INDEXES.keys() - present:
        op.execute(index_statement(name))
    op.execute(FILL)


def index_statement(name: str, how: str = "") -> str:
    """Return the statement that makes an index."""
    columns, where = INDEXES[name]
    return f"CREATE INDEX {how}{name} ON runs ({columns}){f' WHERE {where}' if where else ''}"
