"""The settings of connections and of the path."""

import pytest

from runindex.settings.connection_limits import ConnectionLimits
from runindex.settings.settings import Settings, SettingsError


def test_the_limits_of_connections_are_settings() -> None:
    settings = Settings.from_environment(
        {"RUNINDEX_MAX_WAITING": "5", "RUNINDEX_RATE_PER_TOKEN": "6000", "RUNINDEX_ROOT_PATH": "/run/index/"}
    )
    assert settings.connection_limits == ConnectionLimits(waiting=5)
    assert (settings.rate_per_token, settings.root_path) == (6000, "/run/index")


def test_there_is_no_rate_and_no_path_by_default() -> None:
    settings = Settings.from_environment({"RUNINDEX_ROOT_PATH": "/"})
    assert (settings.rate_per_token, settings.root_path) == (None, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("RUNINDEX_ROOT_PATH", value) for value in ("runindex", "/a b", "/ä", "/a?b", "/a//b")),
        *(("RUNINDEX_MAX_HEAD", value) for value in ("0", "-1", "1.5", "much")),
        ("RUNINDEX_RATE_PER_TOKEN", "0"),
    ],
)
def test_wrong_ones_are_told(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})
