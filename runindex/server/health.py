"""The health of a server's storage, as readiness tells it."""

import asyncio
import logging
import time
from typing import Final

from runindex.domain.errors import RunIndexError, UnavailableError
from runindex.ports.store import Store
from runindex.writer import Writer

BELIEVED_SECONDS: Final = 0.5
PROBE_SECONDS: Final = 1.2
REMEMBERED_SECONDS: Final = 1.0
log: Final = logging.getLogger(__name__)


class Health:
    """Probes whether the storage could take a mutation, at most once in a while however often it is asked.

    It believes the last second's batches, not a probe alone: who writes nothing sees no full disk.
    """

    def __init__(self, store: Store, writer: Writer) -> None:
        """Know nothing yet."""
        self._store = store
        self._writer = writer
        self._is_well = False
        self._was_writable = False
        self._stale_at = 0.0
        self._probe: asyncio.Task[bool] | None = None

    async def is_well(self) -> bool:
        """Tell whether the storage was well within the last half second; it has little more than one to answer."""
        if time.monotonic() >= self._stale_at:
            if self._probe is None:
                self._probe = asyncio.create_task(self._probed())
            self._is_well = await asyncio.shield(self._probe)
        return self._is_well

    async def _probed(self) -> bool:
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self._ask()
        except (RunIndexError, TimeoutError):
            return False
        except Exception:
            log.exception("the storage cannot be probed")
            return False
        else:
            return True
        finally:
            self._stale_at = time.monotonic() + BELIEVED_SECONDS
            self._probe = None

    async def _ask(self) -> None:
        """Return when the storage is as it was: a server that began on a read-only one is there for reading."""
        try:
            await self._store.check_writable()
        except UnavailableError:
            if self._was_writable:
                raise
            await self._store.ping()
        else:
            await self._ask_writer()
            self._was_writable = True

    async def _ask_writer(self) -> None:
        """Return unless batches fail; after a failure something must have been written first."""
        if self._writer.failed_at is None:
            return
        await self._store.write_nothing()
        if self._writer.failed_at is not None:
            if time.monotonic() - self._writer.failed_at < REMEMBERED_SECONDS:
                raise UnavailableError("the last mutations were not written")
            self._writer.failed_at = None
