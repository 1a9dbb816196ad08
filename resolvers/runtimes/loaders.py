"""Loaders of agent runtimes, their inputs and their receipts."""

from collections.abc import Sequence
from typing import Final

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import plain
from runindex.domain.ids import find_run_id
from runindex.domain.json_text import is_plain_text
from runindex.domain.records.runtimes import Receipt, Runtime, RuntimeInput
from runindex.ports.queries import INCARNATION, Columns, Row
from runindex.ports.record_lists import Equals, RecordList
from schema.typesystem.connections import Page, PageArguments
from schema.typesystem.selection import PageSelection

_INPUTS: Final = RecordList(RuntimeInput, ("position",), owner_field="runtime_id")


class StoreRuntimeLoaders(RecordLoader):
    """Loads agent runtimes; see `schema.loaders.RuntimeLoaders`."""

    async def runtime(self, runtime_id: str, columns: Columns) -> Row | None:
        """Return a runtime, None when there is none."""
        return await self._find(Runtime, (runtime_id,), columns) if is_plain_text(runtime_id) else None

    async def runtime_inputs(self, runtime_id: str, columns: Columns) -> Sequence[Row]:
        """Return all inputs of a runtime, in the order first persisted."""
        return await self._all(_INPUTS, runtime_id, columns)

    async def runtime_input(self, runtime_id: str, input_id: str, columns: Columns) -> Row | None:
        """Return an input, None when there is none."""
        return await self._find(RuntimeInput, (runtime_id, input_id), columns) if is_plain_text(input_id) else None

    async def receipt(self, runtime_id: str, run_id: str, sequence: int, columns: Columns) -> Row | None:
        """Return a receipt, None when there is none."""
        found = find_run_id(run_id)
        run = None if found is None else await self._find_run(found, INCARNATION)
        return None if run is None else await self._find(Receipt, (runtime_id, run["incarnation"], sequence), columns)

    async def runtime_receipts(
        self, runtime_id: str, run_id: str | None, page: PageArguments, selected: PageSelection
    ) -> Page:
        """Return a page of a runtime's receipts, for one run or for all, oldest first."""
        conditions = () if run_id is None else (Equals("run_id", find_run_id(run_id) or ""),)
        order = ("created_at", "owner", "sequence")
        records = RecordList(Receipt, order, conditions=conditions, owner_field="runtime_id")
        return await self._page(records, page, selected, runtime_id)

    async def run_receipts(
        self, owner: int, runtime_id: str | None, page: PageArguments, selected: PageSelection
    ) -> Page:
        """Return a page of a run's receipts, of one runtime or of all, oldest first."""
        conditions = () if runtime_id is None else (Equals("runtime_id", plain(runtime_id, "runtimeId")),)
        order = ("created_at", "sequence", "runtime_id")
        records = RecordList(Receipt, order, conditions=conditions, owner_field="owner")
        return await self._page(records, page, selected, owner)
