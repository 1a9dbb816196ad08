"""The run: half of what the server can do, a trouble after the other, and what is found in the end."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.faults.soak.measures import Held, least
from tests.faults.subscribers import subscribed
from tests.faults.troubles.readiness import Readiness, readiness_of
from tests.faults.troubles.trouble import Trouble
from tests.faults.world import World

WRITERS: Final = 8
PROMPT_SECONDS: Final = 2.0
PATIENCE: Final = 60.0
CAPACITY_SECONDS: Final = 5.0
MORE_MEMORY: Final = 64.0  # MiB


@dataclass(slots=True)
class Report:
    """What a run found."""

    prompt: float = PROMPT_SECONDS
    """Within how many seconds the server must follow what befalls the storage, and what heals it."""
    rate: float = 0.0
    lines: list[str] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)
    before: Held | None = None
    after: Held | None = None

    def say(self, line: str) -> None:
        """Keep a line, and print it."""
        self.lines.append(line)
        print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)

    def judge(self, is_right: bool, flaw: str) -> None:  # noqa: FBT001 - a judgement
        """Keep a flaw unless something is right."""
        if not is_right:
            self.flaws.append(flaw)
            print(f"{time.strftime('%H:%M:%S')} FLAW {flaw}", flush=True)


async def soak(world: World, troubles: Sequence[Trouble], *, seconds: float, interval: float, hold: float) -> Report:
    """Write and subscribe for so many seconds while troubles come, one each `interval`, for `hold` seconds each."""
    report = Report()
    [server] = world.servers
    workload = world.workload
    audience = world.audience(0)
    async with subscribed(audience), workload.writers(WRITERS):
        report.rate = await _capacity(world)
        workload.longest_pause = 4 * WRITERS / report.rate
    report.say(f"capacity {report.rate:.0f} mutations a second; half of it from now on")
    report.before = await least(server)
    report.say(f"before: {report.before}")
    async with subscribed(audience), readiness_of(server.root) as readiness:
        async with workload.writers(WRITERS):
            end = time.monotonic() + seconds
            place = 0
            while (begun := time.monotonic()) < end:
                await befall(world, readiness, troubles[place % len(troubles)], hold, report)
                place += 1
                await asyncio.sleep(max(min(begun + interval, end) - time.monotonic(), 0))
        report.say(f"slowest answer of a health check: {readiness.slowest:.2f} s")
        report.judge(readiness.slowest < report.prompt, f"a health check took {readiness.slowest:.2f} s")
        report.judge(readiness.lived(), "/livez was not answered well")
        await _conclude(world, report)
    _judge_answers(world, report)
    report.after = await least(server)
    report.say(f"after: {report.after}")
    _judge_held(report.before, report.after, report)
    return report


async def befall(world: World, readiness: Readiness, trouble: Trouble, hold: float, report: Report) -> None:
    """Let a trouble come and go, and see how readiness and mutations follow, each within the report's time."""
    told = ""
    # The moment from which on the storage cannot be used is somewhere within the strike.
    async with trouble.strike():
        struck = time.monotonic()
        if not trouble.passing:
            try:
                noticed = await readiness.becomes(ready=False, since=struck, seconds=PATIENCE)
                told = f"not ready after {noticed:.2f} s, "
                report.judge(noticed < report.prompt, f"{trouble.name}: not ready only after {noticed:.2f} s")
                await asyncio.sleep(hold)
                stayed = readiness.stayed(ready=False, begin=struck + noticed, end=time.monotonic())
                report.judge(stayed, f"{trouble.name}: ready meanwhile")
            except TimeoutError:
                report.judge(is_right=False, flaw=f"{trouble.name}: never not ready")
    healed = time.monotonic()
    written = asyncio.create_task(_write(world, healed))
    try:
        ready = await readiness.becomes(ready=True, since=healed, seconds=PATIENCE)
        mutated = await asyncio.wait_for(written, PATIENCE)
    except TimeoutError:
        written.cancel()
        report.judge(is_right=False, flaw=f"{trouble.name}: never well again")
        return
    report.say(f"{trouble.name}: {told}ready {ready:.2f} s and written {mutated:.2f} s after healing")
    report.judge(ready < report.prompt, f"{trouble.name}: ready only {ready:.2f} s after healing")
    report.judge(mutated < report.prompt, f"{trouble.name}: written only {mutated:.2f} s after healing")


async def _write(world: World, healed: float) -> float:
    await world.workload.create()
    return time.monotonic() - healed


async def _capacity(world: World) -> float:
    workload = world.workload
    workload.longest_pause, usual = 0.0, workload.longest_pause
    await workload.progress(50, PATIENCE)
    begun, before = time.monotonic(), workload.acknowledged
    await asyncio.sleep(CAPACITY_SECONDS)
    workload.longest_pause = usual
    return (workload.acknowledged - before) / (time.monotonic() - begun)


async def _conclude(world: World, report: Report) -> None:
    try:
        await world.conclude()
    except AssertionError as error:
        report.judge(is_right=False, flaw=str(error))
    report.say(str(world.history))


def _judge_answers(world: World, report: Report) -> None:
    """See that all that was not acknowledged has a code that says what became of it."""
    counts = Counter(
        (str(answer.verdict), answer.detail) for request in world.history.requests for answer in request.answers
    )
    report.say(f"answers: {dict(counts)}")
    odd = world.odd_answers()
    report.judge(not odd, f"answers without a proper code: {odd}")


def _judge_held(before: Held, after: Held, report: Report) -> None:
    report.judge(after.memory <= before.memory + MORE_MEMORY, f"memory: {before} became {after}")
    report.judge(after.tasks <= before.tasks, f"tasks: {before} became {after}")
    report.judge(after.handles <= before.handles, f"handles: {before} became {after}")
