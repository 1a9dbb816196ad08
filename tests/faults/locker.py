"""A process that locks an SQLite file at random, writes to it and rolls back, until its standard input ends."""

import select
import sqlite3
import sys
from contextlib import closing
from random import Random


def main(path: str) -> None:
    random = Random(5)
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        # The pauses are waits for the end of the input.
        while not select.select([sys.stdin], [], [], random.uniform(0, 0.05))[0]:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE feed_head SET n = n + 1")
            connection.execute("UPDATE runs SET version = version + 1")
            select.select([sys.stdin], [], [], random.uniform(0, 0.05))
            connection.execute("ROLLBACK")


if __name__ == "__main__":
    main(sys.argv[1])
