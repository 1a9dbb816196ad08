"""The index of words: what searches and parts of names are looked up in.

The tables and triggers are made, and rows filled in a few at a time, before the revision itself
(`persistence.migrations.filling`), which then finds nothing left to do. The earlier release goes on writing
meanwhile, and after it: triggers note its runs.
"""

import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 200

POSTGRES = (
    """
    CREATE TABLE run_words (
        incarnation BIGINT NOT NULL CONSTRAINT pk_run_words PRIMARY KEY,
        run_id TEXT COLLATE "C" NOT NULL, version INTEGER NOT NULL, words TSVECTOR NOT NULL
    )
    """,
    "CREATE INDEX ix_run_words_words ON run_words USING gin (words) WITH (gin_pending_list_limit = 512)",
    """
    CREATE TABLE unindexed_runs (
        incarnation BIGINT NOT NULL CONSTRAINT pk_unindexed_runs PRIMARY KEY, run_id TEXT COLLATE "C" NOT NULL
    )
    """,
    """
    CREATE OR REPLACE FUNCTION runindex_note_words() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            IF TG_OP = 'DELETE' OR OLD.incarnation IS DISTINCT FROM NEW.incarnation THEN
                DELETE FROM run_words WHERE incarnation = OLD.incarnation;
                DELETE FROM unindexed_runs WHERE incarnation = OLD.incarnation;
            END IF;
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN NULL;
        END IF;
        IF EXISTS (SELECT FROM run_words WHERE incarnation = NEW.incarnation AND version = NEW.version) THEN
            IF TG_OP = 'UPDATE' THEN
                DELETE FROM unindexed_runs WHERE incarnation = NEW.incarnation;
            END IF;
        ELSE
            INSERT INTO unindexed_runs VALUES (NEW.incarnation, NEW.id) ON CONFLICT DO NOTHING;
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER runindex_words_written AFTER INSERT OR DELETE ON runs
    FOR EACH ROW EXECUTE FUNCTION runindex_note_words()
    """,
    """
    CREATE TRIGGER runindex_words_rewritten AFTER UPDATE OF search_text, name_folded, incarnation ON runs
    FOR EACH ROW WHEN (
        (OLD.search_text, OLD.name_folded, OLD.incarnation)
        IS DISTINCT FROM (NEW.search_text, NEW.name_folded, NEW.incarnation)
    ) EXECUTE FUNCTION runindex_note_words()
    """,
)

_FORGET = """
    DELETE FROM run_words WHERE incarnation = OLD.incarnation;
    DELETE FROM unindexed_runs WHERE incarnation = OLD.incarnation;
"""
_IS_KEPT = "EXISTS (SELECT 1 FROM run_words WHERE incarnation = NEW.incarnation AND version = NEW.version)"
_NOTE = f"""
    DELETE FROM unindexed_runs WHERE incarnation = NEW.incarnation;
    INSERT INTO unindexed_runs SELECT NEW.incarnation, NEW.id WHERE NOT {_IS_KEPT};
"""  # noqa: S608 - our own names
_OUT = "INSERT INTO run_words_index (run_words_index, rowid, words) VALUES ('delete', OLD.incarnation, OLD.words);"
_IN = "INSERT INTO run_words_index (rowid, words) VALUES (NEW.incarnation, NEW.words);"
SQLITE = (
    """
    CREATE TABLE run_words (
        incarnation INTEGER NOT NULL, run_id TEXT NOT NULL, version INTEGER NOT NULL, words TEXT NOT NULL,
        CONSTRAINT pk_run_words PRIMARY KEY (incarnation)
    )
    """,
    """
    CREATE TABLE unindexed_runs (
        incarnation BIGINT NOT NULL, run_id TEXT NOT NULL, CONSTRAINT pk_unindexed_runs PRIMARY KEY (incarnation)
    )
    """,
    """
    CREATE VIRTUAL TABLE run_words_index USING fts5 (
        words, content = 'run_words', content_rowid = 'incarnation', detail = none, columnsize = 0, tokenize = 'ascii'
    )
    """,
    f"CREATE TRIGGER runindex_words_in AFTER INSERT ON run_words BEGIN {_IN} END",
    f"CREATE TRIGGER runindex_words_out AFTER DELETE ON run_words BEGIN {_OUT} END",
    f"CREATE TRIGGER runindex_words_over AFTER UPDATE ON run_words BEGIN {_OUT} {_IN} END",
    f"CREATE TRIGGER runindex_run_written AFTER INSERT ON runs WHEN NOT {_IS_KEPT} BEGIN {_NOTE} END",
    f"CREATE TRIGGER runindex_run_deleted AFTER DELETE ON runs BEGIN {_FORGET} END",
    f"""
    CREATE TRIGGER runindex_run_replaced AFTER UPDATE OF incarnation ON runs
    WHEN OLD.incarnation <> NEW.incarnation BEGIN {_FORGET} {_NOTE} END
    """,
    f"""
    CREATE TRIGGER runindex_run_rewritten AFTER UPDATE OF search_text, name_folded ON runs
    WHEN OLD.search_text <> NEW.search_text OR OLD.name_folded IS NOT NEW.name_folded BEGIN {_NOTE} END
    """,
)

FIND = """
    SELECT id, incarnation, version, search_text, name_folded FROM runs WHERE id > :after
    AND NOT EXISTS (SELECT 1 FROM run_words WHERE run_words.incarnation = runs.incarnation)
    AND NOT EXISTS (SELECT 1 FROM unindexed_runs WHERE unindexed_runs.incarnation = runs.incarnation)
    ORDER BY id LIMIT :number
"""
KEEP = """
    INSERT INTO run_words (incarnation, run_id, version, words)
    VALUES (:incarnation, :run_id, :version, :words) ON CONFLICT (incarnation) DO NOTHING
"""
# All rows in one statement, without which most of the time would go to the server and back.
KEEP_IN_POSTGRES = """
    INSERT INTO run_words (incarnation, run_id, version, words)
    SELECT incarnation, run_id, version, array_to_tsvector(string_to_array(words, ' ')) FROM unnest(
        CAST(:incarnation AS BIGINT[]), CAST(:run_id AS TEXT[]), CAST(:version AS INTEGER[]), CAST(:words AS TEXT[])
    ) AS kept (incarnation, run_id, version, words) ON CONFLICT (incarnation) DO NOTHING
"""
NOTE = "INSERT INTO unindexed_runs (incarnation, run_id) VALUES (:incarnation, :run_id) ON CONFLICT DO NOTHING"


def upgrade() -> None:
    """Do what is not done yet."""
    connection = op.get_bind()
    create(connection)
    after: str | None = ""
    while after is not None:
        after = fill_some(connection, after)


def create(connection: Connection) -> None:
    """Create the tables and their triggers, unless they are there."""
    if sa.inspect(connection).has_table("run_words"):
        return
    for statement in POSTGRES if connection.dialect.name == "postgresql" else SQLITE:
        connection.execute(sa.text(statement.replace(":", "\\:")))


def fill_some(connection: Connection, after: str) -> str | None:
    """Index the next runs, in the order of their ids; return the last one's id, None when there are no more.

    A run that is written meanwhile is noted by a trigger, so that none need be locked.
    """
    found = connection.execute(sa.text(FIND), {"after": after, "number": ROWS_AT_ONCE}).all()
    kept: list[dict[str, Any]] = []
    noted: list[dict[str, Any]] = []
    for run_id, incarnation, version, search_text, name_folded in found:
        entries = entries_of(search_text, name_folded)
        row = {"incarnation": incarnation, "run_id": run_id}
        if entries is None:
            noted.append(row)
        else:
            kept.append({**row, "version": version, "words": " ".join(sorted(entries))})
    if kept and connection.dialect.name == "postgresql":
        columns = {name: [row[name] for row in kept] for name in kept[0]}
        connection.execute(sa.text(KEEP_IN_POSTGRES), columns)
    elif kept:
        connection.execute(sa.text(KEEP), kept)
    if noted:
        connection.execute(sa.text(NOTE), noted)
    return None if len(found) < ROWS_AT_ONCE else str(found[-1].id)


# What runindex.domain.runs.words makes of a run's texts, as it was when this was written.
LONGEST = 12
MOST_ENTRIES = 600
LONGEST_TEXT = 10_000
WORD = re.compile("\x01([^\\W_]+)")
SIGNS = re.compile(r"[^\w\s\x00-\x7f]")
PRIVATE = {code: 0xE000 + code for code in range(128) if not chr(code).isalnum()}
GAPLESS = re.compile(
    "[\u0e00-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc\u1780-\u17ff"
    "\u1950-\u19ff\u1a20-\u1aaf\uaa80-\uaadf\u1b00-\u1b7f\ua980-\ua9df\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029"
    "\u3031-\u3035\u3038-\u303c\u3040-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\uff66-\uff9f\U0001aff0-\U0001b16f"
    "\ua000-\ua4cf\U00011700-\U0001174f\U00016fe0-\U00018dff\U0001b170-\U0001b2ff]"
)


def entries_of(search_text: str, name_folded: str | None) -> set[str] | None:
    """Return the index entries of a run, None when they are too many, or its text too long."""
    if len(search_text) > LONGEST_TEXT:
        return None
    text = search_text.replace("\u03c2", "\u03c3")
    entries = set(SIGNS.findall(text))
    name = "" if name_folded is None else name_folded.translate(PRIVATE)
    entries.update("\ue100" + name[start : start + 3] for start in range(len(name) - 2))
    for found in WORD.finditer(text):
        word = found.group(1)
        entries.add(word[:LONGEST])
        if not word.isascii():
            entries.update(insides_of(word))
        if len(entries) > MOST_ENTRIES:
            return None
    return entries if len(entries) <= MOST_ENTRIES else None


def insides_of(word: str) -> Iterator[str]:
    """Yield what begins inside of a word of a script without gaps."""
    for place in range(1, len(word)):
        if GAPLESS.match(word[place]) or GAPLESS.match(word[place - 1]):
            yield word[place : place + LONGEST]
