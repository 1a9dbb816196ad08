"""Checks of event chains: each hash is recomputed."""

import struct
from collections.abc import AsyncIterator

from runindex.domain import json_text
from runindex.domain.records.events import event_hash
from runindex.ports.queries import Row


async def find_break(events: AsyncIterator[Row], totals: Row) -> str | None:
    """Return the first fault in a run's chain of events, None without one. All events are taken."""
    expected, previous, fault = totals["event_floor"], totals["floor_hash"], None
    async for event in events:
        if fault is None:
            fault = _fault_of(event, expected, previous)
            expected, previous = event["sequence"] + 1, event["hash"]
    if fault is not None:
        return fault
    if expected != totals["event_seq"]:
        return f"event {expected} is missing" if expected < totals["event_seq"] else f"event {expected - 1} is too many"
    return None if previous == totals["event_hash"] else f"event {expected - 1} is not where its chain ends"


def _fault_of(event: Row, expected: int, previous: str) -> str | None:
    if event["sequence"] != expected:
        return (
            f"event {expected} is missing" if event["sequence"] > expected else f"event {event['sequence']} is too many"
        )
    try:
        payload = json_text.loads(event["payload"])
        recomputed = event_hash(expected, event["stream"], event["at"], payload, previous)
    except (json_text.JsonError, ValueError, RecursionError, struct.error):
        return f"event {expected} cannot be read"
    return None if recomputed == event["hash"] else f"event {expected} does not have the hash of what it says"
