"""The index that is filled for measurements is as right as one that was written."""

import pytest

from bench.scale.drawing import RARE
from bench.scale.filling import fill, write
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import RunFilter, TagFilter
from runindex.ports.maintenance import Storage
from tests.support.data.maintenance import faults

pytestmark = pytest.mark.asyncio

SIZE = 4 * RARE


async def test_an_index_that_is_filled_for_measurements_has_no_faults(storage: Storage) -> None:
    landmarks = await fill(storage, SIZE)
    assert await faults(storage) == []
    assert await storage.count_runs(RunFilter(include_archived=True)) == SIZE + 1
    assert await storage.count_runs(RunFilter(include_archived=True, tags=TagFilter(all=("rare",)))) == RARE
    assert await storage.count_runs(RunFilter(parent_id=landmarks.parents[0], include_archived=True)) == 10
    assert await storage.count_runs(RunFilter(status=(RunStatus.COMPLETED,))) > SIZE // 2


async def test_it_can_be_written_too(storage: Storage) -> None:
    assert await write(storage, RARE) > 0
    assert await faults(storage) == []
    assert await storage.count_runs(RunFilter(tags=TagFilter(all=("team:0",)))) == 6
