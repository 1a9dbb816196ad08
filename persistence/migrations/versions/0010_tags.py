"""Tags without an index of their own by run: they are found by the primary key, and counted in the run's own array.

On Postgres one by the run alone stays, a third as large, for the release before, which may read beside this one. There
all of it is done beforehand (`persistence.migrations.preparation`), unless the tables are new. A large SQLite file
keeps the former index: nobody could write while it is dropped.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = {"ix_run_tags_run_id": "run_id"}
DROPPED = ("ix_run_tags_run_id_tag",)
# SQLite drops the index of so many tags within a tenth of a second.
MOST_TAGS = 250_000
COUNT = f"SELECT count(*) FROM (SELECT 1 FROM run_tags LIMIT {MOST_TAGS + 1})"  # noqa: S608 - a number


def upgrade() -> None:
    """Do what is not done yet."""
    # Asked first: to say IF NOT EXISTS takes the same lock on the table, and holds up who writes.
    present = {str(index["name"]) for index in sa.inspect(op.get_bind()).get_indexes("run_tags")}
    if op.get_bind().dialect.name == "postgresql":
        for name in INDEXES.keys() - present:
            op.execute(index_statement(name))
    elif op.get_bind().scalar(sa.text(COUNT)) > MOST_TAGS:
        return
    for name in present.intersection(DROPPED):
        op.drop_index(name, "run_tags")


def index_statement(name: str, how: str = "") -> str:
    """Return the statement that makes an index."""
    return f"CREATE INDEX {how}{name} ON run_tags ({INDEXES[name]})"
