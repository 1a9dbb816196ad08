"""`python -m bench [NAME ...]`: run all measurements, or those named."""

import asyncio
import sys

from bench import costs, crowd, dashboard, deletion, fairness, fanout, memory, reporting, results, screens, slow, writer
from bench.floor import measure as floor
from bench.scale import measure as scale

MEASUREMENTS = {
    "floor": floor.measure,
    "writer": writer.measure,
    "fanout": fanout.measure,
    "crowd": crowd.measure,
    "slow": slow.measure,
    "memory": memory.measure,
    "screens": screens.measure,
    "reporting": reporting.measure,
    "results": results.measure,
    "deletion": deletion.measure,
    "costs": costs.measure,
    "fairness": fairness.measure,
    "dashboard": dashboard.measure,
    "dashboard-postgres": dashboard.measure_postgres,
    "scale": scale.measure,
}
# It takes an hour and ten gigabytes: it is measured when it is named.
NAMED_ONLY = frozenset({"scale"})


def main(names: list[str]) -> int:
    """Run the measurements and print their tables."""
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}", file=sys.stderr)
        return 2
    for name in names or [each for each in MEASUREMENTS if each not in NAMED_ONLY]:
        asyncio.run(MEASUREMENTS[name]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
