from pathlib import Path

import pytest

from runindex.settings.settings import Settings, SettingsError, StorageBackend


def test_without_any_setting_runs_are_kept_in_the_users_data_directory() -> None:
    settings = Settings.from_environment({})
    assert settings.storage is StorageBackend.SQLITE
    assert settings.sqlite_path.is_absolute()
    assert settings.sqlite_path.parts[-2:] == ("runindex", "runindex.db")


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "STORAGE_BACKEND": "postgres",
            "POSTGRESQL_URL": "postgresql://host/database",
            "LISTEN_DSN": "postgresql://other:6432/database",
            "RUNINDEX_NOTIFY": "off",
            "RUNINDEX_POOL_SIZE": "3",
            "RUNINDEX_OPERATION_SECONDS": "0.5",
            "RUNINDEX_GRAPHIQL": "off",
            "RUNINDEX_KEEP_JOBS_SECONDS": "86400",
            "SQLITE_PATH": "here.db",
        }
    )
    assert settings == Settings(
        storage=StorageBackend.POSTGRES,
        sqlite_path=Path("here.db"),
        postgresql_url="postgresql://host/database",
        listen_dsn="postgresql://other:6432/database",
        notify=False,
        pool_size=3,
        operation_seconds=0.5,
        graphiql=False,
        keep_jobs_seconds=86400,
    )


WRONG = [
    {"STORAGE_BACKEND": "mysql"},
    {"STORAGE_BACKEND": "postgres"},
    {"POSTGRESQL_URL": "mysql://host/database"},
    {"POSTGRESQL_URL": "database"},
    {"LISTEN_DSN": "https://host/database"},
    {"SQLITE_PATH": ":memory:"},
    {"RUNINDEX_NOTIFY": "perhaps"},
    {"RUNINDEX_GRAPHIQL": "maybe"},
    {"RUNINDEX_POOL_SIZE": "0.5"},
    {"RUNINDEX_POOL_SIZE": "0"},
    {"RUNINDEX_OPERATION_SECONDS": "-1"},
    {"RUNINDEX_OPERATION_SECONDS": "inf"},
    {"RUNINDEX_OPERATION_SECONDS": "soon"},
]


@pytest.mark.parametrize("environment", WRONG, ids=str)
def test_a_wrong_setting_is_refused_by_name(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment(environment)
    text = str(refusal.value)
    assert "\n" not in text
    assert next(reversed(environment)) in text
