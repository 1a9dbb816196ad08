"""`report junit`: a run for each suite, a result for each case, the same again when it is reported again."""

from pathlib import Path
from typing import Any

import pytest

import client_programs
from runindex_client.junit.reading import Unreadable, read
from tests.support.servers.served import Served

TWO = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="all">
  <testsuite name="unit" tests="4" timestamp="2026-11-29T10:00:00" hostname="builder">
    <properties><property name="os" value="linux"/><property name="note">text</property></properties>
    <testcase classname="a.B" name="good" time="0.5"/>
    <testcase classname="a.B" name="bad" time="1.5"><failure message="no" type="AssertionError">a
trace</failure></testcase>
    <testcase classname="a.B" name="broken" time="0"><error type="IOError"/></testcase>
    <testcase classname="a.B" name="left out"><skipped message="not today"/><system-out>x</system-out></testcase>
  </testsuite>
  <testsuite name="system"><testcase name="again" time="1,000.5"/><testcase name="again" time="nonsense"/></testsuite>
</testsuites>"""
ONE = '<testsuites><testsuite name="only"><testcase classname="c" name="n" time="2"/></testsuite></testsuites>'
RESULTS = """query ($id: ID!) { run(id: $id) {
  dataset { datasetId totalItems succeededCount failedCount skippedCount }
  results(first: 50) { nodes { itemId retryCount latency error output startedAt completedAt } }
} }"""


def report(served: Served, directory: Path, *arguments: str, code: int = 0, **variables: str) -> str:
    return client_programs.command(served.root, directory, "report", "junit", *arguments, code=code, **variables)


def written(directory: Path, text: str, name: str = "report.xml") -> str:
    (directory / name).write_text(text)
    return str(directory / name)


def results(server: Served, run: client_programs.Run) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    found = server.execute(RESULTS, id=run["id"])["run"]
    return found["dataset"], found["results"]["nodes"]


def test_suites_are_runs_and_cases_are_results(served: Served, tmp_path: Path) -> None:
    said = report(served, tmp_path, "--tag", "ci", written(tmp_path, TWO))
    runs = client_programs.runs(served)
    assert runs.keys() == {"all", "unit", "system"}
    whole, unit, system = runs["all"], runs["unit"], runs["system"]
    assert said == f"{tmp_path}/report.xml: run {whole['id']}, 1 error, 1 failed, 3 passed, 1 skipped\n"
    assert (whole["status"], whole["error"]) == ("FAILED", "a.B::bad\na\ntrace\n\na.B::broken\nIOError")
    assert (unit["status"], unit["parentId"], unit["tags"]) == ("FAILED", whole["id"], ["ci", "outcome-failed"])
    assert unit["metadata"] == {
        "tests": {"error": 1, "failed": 1, "passed": 1, "skipped": 1},
        "host": "builder",
        "properties": {"os": "linux", "note": "text"},
    }
    assert (system["status"], system["tags"]) == ("COMPLETED", ["ci", "outcome-passed"])
    dataset, (good, bad, broken) = results(served, unit)
    assert dataset == {"datasetId": "unit", "totalItems": 4, "succeededCount": 1, "failedCount": 2, "skippedCount": 1}
    assert (good["itemId"], good["latency"], good["error"]) == ("a.B::good", 500, None)
    assert (bad["error"], bad["output"], broken["error"]) == ("no", {"outcome": "failed"}, "IOError")
    assert (bad["startedAt"][:21], bad["completedAt"][:19]) == ("2026-11-29T10:00:00.5", "2026-11-29T10:00:02")
    attempts = [(each["itemId"], each["retryCount"], each["latency"]) for each in results(served, system)[1]]
    assert attempts == [("again", 0, 1_000_500), ("again", 1, 0)]


def test_what_is_reported_again_changes_nothing(served: Served, tmp_path: Path) -> None:
    file = written(tmp_path, TWO)
    report(served, tmp_path, file)
    end = served.execute("{ changeCursor }")
    assert report(served, tmp_path, file).endswith(", reported before\n")
    # Copied elsewhere, and so of another time; nor does it matter that the client does not ask first.
    client_programs.finish(UNASKED, served.root, tmp_path, FILE=written(tmp_path, TWO, "copy.xml"))
    assert served.execute("{ changeCursor }") == end


UNASKED = """
import os
from datetime import datetime, timezone
from pathlib import Path
from runindex_client.junit.reading import read
from runindex_client.junit.reporting import Reporting, id_of
from runindex_client.runs.session_log import SessionLog
content = Path(os.environ["FILE"]).read_bytes()
log = SessionLog(id_of(content, None))
Reporting(log, [], datetime.now(timezone.utc)).report(read(content, "report.xml"), None)
assert log.finish() is None
"""


def test_a_report_below_a_run_is_its_child(served: Served, tmp_path: Path) -> None:
    client_programs.finish("with runindex.run('above') as run: print(run.id)", served.root, tmp_path)
    above = client_programs.runs(served)["above"]["id"]
    report(served, tmp_path, "--name", "given", written(tmp_path, ONE), RUNINDEX_RUN_ID=above)
    run = client_programs.runs(served)["given"]
    assert (run["parentId"], run["status"], run["tags"]) == (above, "COMPLETED", ["outcome-passed"])
    # Its times are those of the file, of which it is the end.
    assert len(results(served, run)[1]) == 1


def test_a_server_that_is_away_has_it_later(away: Served, tmp_path: Path) -> None:
    report(away, tmp_path, written(tmp_path, TWO), code=1)
    away.start()
    client_programs.flush(away.root, tmp_path)
    assert {name: run["status"] for name, run in client_programs.runs(away).items()} == {
        "all": "FAILED",
        "unit": "FAILED",
        "system": "COMPLETED",
    }


def test_a_file_that_cannot_be_read_does_not_keep_the_others(served: Served, tmp_path: Path) -> None:
    files = [str(tmp_path / "none.xml"), written(tmp_path, "<html/>", "other.xml"), written(tmp_path, ONE)]
    report(served, tmp_path, *files, code=2)
    assert client_programs.runs(served).keys() == {"only"}


BOMB = '<!DOCTYPE a [<!ENTITY b "bb">]><testsuite name="&b;"/>'


@pytest.mark.parametrize("text", ["", "text", "<testsuite>", "<other/>", BOMB, "<testsuite>" * 3000])
def test_what_is_no_report_is_told(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text.encode(), "it.xml")


def test_the_forms_of_many_writers_are_read() -> None:
    bare = read(b'<testsuite><testcase name="a" time=""/><testcase/></testsuite>', "dir/it.xml")
    assert (bare.name, [case.name for case in bare.cases]) == ("it", ["a", "?"])
    inner = '<testsuite name="o"><testsuite><testcase name="x"/></testsuite></testsuite>'
    nested = read(f'<testsuites xmlns="urn:j">{inner}</testsuites>'.encode(), "f")
    assert (nested.name, [suite.name for suite in nested.suites], nested.counts()) == ("o", ["f 1 1"], {"passed": 1})
    assert read("<testsuite name='ü'/>".encode("utf-16"), "f").name == "ü"
    zoned = read(b'<testsuite timestamp="2026-01-01T00:00:00Z"/>', "f")
    assert zoned.began is not None
    assert zoned.began.isoformat() == "2026-01-01T00:00:00+00:00"
