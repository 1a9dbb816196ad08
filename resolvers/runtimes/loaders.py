"""What nested fields and queries call for agent runtimes."""

from collections.abc import Sequence
from typing import Final

from resolvers.loading.records import RecordLoader
from resolvers.paging.filters import plain
from runindex.domain.ids import find_run_id
from runindex.domain.json_text import is_plain_text
from runindex.domain.records.runtimes import Receipt, Runtime
from runindex.domain.records.runtimes import RuntimeInput as InputRecord
from runindex.ports.queries import INCARNATION, Columns
from runindex.ports.record_lists import Condition, Equals, RecordList
from schema.runtimes.receipts import BoundaryReceipt, ReceiptConnection
from schema.runtimes.types import AgentRuntime, RuntimeInput
from schema.typesystem.connections import PageArguments
from schema.typesystem.selection import Wanted

_INPUTS: Final = RecordList(InputRecord, ("position",), owner_field="runtime_id")


class RuntimeLoads(RecordLoader):
    """Loads what agent runtimes left behind."""

    async def runtime(self, runtime_id: str, columns: Columns) -> AgentRuntime | None:
        """Return a runtime, None when nothing is known of it."""
        if not is_plain_text(runtime_id):
            return None
        row = await self._find(Runtime, (runtime_id,), columns)
        return None if row is None else AgentRuntime(row=row)

    async def runtime_inputs(self, runtime_id: str, columns: Columns) -> Sequence[RuntimeInput]:
        """Return all inputs of a runtime, in the order first persisted."""
        return [RuntimeInput(row=row) for row in await self._all(_INPUTS, runtime_id, columns)]

    async def runtime_input(self, runtime_id: str, input_id: str, columns: Columns) -> RuntimeInput | None:
        """Return an input, None when there is none."""
        if not is_plain_text(input_id):
            return None
        row = await self._find(InputRecord, (runtime_id, input_id), columns)
        return None if row is None else RuntimeInput(row=row)

    async def receipt(self, runtime_id: str, run_id: str, sequence: int, columns: Columns) -> BoundaryReceipt | None:
        """Return a receipt, None when there is none."""
        found = find_run_id(run_id)
        run = None if found is None else await self._gathering.load("run", found, INCARNATION, self._store.find_runs)
        if run is None:
            return None
        row = await self._find(Receipt, (runtime_id, run["incarnation"], sequence), columns)
        return None if row is None else BoundaryReceipt(row=row)

    async def runtime_receipts(
        self, runtime_id: str, run_id: str | None, page: PageArguments, wanted: Wanted
    ) -> ReceiptConnection:
        """Return a page of a runtime's receipts, for one run or for all, oldest first."""
        conditions = () if run_id is None else (Equals("run_id", find_run_id(run_id) or ""),)
        order = ("created_at", "owner", "sequence")
        listing = RecordList(Receipt, order, conditions=conditions, owner_field="runtime_id")
        return ReceiptConnection(page=await self._page(listing, page, wanted, runtime_id))

    async def run_receipts(
        self, owner: int, runtime_id: str | None, page: PageArguments, wanted: Wanted
    ) -> ReceiptConnection:
        """Return a page of a run's receipts, of one runtime or of all, oldest first."""
        conditions: tuple[Condition, ...] = ()
        if runtime_id is not None:
            conditions = (Equals("runtime_id", plain(runtime_id, "runtimeId")),)
        order = ("created_at", "sequence", "runtime_id")
        listing = RecordList(Receipt, order, conditions=conditions, owner_field="owner")
        return ReceiptConnection(page=await self._page(listing, page, wanted, owner))
