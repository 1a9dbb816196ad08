"""The plugin's options: `pytest --runindex` reports the session to the server that RUNINDEX_URL names.

The session becomes a run of a dataset, the test suite: each executed test is a result, under its node id. A skipped
test has no result, so that the run counts it as skipped. Each test file becomes a run below the session's, which is
closed when its tests passed, and else failed with their errors. The session's outcome is that of its exit code: a
session without tests fails, as pytest has it. Under pytest-xdist the controller alone reports.

Without an option it does nothing, and loads nothing.
"""

from uuid import UUID, uuid4

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; without one of the first two nothing is recorded."""
    group = parser.getgroup("runindex")
    group.addoption("--runindex", action="store_true", help="Report the session to the RunIndex of RUNINDEX_URL.")
    group.addoption("--runindex-url", metavar="URL", help="Report the session to the RunIndex at this address.")
    group.addoption("--runindex-session", metavar="UUID", type=UUID, help="Record the session as the run of this id.")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to record, in the process that knows the whole session."""
    url = config.getoption("--runindex-url")
    is_wanted = url or (config.getoption("--runindex") and url is None)
    if is_wanted and not hasattr(config, "workerinput") and not config.option.collectonly:
        from runindex_client.pytest_plugin.recorder import Recorder
        from runindex_client.runs.session_log import SessionLog

        log = SessionLog(config.getoption("--runindex-session") or uuid4(), url)
        config.pluginmanager.register(Recorder(log, config.rootpath), "runindex-recorder")
