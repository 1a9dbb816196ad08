from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

import pytest

from runindex.commands import ImportRun
from runindex.domain.errors import BadRequestError
from runindex.domain.instants import parse_instant
from runindex.domain.lifecycle import RunStatus
from runindex.maintenance.sources.junit.reports import Reports

REPORT: Final = """<?xml version="1.0" encoding="utf-8"?>
<testsuites>
<testsuite name="pytest" time="1,000.5" timestamp="2024-05-01T10:00:00.5+02:00" hostname="h">
<properties><property name="sha" value="=abc"/></properties>
<testcase classname="a.b" name="one" time="0.5"/>
<testcase classname="a.b" name="two" time="0.25"><failure message="assert 1 == 2">long
text</failure></testcase>
<testcase classname="a.b" name="two" time="0.25"/>
<testcase name="s"><skipped message="why"/></testcase>
<testsuite name="inner"><testcase name="deep" time="2"><error type="Oops"/></testcase></testsuite>
</testsuite>
<testsuite name="fine" timestamp="2024-05-01T10:00:00"><testcase name="{long}"/></testsuite>
</testsuites>
""".replace("{long}", "x" * 1000)


def opened(tmp_path: Path, text: str) -> IO[bytes]:
    (tmp_path / "report.xml").write_text(text)
    return (tmp_path / "report.xml").open("rb")


def read(tmp_path: Path, text: str) -> Sequence[ImportRun]:
    with opened(tmp_path, text) as file:
        reports = Reports([("report.xml", file)])
        return [command.checked() for command in reports.read(reports.index())]


def test_a_suite_is_a_run_and_its_cases_are_results(tmp_path: Path) -> None:
    outer, inner, fine = read(tmp_path, REPORT)
    began = parse_instant("2024-05-01T08:00:00.5Z")
    assert (outer.name, outer.created_at, outer.started_at, outer.parent_id) == ("pytest", began, began, None)
    (end,) = outer.moves
    assert (end.to, end.at) == (RunStatus.FAILED, began + 1_000_500_000)
    assert end.error == "a.b::two\nlong\ntext\n\ndeep\nOops"
    assert outer.metadata == {
        "tests": {"failed": 1, "passed": 2, "skipped": 1},
        "host": "h",
        "properties": {"sha": "=abc"},
    }
    assert [(each.item_id, each.retry_count, each.error, each.latency) for each in outer.results] == [
        ("a.b::one", 0, None, 500),
        ("a.b::two", 0, "assert 1 == 2", 250),
        ("a.b::two", 1, None, 250),
    ]
    assert [each.started_at - began for each in outer.results] == [0, 500_000, 750_000]
    assert (inner.parent_id, inner.created_at, inner.tags) == (outer.id, began, ("junit", "outcome-failed"))
    assert fine.created_at == parse_instant("2024-05-01T10:00:00Z")
    assert (fine.moves[0].to, len(fine.results[0].item_id)) == (RunStatus.COMPLETED, 512)


def test_the_same_report_is_the_same_run_and_another_one_is_not(tmp_path: Path) -> None:
    ids = [command.id for command in read(tmp_path, REPORT)]
    spaced = REPORT.replace("<testcase", "\n  <testcase")
    assert [command.id for command in read(tmp_path, spaced)] == ids
    later = read(tmp_path, REPORT.replace("10:00:00.5", "10:00:00.6"))
    assert later[0].id not in ids
    twice = read(tmp_path, "<testsuites>" + 2 * "<testsuite name='a'/>" + "</testsuites>")
    assert len({command.id for command in twice}) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<testsuites>\n<testsuite>", "report.xml, line 2: no XML: "),
        ("<html/>", "line 1: no report of JUnit: its root is 'html'"),
        ("<testsuite>\n<testcase time='soon'/></testsuite>", "line 2: time is no number of seconds: 'soon'"),
        ("<testsuite timestamp='yesterday'/>", "line 1: timestamp is no time"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<testsuite/>", "line 1: a document type is not read"),
        ("<testsuite>" * 101, "line 1: elements are nested too deeply"),
        ("", "no XML"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, text: str, words: str) -> None:
    with opened(tmp_path, text) as file, pytest.raises(BadRequestError) as refusal:
        Reports([("report.xml", file)]).index()
    assert words in refusal.value.message


def test_a_report_without_a_timestamp_has_the_time_of_its_file(tmp_path: Path) -> None:
    (command,) = read(tmp_path, "<testsuite name='undated'/>")
    assert command.created_at == int((tmp_path / "report.xml").stat().st_mtime * 1_000_000)
