"""The enums of agent runtimes in the API (see `schema.typesystem.enums`)."""

from runindex.domain.records.runtimes import InputDurability, InputState, RunBoundary, RuntimeState
from schema.typesystem.enums import expose

__all__ = ["InputDurability", "InputState", "RunBoundary", "RuntimeState"]

expose(
    RuntimeState,
    "What the driver says of a runtime; the index checks no move.",
    {
        RuntimeState.INITIALIZING: "It is being set up.",
        RuntimeState.IDLE: "It waits for work.",
        RuntimeState.RUNNING: "It works on a run.",
        RuntimeState.RECOVERING: "It is being restored from what it left behind.",
        RuntimeState.RETIRED: "It takes no new work.",
        RuntimeState.STOPPED: "It was stopped and may be resumed.",
        RuntimeState.DESTROYED: "It is gone for good.",
    },
)
expose(
    RunBoundary,
    "At which boundary of a run something is applied.",
    {
        RunBoundary.IMMEDIATE: "At once.",
        RunBoundary.RUN_START: "When a run starts.",
        RunBoundary.RUN_CHECKPOINT: "At a checkpoint within a run.",
    },
)
expose(
    InputState,
    "What the driver says of an input; the index checks no move.",
    {
        InputState.ACCEPTED: "It was taken.",
        InputState.QUEUED: "It waits for its turn.",
        InputState.STAGED: "It is ready for the next boundary.",
        InputState.APPLIED: "It was applied at a boundary.",
        InputState.APPLIED_PENDING_CONSUMPTION: "It was applied and is still to be consumed.",
        InputState.CONSUMED: "It was consumed.",
        InputState.SUPERSEDED: "A later input took its place.",
        InputState.COALESCED: "It went into another input.",
        InputState.ABANDONED: "It was given up.",
    },
)
expose(
    InputDurability,
    "Whether an input outlives the process that took it.",
    {
        InputDurability.DURABLE: "It outlives the process.",
        InputDurability.EPHEMERAL: "It goes with the process.",
        InputDurability.DERIVED: "It can be made anew from something else.",
    },
)
