"""Run events of OpenLineage 2-0-2 as reports on runs."""

import hashlib
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from resolvers.transports.lineage.values import (
    MAX_NESTING,
    Object,
    instant_at,
    object_at,
    objects_at,
    optional_object_at,
    run_id_at,
    storable,
    text_at,
)
from runindex.commands import EventEntry, ReportedParent, ReportRun
from runindex.domain import json_text
from runindex.domain.instants import format_instant
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import invalid
from runindex.domain.records.reports import Fact
from runindex.domain.runs.run import MAX_NAME
from runindex.domain.runs.tags import MAX_LENGTH

SOURCE: Final = "openlineage"
EVENTS, INPUTS, OUTPUTS = SOURCE, f"{SOURCE}.inputs", f"{SOURCE}.outputs"
MAX_MESSAGE: Final = 64 * 1024
# By this one a library tells its own version.
VERSION_TAG: Final = "openlineage_client_version"
# Facets had this name before there was a specification of them.
_PARENTS: Final = ("parent", "parentRun")


class EventType(StrEnum):
    """What a run event says of its run."""

    START = "START"
    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    ABORT = "ABORT"
    FAIL = "FAIL"
    OTHER = "OTHER"


_ENDS: Final = {
    EventType.COMPLETE: RunStatus.COMPLETED,
    EventType.FAIL: RunStatus.FAILED,
    EventType.ABORT: RunStatus.CANCELLED,
}


def is_of_no_run(event: JsonValue) -> bool:
    """Tell whether an event is one about a job or a dataset alone."""
    if not isinstance(event, dict) or "run" in event or "eventType" in event:
        return False
    return isinstance(event.get("job"), dict) or isinstance(event.get("dataset"), dict)


def report_of(event: JsonValue) -> ReportRun:
    """Return what a run event reports; raise ProblemError for one that is not as the specification has it."""
    if not isinstance(event, dict):
        raise invalid("an event must be an object")
    event = storable(event)
    json_text.check_depth(event, "", MAX_NESTING)
    kind, at = type_of(event), instant_at(event, "eventTime")
    run, job = object_at(event, "run", "run"), object_at(event, "job", "job")
    namespace, name = text_at(job, "namespace", "job.namespace"), text_at(job, "name", "job.name")
    for required in ("producer", "schemaURL"):
        text_at(event, required, required)
    run_facets, job_facets = _facets_of(run, "run.facets"), _facets_of(job, "job.facets")
    return ReportRun(
        run_id=run_id_at(run, "runId", "run.runId"),
        source=SOURCE,
        digest=hashlib.sha256(json_text.canonical(event).encode()).hexdigest()[:32],
        at=at,
        to=_ENDS.get(kind),
        problem=_message_of(run_facets),
        name=_name(name),
        tags=(*_job_tags(namespace, name), *_tags_of(run_facets, job_facets)),
        facts=(*_facts_of(event, run_facets, job_facets), Fact(("times", kind.value), format_instant(at))),
        parent=_parent_of(run_facets),
        events=tuple(_entries(event)),
        reason=f"OpenLineage {kind}",
    )


def type_of(event: Object) -> EventType:
    """Return an event's type; one that says none is OTHER."""
    given = event.get("eventType")
    try:
        return EventType.OTHER if given is None else EventType(given)
    except ValueError:
        raise invalid(f"must be one of {', '.join(EventType)}", "eventType") from None


def _facets_of(parent: Object, path: str) -> Object:
    """Return the facets that are there: some senders write null for one that is not."""
    facets = optional_object_at(parent, "facets", path)
    for name, facet in facets.items():
        if not isinstance(facet, dict | None):
            raise invalid("a facet must be an object", f"{path}.{name}"[:MAX_LENGTH])
    return {name: facet for name, facet in facets.items() if facet is not None}


def _facts_of(event: Object, run_facets: Object, job_facets: Object) -> Iterator[Fact]:
    for name in ("producer", "schemaURL"):
        yield Fact((name,), event[name])
    yield from _job_facts(event["job"])
    for owner, facets in (("run", run_facets), ("job", job_facets)):
        for name, facet in facets.items():
            yield Fact((owner, "facets", name), facet)


def _job_facts(job: Object) -> Iterator[Fact]:
    for name in ("namespace", "name"):
        yield Fact(("job", name), job[name])


def _parent_of(facets: Object) -> ReportedParent | None:
    name = next((name for name in _PARENTS if name in facets), None)
    if name is None:
        return None
    path = f"run.facets.{name}"
    run, job = object_at(facets[name], "run", f"{path}.run"), object_at(facets[name], "job", f"{path}.job")
    namespace, job_name = (text_at(job, part, f"{path}.job.{part}") for part in ("namespace", "name"))
    return ReportedParent(
        id=run_id_at(run, "runId", f"{path}.run.runId"),
        name=_name(job_name),
        tags=tuple(_job_tags(namespace, job_name)),
        facts=tuple(_job_facts(job)),
    )


def _message_of(facets: Object) -> str | None:
    message = facets.get("errorMessage", {}).get("message")
    return message[:MAX_MESSAGE] if isinstance(message, str) and message[:MAX_MESSAGE].strip() else None


def _name(text: str) -> str | None:
    return text[:MAX_NAME] if text[:MAX_NAME].strip() else None


def _job_tags(namespace: str, name: str) -> Iterator[str]:
    yield _tag("namespace", namespace)
    yield _tag("job", name)


def _tags_of(run_facets: Object, job_facets: Object) -> Iterator[str]:
    """Yield the kind of the job, and the tags that an event has of its own."""
    kind = job_facets.get("jobType", {})
    for key in ("integration", "jobType"):
        if isinstance(kind.get(key), str):
            yield _tag(key, kind[key])
    for facets in (run_facets, job_facets):
        tags = facets.get("tags", {}).get("tags")
        for tag in tags if isinstance(tags, list) else ():
            if _is_of_sender(tag):
                value = tag.get("value")
                yield _tag(tag["key"], value) if isinstance(value, str) else tag["key"][:MAX_LENGTH]


def _is_of_sender(tag: JsonValue) -> bool:
    """Tell whether a tag has a key that its sender chose."""
    key = tag.get("key") if isinstance(tag, dict) else None
    return isinstance(key, str) and key not in {"", VERSION_TAG}


def _tag(key: str, value: str) -> str:
    return f"{key}:{value}"[:MAX_LENGTH]


def _entries(event: Object) -> Iterator[EventEntry]:
    """Yield the event without its datasets, then these."""
    rest = {key: value for key, value in event.items() if key not in {"inputs", "outputs"}}
    yield EventEntry(stream=EVENTS, payload=rest)
    for name, stream in (("inputs", INPUTS), ("outputs", OUTPUTS)):
        for position, dataset in enumerate(objects_at(event, name)):
            for part in ("namespace", "name"):
                text_at(dataset, part, f"{name}.{position}.{part}")
            yield EventEntry(stream=stream, payload=dataset)
