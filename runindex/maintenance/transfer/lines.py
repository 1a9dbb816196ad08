"""The format of exports: a header, one line for each thing under the name of its kind, and an end that counts lines.

A run's line is followed by its entries in the log, then by its records. Plans, jobs and runtimes come last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson

from runindex.domain.errors import BadRequestError
from runindex.domain.problems import ProblemError
from runindex.domain.records.kinds import FREE, OWNED
from runindex.domain.records.results import ResultScore
from runindex.domain.records.run_data import ValueVersion
from runindex.domain.records.runtimes import ReceiptHead, RuntimeInput
from runindex.domain.records.totals import Totals
from runindex.domain.records.views import DefaultView
from runindex.domain.runs.changes import Change
from runindex.domain.runs.run import Run
from runindex.maintenance.transfer.checks import check, check_change, check_record, check_run
from runindex.maintenance.transfer.fields import CHANGE, OWNER, RUN, Field, decode, encode, fields_of
from runindex.ports.change_rows import change_of, row_of_change
from runindex.ports.queries import Row
from runindex.ports.rows import row_of, run_of

FORMAT: Final = "runindex-export"
VERSION: Final = 1
MAX_SHOWN: Final = 40

_NAMES: Final[Mapping[type, str]] = {
    **{kind: kind.__name__.lower() for kind in (*OWNED, *FREE)},
    ResultScore: "result_score",
    ValueVersion: "value_version",
    ReceiptHead: "receipt_head",
    RuntimeInput: "runtime_input",
    DefaultView: "default_view",
}
_SHAPES: Final[Mapping[type, tuple[Field, ...]]] = {
    **{kind: fields_of(kind, OWNER) for kind in OWNED},
    **{kind: fields_of(kind) for kind in FREE},
}
_KINDS: Final = {name: kind for kind, name in _NAMES.items()}
_TOTALS: Final = fields_of(Totals, OWNER | {"last_at"})
# Left out where it is null, as in exports of releases that did not have it.
_LAST_AT: Final = tuple(field for field in fields_of(Totals) if field.name == "last_at")


@dataclass(frozen=True, slots=True)
class Header:
    """What an export holds: a whole index (with the head and floor of its log), or some runs and their records."""

    whole: bool
    head: int = 0
    floor: int = 0


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run and its totals, whose owner is 0."""

    run: Run
    totals: Totals | None


@dataclass(frozen=True, slots=True)
class OwnedEntry:
    """A record of the run before it."""

    kind: type
    fields: Mapping[str, Any]

    def of(self, run_id: str, owner: int) -> Any:  # noqa: ANN401 - a record of the kind
        """Return the record as one of that run."""
        names = self.kind.__dataclass_fields__.keys() & OWNER  # type: ignore[attr-defined]  # they are dataclasses
        ownership = {name: owner if name == "owner" else run_id for name in names}
        return self.kind(**ownership, **self.fields)


@dataclass(frozen=True, slots=True)
class FreeEntry:
    """A record that belongs to no run."""

    record: Any


Entry: TypeAlias = RunEntry | Change | OwnedEntry | FreeEntry


def header_line(header: Header) -> bytes:
    """Return the line of a header."""
    content: dict[str, Any] = {"format": FORMAT, "version": VERSION, "whole": header.whole}
    return _line(content | ({"head": header.head, "floor": header.floor} if header.whole else {}))


def end_line(lines: int) -> bytes:
    """Return the end line behind so many lines."""
    return _line({"end": {"lines": lines}})


def run_line(run: Row, totals: Row | None) -> bytes:
    """Return the line of a run."""
    return _line({"run": encode(RUN, run) | {"totals": None if totals is None else _encode_totals(totals)}})


def change_line(change: Row) -> bytes:
    """Return the line of an entry of the log."""
    return _line({"change": encode(CHANGE, change)})


def record_line(kind: type, record: Row) -> bytes:
    """Return the line of a record."""
    return _line({_NAMES[kind]: encode(_SHAPES[kind], record)})


def read_header(line: bytes) -> Header:
    """Parse the first line; raise BadRequestError when it is not that of an export."""
    match _object(line):
        case {"format": str(name), "version": int(version)} if name == FORMAT and version != VERSION:
            raise BadRequestError(f"this export has version {version} of the format; version {VERSION} can be read")
        case {"format": str(name), "whole": True, "head": int(head), "floor": int(floor)} if name == FORMAT:
            return Header(whole=True, head=head, floor=floor)
        case {"format": str(name), "whole": False} if name == FORMAT:
            return Header(whole=False)
    raise BadRequestError("this is no export of RunIndex")


def read_end(line: bytes) -> int | None:
    """Return the number of lines that an end line counts; None for any other line."""
    if not line.startswith(b'{"end":'):
        return None
    match _object(line):
        case {"end": {"lines": int(lines)}}:
            return lines
    return None


def read_entry(line: bytes, number: int) -> Entry:
    """Parse a line between header and end; raise BadRequestError, with its `number`, when that is not possible."""
    found = _object(line)
    if len(found) != 1:
        raise BadRequestError(f"line {number} is not as an export has it: it is no JSON object of one kind of thing")
    ((name, content),) = found.items()
    try:
        return _entry(name, content)
    except (ProblemError, ValueError, TypeError, KeyError, AttributeError):
        raise BadRequestError(f"line {number} is not as an export has it ({name[:MAX_SHOWN]!r})") from None


def fault(line: int, message: str) -> BadRequestError:
    """Return the error of a fault in one line."""
    return BadRequestError(f"line {line}: {message}")


def _entry(name: str, content: Mapping[str, Any]) -> Entry:
    if name == "run":
        totals = content["totals"]
        run = _run(decode(RUN, {key: value for key, value in content.items() if key != "totals"}))
        return RunEntry(run, None if totals is None else Totals(0, run.id, **_decode_totals(totals)))
    if name == "change":
        return _change(decode(CHANGE, content))
    kind = _KINDS[name]
    row = decode(_SHAPES[kind], content)
    check_record(kind, row)
    return OwnedEntry(kind, row) if kind in OWNED else FreeEntry(kind(**row))


def _encode_totals(totals: Row) -> dict[str, Any]:
    return encode(_TOTALS if totals["last_at"] is None else _TOTALS + _LAST_AT, totals)


def _decode_totals(content: Mapping[str, Any]) -> dict[str, Any]:
    return decode(_TOTALS + _LAST_AT if "last_at" in content else _TOTALS, content)


def _run(fields: Row) -> Run:
    run = run_of(fields)
    check(row_of(run) == fields)
    check_run(run)
    return run


def _change(fields: Row) -> Change:
    change = change_of(fields)
    check(row_of_change(change) == fields)
    check_run(change.run)
    check_change(change)
    return change


def _line(content: Mapping[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
