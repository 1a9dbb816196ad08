"""Every question and write at 10,000, 100,000 and 1,000,000 runs, in turn, and the bytes on disk.

BENCH_SIZES, BENCH_STORAGES (Postgres,SQLite), BENCH_ROUNDS and BENCH_SECONDS (of a round) choose others.
"""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from typing import Final

from bench.floor.clients import Client
from bench.samples import Samples
from bench.scale.places import STORAGES, Place
from bench.scale.questions import Question, questions
from bench.scale.writes import Writes

SIZES: Final = sorted(int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000,1000000").split(","))
CHOSEN: Final = os.environ.get("BENCH_STORAGES", "Postgres,SQLite").split(",")
ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "7"))
SECONDS: Final = float(os.environ.get("BENCH_SECONDS", "0.1"))
# What should be flat grows by so much at most.
FLAT: Final = 1.5
# Bytes a run.
SHOWN: Final = 4

Taken = Mapping[int, Samples]


async def measure() -> None:
    """Measure on each storage."""
    for name in CHOSEN:
        print(
            f"{name}, {', '.join(f'{size:,}' for size in SIZES)} runs with 5 tags and 5 values of metadata", flush=True
        )
        async with STORAGES[name](SIZES) as places:
            _tell_sizes(places)
            _tell_head("questions")
            for question in questions():
                _tell(question.title, await _asked(question, places), is_flat=question.is_flat)
            _tell_head("writes")
            written = {place.size: Writes(place.port) for place in places}
            for kind in written[SIZES[0]].kinds:
                _tell(kind, await _written(kind, written), is_flat=True)


async def _asked(question: Question, places: Sequence[Place]) -> Taken:
    """Return the milliseconds of a request at each size, all sizes in turn."""
    clients = {place.size: await Client.open(place.port) for place in places}
    taken: dict[int, list[float]] = {place.size: [] for place in places}
    for number in range(ROUNDS + 1):
        for place in places:
            each = await _round(question, clients[place.size], place, number)
            if number:  # the first one warms up
                taken[place.size].append(each)
    for client in clients.values():
        client.close()
    return {size: Samples(values) for size, values in taken.items()}


async def _round(question: Question, client: Client, place: Place, number: int) -> float:
    """Ask for a while, and return the median of the milliseconds."""
    took: list[float] = []
    end = time.perf_counter() + SECONDS
    while not took or time.perf_counter() < end:
        request = question.request(place.landmarks, number * 1_000 + len(took))
        begin = time.perf_counter()
        await client.ask(request)
        took.append(1_000 * (time.perf_counter() - begin))
    return Samples(took).median


async def _written(kind: str, written: Mapping[int, Writes]) -> Taken:
    taken: dict[int, list[float]] = {size: [] for size in written}
    for number in range(ROUNDS + 1):
        for size, writes in written.items():
            each = await writes.kinds[kind]()
            if number:
                taken[size].append(each)
    return {size: Samples(values) for size, values in taken.items()}


def _tell_head(title: str) -> None:
    print(f"\n{f'{title}, ms':42}" + "".join(f"{f'{size:,} runs':>28}" for size in SIZES) + "   growth   of the least")


def _tell(title: str, taken: Taken, *, is_flat: bool) -> None:
    first, last = taken[SIZES[0]], taken[SIZES[-1]]
    growth, of_least = last.median / first.median, min(last.values) / min(first.values)
    shown = "".join(f"{_shown(taken[size]):>28}" for size in SIZES)
    mark = "" if growth <= FLAT else "  <-" if is_flat else "  (not bounded)"
    print(f"  {title:40}{shown}   {growth:6.2f}          {of_least:6.2f}{mark}", flush=True)


def _shown(samples: Samples) -> str:
    return f"{samples.median:.2f} ({min(samples.values):.2f} to {max(samples.values):.2f})"


def _tell_sizes(places: Sequence[Place]) -> None:
    """Print the bytes a run, by table and index, of all that take a few at the greatest size."""
    print(f"\n{'bytes a run':42}" + "".join(f"{f'{size:,} runs':>28}" for size in SIZES))
    largest = places[-1]
    rows = {"all": [sum(place.sizes.values()) for place in places]}
    for name in sorted(largest.sizes, key=lambda name: (name[0], name[0] != name[1], name[1])):
        rows[name[0] if name[0] == name[1] else f"  {name[1]}"] = [place.sizes.get(name, 0) for place in places]
    for title, sizes in rows.items():
        if sizes[-1] >= SHOWN * largest.size:
            each = (size / place.size for size, place in zip(sizes, places, strict=True))
            print(f"  {title:40}" + "".join(f"{one:>28,.0f}" for one in each), flush=True)


if __name__ == "__main__":
    asyncio.run(measure())
