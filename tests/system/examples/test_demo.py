"""The demo runs, over fewer tests than `make demo` takes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.servers.served import serving

SECONDS = 170


@pytest.mark.timeout(SECONDS + 10)
def test_the_demo_shows_a_session_live_and_leaves_it(tmp_path: Path) -> None:
    command = [sys.executable, "examples/demo.py", "tests/unit/runindex/domain/test_ids.py"]
    storage = {"STORAGE_BACKEND": "sqlite", "SQLITE_PATH": str(tmp_path / "runindex.db")}
    result = subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, env=os.environ | storage
    )
    assert result.returncode == 0, result.stderr
    changes, _, summary = result.stdout.partition("\n\n")
    lines = [line.split() for line in changes.splitlines()]
    assert [line[1] for line in lines] == ["CREATED", "STARTED"] * 2 + ["TAGS", "METADATA", "STATUS"] * 2
    assert {"ACTIVE", "→", "COMPLETED", "tests/unit/runindex/domain/test_ids.py", "outcome-passed"} <= set(lines[6])
    assert {"ACTIVE", "→", "COMPLETED", "outcome-passed"} <= set(lines[9])
    # The default run is always active.
    assert summary.startswith("runs by status: 2 COMPLETED, 1 ACTIVE\n")
    assert "COMPLETED, 1 test files\n" in summary
    counts = re.search(r"^dataset \S+: (\d+) items, (\d+) succeeded, 0 failed, 0 skipped\n", summary, re.MULTILINE)
    assert counts is not None
    assert counts[1] == counts[2] != "0"
    assert re.search(rf"^{counts[1]} results: latency p50 [\d.]+ ms, p95 [\d.]+ ms\n", summary, re.MULTILINE)
    left = re.search(r"http://127.0.0.1:8000/runs/(\S+)$", summary)
    assert left is not None
    with serving(tmp_path) as served:
        document = "query ($id: ID!) { run(id: $id) { status } }"
        assert served.execute(document, id=left[1]) == {"run": {"status": "COMPLETED"}}
