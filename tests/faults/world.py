"""A test's world: servers on one storage, their writers and subscribers, and the check of the history."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.faults.checker import check
from tests.faults.doors import HttpDoor
from tests.faults.history import History, Recording, Verdict, View
from tests.faults.subscribers import ApiSubscriber, Watch
from tests.faults.transports import EVENT_STREAM, MULTIPART, WEB_SOCKET, Transport
from tests.faults.truth import Storage, read_log, read_overview
from tests.faults.workload import TAGS, Workload
from tests.support.servers.served import Served, serving

EVERYTHING: Final = View()
# No filter, one that runs enter and leave by their tags, one by their status.
VIEWS: Final = (EVERYTHING, View(tag=TAGS[0]), View(statuses=("PAUSED",)))

# The transports of the subscribers of a view, who share its channel.
AUDIENCE: Final = (WEB_SOCKET, WEB_SOCKET, EVENT_STREAM, MULTIPART)


@dataclass(slots=True)
class World:
    """Servers, doors, writers and subscribers of one test; `open_world` makes one."""

    storage: Storage
    servers: Sequence[Served]
    doors: Sequence[HttpDoor]
    workload: Workload
    history: History
    watches: list[Watch] = field(default_factory=list)

    def subscriber(
        self, view: View, *places: int, transport: Transport = WEB_SOCKET, restless: int | None = None
    ) -> ApiSubscriber:
        """Make a subscriber that goes from one of the servers to the next whenever it connects."""
        watch = Watch(Recording(f"{view} at {places} over {transport.name}", view))
        self.history.recordings.append(watch.recording)
        self.watches.append(watch)
        return ApiSubscriber(watch, [self.servers[place].url for place in places], transport, restless)

    def audience(self, *places: int, restless: int | None = None) -> list[ApiSubscriber]:
        """Make subscribers that go from server to server, several of each view, so that they share channels."""
        return [
            self.subscriber(view, *places, transport=transport, restless=restless)
            for view in VIEWS
            for transport in AUDIENCE
        ]

    def subscribers(self, restless: int | None = None) -> list[ApiSubscriber]:
        """Make subscribers of each view that stay at each server, and some that go from server to server."""
        places = range(len(self.servers))
        staying = [subscriber for place in places for subscriber in self.audience(place, restless=restless)]
        return [*staying, *(self.subscriber(view, *places, restless=restless) for view in VIEWS)]

    def odd_answers(self) -> Counter[str]:
        """Return what mutations were answered that says nothing of their outcome, where no server was stopped."""
        answers = (answer for request in self.history.requests for answer in request.answers)
        unknown = Counter(answer.detail for answer in answers if answer.verdict is Verdict.UNKNOWN)
        del unknown["OUTCOME_UNKNOWN"]
        return unknown

    async def conclude(self) -> None:
        """Wait until every subscriber has seen the end of the log, and raise AssertionError if anything is wrong.

        All writers must have ended, and the subscribers must still run.
        """
        run_id = await mark_end(self.workload)
        for watch in self.watches:
            await watch.saw(run_id, 2)
        self.history.log = await read_log(self.storage, self.doors[0])
        self.history.overview = await read_overview(self.doors[-1])
        print(self.history)
        findings = [str(finding) for finding in check(self.history)]
        if findings:
            # Cut short: a history is long, and one flaw may show in many places.
            raise AssertionError("\n".join([f"{len(findings)} flaws", *(finding[:1000] for finding in findings[:10])]))


async def mark_end(workload: Workload) -> str:
    """Write a last run, whose second version every view shows, and return its id."""
    created = await workload.create(*TAGS)
    await workload.send("transitionRun", {"id": created.run_id, "to": "PAUSED"})
    return created.run_id


@asynccontextmanager
async def open_world(
    storage: Storage,
    directory: Path,
    servers: int = 1,
    *,
    each: Sequence[Mapping[str, str]] | None = None,
    command: Sequence[str] = (),
    **environment: str,
) -> AsyncIterator[World]:
    """Serve the storage from so many processes, or one for `each` environment, and open a door to each."""
    with ExitStack() as stack:
        started = [
            await asyncio.to_thread(
                stack.enter_context, serving(directory, *command, **storage.environment, **environment, **own)
            )
            for own in (each or [{}] * servers)
        ]
        async with AsyncExitStack() as clients:
            doors = [HttpDoor(server.url, clients) for server in started]
            history = History()
            yield World(storage, started, doors, Workload(history, doors), history)
