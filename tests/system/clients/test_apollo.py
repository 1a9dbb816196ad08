"""Apollo Client with persisted queries and with batches, as its pages tell people to configure it."""

import json
from typing import Any, Final

import pytest

from tests.support.programs.clients import Script, Start, Told
from tests.support.servers.served import Served

COUNT: Final = "query Count { runCount }"
CREATE: Final = "mutation Create { createRun(input: {}) { __typename } }"
FOLLOW: Final = "subscription Follow { runChanges(bookmarks: true) { __typename } }"


def answer(script: Script, *documents: str) -> tuple[list[str], list[Told]]:
    """Execute documents at once, and return the requests that were made, as text, and the answers."""
    assert script.process.stdin is not None
    script.process.stdin.write((documents[0] if len(documents) == 1 else json.dumps(documents)) + "\n")
    script.process.stdin.flush()
    requests, answers = list[str](), list[Told]()
    while len(answers) < len(documents):
        told = script.next()
        if "method" in told:
            requests.append(" ".join([told["method"], *sorted(told["sends"])]))
        else:
            answers.append(told)
    return requests, answers


@pytest.mark.parametrize(("client", "by_hash"), [("persisted", "POST"), ("persisted-by-get", "GET")])
def test_queries_are_sent_once_and_again_after_the_server_forgot_them(
    served: Served, start: Start, client: str, by_hash: str
) -> None:
    script = start("apollo.mjs", client, served.url)
    known, unknown = [f"{by_hash} extensions"], [f"{by_hash} extensions", "POST extensions query"]
    counted: list[Any] = [{"data": {"runCount": 1}}]
    for _ in range(2):
        assert answer(script, COUNT) == (unknown, counted)
        assert answer(script, COUNT) == (known, counted)
        assert answer(script, FOLLOW) == (unknown, [{"data": {"runChanges": {"__typename": "Bookmark"}}}])
        assert answer(script, FOLLOW) == (known, [{"data": {"runChanges": {"__typename": "Bookmark"}}}])
        served.kill()  # the next one knows nothing, like another server
        served.start()
    created: list[Any] = [{"data": {"createRun": {"__typename": "RunPayload"}}}]
    assert answer(script, CREATE) == (["POST extensions", "POST extensions query"], created)
    assert answer(script, CREATE) == (["POST extensions"], created)
    requests, (wrong,) = answer(script, "query Wrong { nope }")
    assert (requests, wrong) == (unknown, {"error": {"codes": ["BAD_USER_INPUT"]}})
    assert served.execute("{ runCount }") == {"runCount": 3}


@pytest.mark.parametrize("documents", [(COUNT,), (COUNT, CREATE)])
def test_a_batch_is_refused_with_what_to_do_instead(served: Served, start: Start, documents: tuple[str, ...]) -> None:
    _, answers = answer(start("apollo.mjs", "batch", served.url), *documents)
    for told in answers:
        assert told["error"]["status"] == 400
        (error,) = told["error"]["body"]["errors"]
        assert "batches are not supported" in error["message"]
        assert "HttpLink in place of BatchHttpLink" in error["message"]
    assert served.execute("{ runCount }") == {"runCount": 1}
