"""A field that fails ends those beside it, and not the operation."""

import pytest

from resolvers.execution.bounds import turns
from tests.support.api import Api

pytestmark = pytest.mark.asyncio
# Each run's results fail while the lists beside them are completed in parts.
LISTS = " ".join(f"a{number}: allowedTransitions" for number in range(20))
ASKED = f'{{ changes {{ nodes {{ run {{ results(after: "x") {{ totalCount }} {LISTS} }} }} }} }}'


async def test_a_field_that_fails_beside_long_lists_is_no_timeout(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        await api.run()
    monkeypatch.setattr(turns, "SLICE", -1.0)
    for _ in range(5):
        answer = (await api.post(json={"query": ASKED})).json()
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}
        assert answer["data"]["changes"]["nodes"]
