from persistence.sql.tables.records import TABLES
from runindex.domain.records.kinds import FREE, OWNED
from runindex.domain.records.totals import Tombstone, Totals


def test_each_kind_of_record_has_a_table() -> None:
    assert TABLES.keys() == {Totals, Tombstone, *OWNED, *FREE}


def test_a_table_is_keyed_as_its_record() -> None:
    keys = {kind: tuple(column.name for column in table.primary_key) for kind, table in TABLES.items()}
    assert keys == {kind: kind.KEY for kind in TABLES}
