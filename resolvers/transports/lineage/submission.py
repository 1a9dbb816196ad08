"""The way of events into the index: a report each, in the order in which they came."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from resolvers.execution.context import Context
from resolvers.execution.errors import ErrorCode, legible
from resolvers.transports.lineage.counts import UNKNOWN, EventOutcome, LineageCounts
from resolvers.transports.lineage.events import is_of_no_run, report_of, type_of
from runindex.commands import ReportRun
from runindex.commands.outcomes import RunReported
from runindex.domain.errors import OperationTimeoutError, OutcomeUnknownError, UnavailableError
from runindex.domain.json_text import JsonValue
from runindex.domain.problems import ConstraintViolation, InvalidInput, Problem, ProblemError

# Nothing was lost by any of these: the same event may be sent again.
_PASSING: Final = (UnavailableError, OperationTimeoutError, OutcomeUnknownError)
log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of an event; the message, and the extensions of its error, say why it was not taken."""

    outcome: EventOutcome
    message: str = ""
    extensions: "dict[str, Any] | None" = None

    def error(self, position: int) -> dict[str, Any]:
        """Return the error of the answer; it names the event by its position."""
        return {"message": legible(self.message), "extensions": {"index": position, **(self.extensions or {})}}


async def submit_all(events: Sequence[JsonValue], context: Context, counts: LineageCounts) -> list[Settled]:
    """Submit events and return what came of each; none stands in the way of another."""
    context.make_room()
    settled = list(await asyncio.gather(*(_submit(event, context) for event in events)))
    for event, each in zip(events, settled, strict=True):
        counts.add(_kind(event), each.outcome)
    return settled


def _kind(event: JsonValue) -> str:
    try:
        return type_of(event) if isinstance(event, dict) and "run" in event else UNKNOWN
    except ProblemError:
        return UNKNOWN


async def _submit(event: JsonValue, context: Context) -> Settled:
    if is_of_no_run(event):
        return Settled(EventOutcome.IGNORED)
    try:
        report = replace(report_of(event), mutation="reportRun", actor=context.actor)
    except ProblemError as refusal:
        return _refused(refusal.problem)
    try:
        outcome = await _reported(report, context)
    except _PASSING as error:
        return Settled(EventOutcome.FAILED, error.message, {"code": error.code})
    except Exception:
        log.exception("an event could not be submitted")
        return Settled(EventOutcome.FAILED, "internal error", {"code": ErrorCode.INTERNAL})
    return _settled(outcome) if isinstance(outcome, RunReported) else _refused(outcome)


async def _reported(report: ReportRun, context: Context) -> RunReported | Problem:
    """Submit a report, and once more to attach its run to a parent that no earlier report named."""
    outcome = await context.index.submit(report)
    if isinstance(outcome, RunReported) and outcome.lacks_parent:
        await context.index.submit(replace(report, attach=True))
    return outcome


def _settled(outcome: RunReported) -> Settled:
    if outcome.replayed:
        return Settled(EventOutcome.REPEATED)
    return Settled(EventOutcome.CONTRADICTORY if outcome.contradicts else EventOutcome.ACCEPTED)


def _refused(problem: Problem) -> Settled:
    extensions: dict[str, Any] = {"code": problem.code.value}
    if isinstance(problem, InvalidInput) and problem.field:
        extensions["field"] = legible(problem.field)
    if isinstance(problem, ConstraintViolation):
        extensions["reason"] = problem.reason.value
    return Settled(EventOutcome.REFUSED, problem.message, extensions)
