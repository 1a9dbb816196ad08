"""A run: what a program reports of one piece of its work."""

import os
import threading
from collections.abc import Iterable, Mapping
from contextvars import ContextVar, Token
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import Any, Final

from runindex_client.reporter import reporter
from runindex_client.runs import environment, signals
from runindex_client.runs.failure import Ending, ending_of
from runindex_client.runs.ids import new_id
from runindex_client.runs.inputs import name_of, object_of, scores_of, tags_of

EXCEPTIONS: Final = "exception"
_current: ContextVar["Run | None"] = ContextVar("runindex_run", default=None)


class Run:
    """A run that this program reports: created when its block is entered, closed when it is left.

    Every method returns at once, raises nothing because of the server, and may be called from any thread, and from
    processes that are forked while the run is open; only the process that opened it closes it.
    """

    def __init__(
        self,
        name: str,
        *,
        tags: Iterable[str] = (),
        metadata: Mapping[str, object] | None = None,
        parent: "Run | str | None" = None,
        dataset: Mapping[str, object] | None = None,
        trace_id: str | None = None,
        id: str | None = None,
    ) -> None:
        self.id = id or new_id()
        self.name = name
        self.parent_id = parent.id if isinstance(parent, Run) else parent
        self._fields: dict[str, Any] = {
            "id": self.id,
            "name": name_of(name),
            "tags": tags_of(tags),
            "metadata": object_of(metadata) if metadata is not None else None,
            "parentId": self.parent_id,
            "dataset": dataset,
            "traceId": trace_id,
        }
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._is_open = False
        self._is_attached = False
        self._token: Token[Run | None] | None = None
        self._outer_id: str | None = None

    def __repr__(self) -> str:
        return f"<Run {self.id} {self.name!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process reports of it, and does not close it.
        return attach, (self.id, self.name)

    def start(self) -> "Run":
        """Create the run and say that its work begins, once; a block does this when it is entered."""
        with self._lock:
            if not self._is_open and not self._is_attached:
                self._is_open = True
                self._pid = os.getpid()
                self._put("createRun", {name: value for name, value in self._fields.items() if value is not None})
                self._put("startRun", {"id": self.id})
                signals.watch(self)
        return self

    def record(
        self,
        item_id: str,
        *,
        input: object = None,
        output: object = None,
        expected: object = None,
        latency_ms: float | None = None,
        error: str | BaseException | None = None,
        score: Mapping[str, object] | float | None = None,
        attempt: int = 0,
        started_at: datetime | None = None,
        completed_at: datetime | None = None,
        trace_id: str | None = None,
    ) -> str:
        """Record one attempt at an item, and return the result's id.

        It ended now, unless told otherwise, and took `latency_ms`. `score` has a value for each scorer, or an object
        with `value`, `reason` and `error`. A second attempt at the same item has another number as `attempt`.
        """
        ended = completed_at.astimezone(timezone.utc) if completed_at else datetime.now(timezone.utc)
        began = started_at or ended - timedelta(milliseconds=max(0.0, float(latency_ms or 0)))
        took = latency_ms if latency_ms is not None else (ended - began).total_seconds() * 1000
        result_id = new_id()
        fields = {
            "id": result_id,
            "runId": self.id,
            "itemId": str(item_id),
            "latency": float(took),
            "startedAt": began.astimezone(timezone.utc).isoformat(),
            "completedAt": ended.isoformat(),
            "retryCount": attempt,
        }
        optional = {
            "input": input,
            "output": output,
            "expectedOutput": expected,
            "error": None if error is None else str(error),
            "scores": scores_of(score),
            "traceId": trace_id,
        }
        fields |= {name: value for name, value in optional.items() if value is not None}
        reporter().put("recordResults", self.id, result_id, fields)
        return result_id

    def event(self, stream: str, payload: object = None) -> None:
        """Append an event to a stream of the run; a payload that is no object becomes `{"value": …}`."""
        self._put("appendRunEvents", {"stream": str(stream), "payload": object_of(payload)})

    def child(self, name: str, **options: Any) -> "Run":
        """Return a run below this one, which is reported as `run` says."""
        return Run(name, parent=self, **options)

    def tag(self, *tags: str) -> None:
        """Add tags."""
        self._put("addRunTags", {"id": self.id, "tags": tags_of(tags)})

    def update(self, metadata: Mapping[str, object]) -> None:
        """Merge an object into the metadata (RFC 7396)."""
        self._put("updateRunMetadata", {"id": self.id, "change": {"patch": object_of(metadata)}})

    def touch(self) -> None:
        """Say that the work goes on."""
        self._put("touchRun", {"id": self.id})

    def close(self) -> None:
        """Say that the work ended well, once."""
        self._end("closeRun", {"id": self.id})

    def fail(self, error: str | BaseException) -> None:
        """Say that the work ended with an error, once; an exception leaves its traceback as an event."""
        self._finish(
            ending_of(error) if isinstance(error, BaseException) else Ending("failRun", str(error) or "failed")
        )

    def end(self, error: BaseException | None = None) -> None:
        """End the run, once, as a block does that is left with this exception or without."""
        self._finish(ending_of(error))

    def cancel(self, reason: str | None = None) -> None:
        """Say that the work was called off, once."""
        self._end("cancelRun", {"id": self.id} if reason is None else {"id": self.id, "reason": reason})

    def __enter__(self) -> "Run":
        self.start()
        self._token = _current.set(self)
        self._outer_id = environment.enter(self.id)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        environment.leave(self.id, self._outer_id)
        if self._token is not None:
            try:
                _current.reset(self._token)
            except ValueError:  # a generator was closed in another context
                _current.set(None)
            self._token = None
        self.end(error)

    async def __aenter__(self) -> "Run":
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

    def _finish(self, ending: Ending) -> None:
        if ending.event is not None and self._is_mine():
            self.event(EXCEPTIONS, ending.event)
        if ending.mutation == "failRun":
            self._end("failRun", {"id": self.id, "error": ending.error})
        elif ending.mutation == "cancelRun":
            self.cancel(ending.error)
        else:
            self.close()

    def _is_mine(self) -> bool:
        return self._is_open and self._pid == os.getpid()

    def _end(self, mutation: str, fields: dict[str, Any]) -> None:
        with self._lock:
            if not self._is_mine():
                return
            self._is_open = False
            signals.unwatch(self)
            self._put(mutation, fields)

    def _put(self, mutation: str, fields: dict[str, Any]) -> None:
        reporter().put(mutation, self.id, new_id(), fields)


def run(
    name: str,
    *,
    tags: Iterable[str] = (),
    metadata: Mapping[str, object] | None = None,
    parent: Run | str | None = None,
    dataset: Mapping[str, object] | None = None,
    trace_id: str | None = None,
    id: str | None = None,
) -> Run:
    """Return a run to be used as a block, `with` or `async with`.

    It is below `parent`; if none is given, below the run of the block around it, or the one that RUNINDEX_RUN_ID names.
    """
    above = parent or _current.get() or reporter().settings.run_id
    return Run(name, tags=tags, metadata=metadata, parent=above, dataset=dataset, trace_id=trace_id, id=id)


def current() -> Run | None:
    """Return the run of the innermost block around the caller, if there is one."""
    return _current.get()


def attach(run_id: str | None = None, name: str = "") -> Run:
    """Return a run that another process opened, by default the one that RUNINDEX_RUN_ID names, to report more of it.

    It is closed by that process alone. Raise LookupError if no run is named.
    """
    named = run_id or reporter().settings.run_id
    if named is None:
        raise LookupError("RUNINDEX_RUN_ID names no run")
    attached = Run(name, id=named)
    attached._is_attached = True  # noqa: SLF001 - its own module
    return attached
