"""Instants are read wherever the API takes one, as other languages write them."""

import json

import pytest

from resolvers.roots.filter_json import filter_from_text
from runindex.domain.instants import parse_instant
from runindex.domain.runs.filters import InstantRange
from tests.support.api import Api

pytestmark = pytest.mark.asyncio

# As Go and Java (nanoseconds), .NET (7 digits), JavaScript, Python and RFC 3339 itself have it.
SPELLINGS = {
    "2026-11-01T10:00:00.123456789Z": "2026-11-01T10:00:00.123456Z",
    "2026-11-01T10:00:00.1234567+01:00": "2026-11-01T09:00:00.123456Z",
    "2026-11-01T10:00:00.123Z": "2026-11-01T10:00:00.123000Z",
    "2026-11-01 10:00:00.123456+00:00": "2026-11-01T10:00:00.123456Z",
    "2026-11-01t10:00:00.999999999z": "2026-11-01T10:00:00.999999Z",
    "2016-12-31T23:59:60Z": "2017-01-01T00:00:00.000000Z",
    "2016-12-31T15:59:60.123456789-08:00": "2017-01-01T00:00:00.000000Z",
}
NONE = (
    "2026-11-01T10:00:00.Z",
    "2026-11-01T10:00:61Z",
    "2026-02-30T10:00:00.123456789Z",
    "2026-11-01T10:00:00.1234567",
)


@pytest.mark.parametrize(("spelled", "instant"), SPELLINGS.items())
async def test_an_instant_is_cut_to_microseconds(api: Api, spelled: str, instant: str) -> None:
    run_id = await api.run(
        dataset={"datasetId": "d", "datasetVersion": spelled, "targetType": "AGENT", "targetId": "t", "totalItems": 1}
    )
    result = (await api.record(run_id, "item", startedAt=spelled, completedAt=spelled, itemVersion=spelled))["result"]
    assert {result[name] for name in ("startedAt", "completedAt", "itemVersion")} == {instant}
    assert (await api.record(run_id, "item", startedAt=instant, completedAt=instant, itemVersion=instant))["replayed"]
    assert (await api.do("enqueueJob", runAt=spelled))["job"]["runAt"] == instant

    literal = f'{{ run(id: "{run_id}") {{ asOf(at: "{spelled}") {{ version }} }} }}'
    assert (await api.ask(literal))["run"] == {"asOf": None}
    document = "query ($from: DateTime) { runCount(filter: {createdAt: {from: $from}}) }"
    assert await api.ask(document, **{"from": spelled}) == {"runCount": 2}
    text = json.dumps({"includeArchived": True, "createdAt": {"from": spelled}})
    assert filter_from_text(text).created_at == InstantRange(parse_instant(instant), None)


@pytest.mark.parametrize("text", NONE)
async def test_what_is_no_instant_is_refused(api: Api, text: str) -> None:
    document = "query ($to: DateTime) { runCount(filter: {createdAt: {to: $to}}) }"
    code, message = await api.refusal(document, to=text)
    assert code == "BAD_USER_INPUT"
    assert "DateTime cannot be read" in message
