"""The lines of an export, read back without a storage."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
import pytest_asyncio

from persistence.memory.store import MemoryStore
from runindex.domain.errors import BadRequestError
from runindex.maintenance.transfer.lines import Header, end_line, header_line, read_end, read_entry, read_header
from tests.support.clock import StandingClock
from tests.support.data.maintenance import export, furnish, lines_of

pytestmark = pytest.mark.asyncio

DEEP = "[" * 100_000 + "]" * 100_000
WRONG = [
    ("run", {"more": 1}),
    ("run", {"id": "A0"}),
    ("run", {"id": None}),
    ("run", {"parent_id": "nobody"}),
    ("run", {"status": "DONE"}),
    ("run", {"status": None}),
    ("run", {"version": "4"}),
    ("run", {"version": 0}),
    ("run", {"version": 2**31}),
    ("run", {"incarnation": 0}),
    ("run", {"created_at": 2**63}),
    ("run", {"created_at": 1.0}),
    ("run", {"tags": "{"}),
    ("run", {"metadata": '{"a":"\\u0000"}'}),
    ("run", {"metadata": '{"a":"\\ud800"}'}),
    ("run", {"name": "\0"}),
    ("run", {"totals": []}),
    ("run", {"totals": {"result_count": 1}}),
    ("change", {"kind": "MOVED"}),
    ("change", {"seq": True}),
    ("change", {"former_status": "DONE"}),
    ("result", {"latency": "1"}),
    ("result", {"latency": None}),
    ("result", {"owner": 3}),
    ("event", {"sequence": 1.5}),
    ("event", {"payload": "nothing"}),
    ("runtime", {"snapshot": "not base64"}),
    ("runtime", {"snapshot": 3}),
    ("runtime_input", {"state": ["ACCEPTED"]}),
    ("runtime_input", {"state": "DONE"}),
    # What no mutation could have written.
    ("run", {"tags": "{}"}),
    ("run", {"tags": '["a", "b"]'}),
    ("run", {"tags": '["a","a"]'}),
    ("run", {"tags": '[""]'}),
    ("run", {"tags": "[1]"}),
    ("run", {"metadata": "[1]"}),
    ("run", {"metadata": "null"}),
    ("run", {"metadata": '{"_runindex_x":1}'}),
    ("run", {"metadata": DEEP}),
    ("run", {"name": ""}),
    ("run", {"created_at": 2**63 - 1}),
    ("run", {"created_at": -(2**62)}),
    ("run", {"outcome": "FAILED"}),
    ("run", {"error": "why"}),
    ("run", {"finished_at": 5}),
    ("run", {"retention_value": 3}),
    ("run", {"retention_kind": "KEEP_LATEST"}),
    ("run", {"retention_kind": "KEEP_LATEST", "retention_value": 0}),
    ("run", {"dataset_id": None}),
    ("run", {"status": "PAUSED", "id": "default"}),
    ("change", {"version": 2}),
    ("change", {"seq": 2**62}),
    ("change", {"reason": "x" * 1001}),
    ("change", {"former_name": "not of this kind"}),
    ("result", {"id": "not-an-id"}),
    ("result", {"latency": -5}),
    ("result", {"completed_at": 1}),
    ("result", {"scores": "1"}),
    ("result", {"scores": '[{"scorerId":""}]'}),
    ("result", {"retry_count": -1}),
    ("result", {"item_id": ""}),
    ("result", {"output": '{"a": 1}'}),
    ("result", {"output": "NaN"}),
    ("result", {"output": "1e999"}),
    ("result", {"output": DEEP}),
    ("result", {"output": '{"a":' * 65 + "1" + "}" * 65}),
    ("item", {"attempts": 2**31}),
    ("value", {"key_name": ""}),
    ("value_version", {"deleted": 2}),
    ("event", {"hash": "00"}),
    ("event", {"payload": "[]"}),
    ("event", {"stream": ""}),
    ("cell", {"name": ""}),
    ("document", {"version": 0}),
    ("receipt", {"contributing_input_ids": "{}"}),
    ("receipt", {"contributing_input_ids": "[1]"}),
    ("receipt", {"sequence": 2**31}),
    ("plan", {"name": ""}),
    ("plan", {"name_folded": "other"}),
    ("plan", {"id": "default"}),
    ("job", {"attempts": 2**40}),
    ("job", {"attempts": 4}),
    ("job", {"max_attempts": 101}),
    ("job", {"queue": ""}),
    ("job", {"status": "RUNNING", "lease_expires_at": None}),
    ("job", {"run_id": "nobody"}),
    ("runtime", {"runtime_id": ""}),
    ("runtime_input", {"detail": "null "}),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lines() -> Sequence[bytes]:
    """Export something of everything."""
    clock = StandingClock()
    async with MemoryStore.open(clock) as store:
        await furnish(store, clock)
        return lines_of(await export(store))


def first_of(lines: Sequence[bytes], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(said for said in map(json.loads, lines) if kind in said)
    return found


async def test_every_line_can_be_read(lines: Sequence[bytes]) -> None:
    assert read_header(lines[0]).whole
    assert read_end(lines[-1]) == len(lines) - 1
    for number, line in enumerate(lines[1:-1], start=2):
        assert read_end(line) is None
        read_entry(line, number)


@pytest.mark.parametrize(("kind", "fields"), WRONG, ids=lambda part: json.dumps(part)[:60])
async def test_a_line_that_is_not_right_is_refused(lines: Sequence[bytes], kind: str, fields: dict[str, Any]) -> None:
    said = first_of(lines, kind)
    read_entry(json.dumps(said).encode(), 7)
    said[kind] |= fields
    with pytest.raises(BadRequestError, match="line 7 is not as an export has it"):
        read_entry(json.dumps(said).encode(), 7)


@pytest.mark.parametrize("kind", ["run", "change", "result", "plan", "receipt_head"])
async def test_no_field_may_be_missing(lines: Sequence[bytes], kind: str) -> None:
    for name in first_of(lines, kind)[kind]:
        said = first_of(lines, kind)
        del said[kind][name]
        with pytest.raises(BadRequestError, match="line 3 is not as an export has it"):
            read_entry(json.dumps(said).encode(), 3)


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"nothing\n", b"{}\n", b"[1]\n", b'{"what":{}}\n', b'{"run":{},"plan":{}}\n', b'{"run":1}', b"\xff"],
)
async def test_what_is_nothing_known_is_refused(line: bytes) -> None:
    with pytest.raises(BadRequestError, match="line 6 is not as an export has it"):
        read_entry(line, 6)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"\xff\xfe\n",
        b'{"format":"other","version":1,"whole":true,"head":1,"floor":0}\n',
        b'{"format":"runindex-export","version":1,"whole":"yes"}\n',
        b'{"format":"runindex-export","version":1,"whole":true}\n',
    ],
)
async def test_what_is_no_header_is_refused(line: bytes) -> None:
    with pytest.raises(BadRequestError, match="this is no export of RunIndex"):
        read_header(line)


async def test_a_version_of_later_is_refused() -> None:
    with pytest.raises(BadRequestError, match="this export has version 2 of the format; version 1 can be read"):
        read_header(b'{"format":"runindex-export","version":2,"whole":false}\n')


async def test_headers_and_ends_come_back() -> None:
    for header in (Header(whole=True, head=7, floor=3), Header(whole=False)):
        assert read_header(header_line(header)) == header
    assert read_end(end_line(12)) == 12
    assert read_end(b'{"end":{}}\n') is None
