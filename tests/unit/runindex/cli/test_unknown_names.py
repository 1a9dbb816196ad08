"""Variables that look like settings are told, with the setting that they may be meant for."""

import pytest

from runindex.cli.environment import unknown_names


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("RUNINDEX_GRAPHQL", "RUNINDEX_GRAPHIQL"),
        ("RUNINDEX_graphiql", "RUNINDEX_GRAPHIQL"),
        ("RUNINDEX_POOLSIZE", "RUNINDEX_POOL_SIZE"),
        ("RUNINDEX_OPERATION_SECOND", "RUNINDEX_OPERATION_SECONDS"),
        ("RUNINDEX_XYZ", None),
        ("RUNINDEX_", None),
    ],
)
def test_the_nearest_name_is_told_if_there_is_one(name: str, nearest: str | None) -> None:
    (line,) = unknown_names({name: "x", "HOME": "y", "RUNINDEX_POOL_SIZE": "3"})
    assert line == f"{name} is no setting" + (f": {nearest} is the nearest" if nearest else "")
