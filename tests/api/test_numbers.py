"""JSON goes in and comes out as it was written: digits, key order, text."""

import json

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio

TEXT = (
    '{"z":12345678901234567890123,"a":0.1234567890123456789012345,"m":[1.0,-0.0,-0,1e-7,1E5,1e+05,true,null,"\u00e9\u2028\\n"],'
    '"n":{"b":{},"a":[]}}'
)
CREATE = (
    "mutation ($metadata: JSON) { createRun(input: {metadata: $metadata}) { ... on RunPayload { run { metadata } } } }"
)
REASON = "... on InvalidInput { field }"


async def created(api: Api, body: str) -> str:
    """Send a body as it is and return the text of the answer."""
    response = await api.post(content=body.encode(), headers={"Content-Type": "application/json"})
    assert response.status_code == 200, response.text
    return response.text


async def test_a_variable_keeps_its_digits(api: Api) -> None:
    answer = await created(api, f'{{"query":{json.dumps(CREATE)},"variables":{{"metadata":{TEXT}}}}}')
    assert f'"metadata":{TEXT}' in answer


async def test_a_literal_keeps_its_digits(api: Api) -> None:
    literal = "{z: 12345678901234567890123, a: 0.1234567890123456789012345, m: [1.0, -0, 1e-7, 1E5, true, null]}"
    document = (
        f"mutation {{ createRun(input: {{metadata: {literal}}}) {{ ... on RunPayload {{ run {{ metadata }} }} }} }}"
    )
    answer = await created(api, json.dumps({"query": document}))
    assert (
        '"metadata":{"z":12345678901234567890123,"a":0.1234567890123456789012345,"m":[1.0,-0,1e-7,1E5,true,null]}'
        in answer
    )


async def test_a_variable_inside_a_literal_keeps_its_digits(api: Api) -> None:
    document = CREATE.replace("metadata: $metadata", "metadata: {inner: $metadata}")
    body = f'{{"query":{json.dumps(document)},"variables":{{"metadata":[0.1234567890123456789,1e2,-0,1.0]}}}}'
    assert '"metadata":{"inner":[0.1234567890123456789,1e2,-0,1.0]}' in await created(api, body)


async def test_numbers_of_other_types_are_read_however_they_are_spelled(api: Api) -> None:
    document = "query ($first: Int) { runs(first: $first) { nodes { id } } }"
    await api.run()
    for text, count in (("1e0", 1), ("2.0", 2), ("20E-1", 2), ("-0", 0)):
        answer = await created(api, f'{{"query":{json.dumps(document)},"variables":{{"first":{text}}}}}')
        nodes = (json.loads(answer)["data"] or {"runs": {"nodes": []}})["runs"]["nodes"]
        assert len(nodes) == count, text
    body = f'{{"query":{json.dumps(document)},"variables":{{"first":1e-7}}}}'
    response = await api.post(content=body.encode(), headers={"Content-Type": "application/json"})
    assert "non-integer value: 1e-7" in response.text


async def test_a_number_beyond_all_range_is_invalid(api: Api) -> None:
    document = CREATE.replace("... on RunPayload", f"{REASON} ... on RunPayload")
    for number in ("1e999", "-1e999"):
        body = f'{{"query":{json.dumps(document)},"variables":{{"metadata":{{"a":{number}}}}}}}'
        assert '"field":"metadata"' in await created(api, body)


async def test_what_was_written_is_found_by_its_value(api: Api) -> None:
    await created(
        api, f'{{"query":{json.dumps(CREATE)},"variables":{{"metadata":{{"n":12345678901234567890,"d":0.10}}}}}}'
    )
    document = """
        query ($n: JSON, $d: JSON) {
          runCount(filter: {metadata: [{path: "n", value: $n}, {path: "d", value: $d}]})
          off: runCount(filter: {metadata: [{path: "n", value: 12345678901234567891}]})
        }
    """
    body = f'{{"query":{json.dumps(document)},"variables":{{"n":12345678901234567890,"d":0.1}}}}'
    assert json.loads(await created(api, body))["data"] == {"runCount": 1, "off": 0}
