"""The index of words (`runindex.domain.runs.words`).

On Postgres `words` is a `tsvector` of the entries, with a GIN index. On SQLite it is their text, of which a table of
FTS5 keeps the index; triggers hand on to it what is written. Triggers on `runs` note the runs whose entries are
missing, and delete what belongs to none: whatever release writes, a search finds it.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, column, table
from sqlalchemy.dialects.postgresql import TSVECTOR

from persistence.sql.tables.runs import METADATA, TextC

# SQLite's index: a table of FTS5, which is no table of the metadata.
INDEX_NAME: Final = "run_words_index"
words_index: Final = table(INDEX_NAME, column("rowid", BigInteger), column(INDEX_NAME, Text))

run_words: Final = Table(
    "run_words",
    METADATA,
    # SQLite knows a row's own number by this type.
    Column("incarnation", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("run_id", TextC, nullable=False),
    # The run's, when its texts were written last.
    Column("version", Integer, nullable=False),
    Column("words", Text().with_variant(TSVECTOR, "postgresql"), nullable=False),
)
# The list of what waits is read by every search: it is short.
_PENDING: Final = {"gin_pending_list_limit": 512}
Index("ix_run_words_words", run_words.c.words, postgresql_using="gin", postgresql_with=_PENDING).ddl_if(
    dialect="postgresql"
)

# Runs that are found by reading them: they have too many entries, or an earlier release wrote them.
unindexed_runs: Final = Table(
    "unindexed_runs",
    METADATA,
    Column("incarnation", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", TextC, nullable=False),
)
