"""The long run: `python -m tests.fuzz --operations N --bytes N --wire N --seed S`."""

import argparse
import asyncio
import tempfile
from collections import Counter
from pathlib import Path

from tests.fuzz import protocols, sessions, wire
from tests.support.databases.shared import SharedPostgres, close_keepers
from tests.support.scratch import scratch_in_memory
from tests.support.servers.served import serving


def main() -> int:
    """Run what is asked for; return 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--operations", type=int, default=0, help="on all storages side by side")
    parser.add_argument("--bytes", type=int, default=0, help="inputs of the protocols, in process")
    parser.add_argument("--wire", type=int, default=0, help="inputs of a server, over sockets")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--found", type=Path, default=Path(tempfile.gettempdir(), "runindex-fuzz"))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}; what is found is written to {chosen.found}", flush=True)
    with scratch_in_memory():
        total = run(chosen)
    print(f"seed {chosen.seed}: {dict(sorted(total.items()))}")
    return 1 if total["found"] else 0


def run(chosen: argparse.Namespace) -> Counter[str]:
    """Run each part that is asked for and return the counts of all."""
    total: Counter[str] = Counter()
    if chosen.operations:
        shared = SharedPostgres.open()
        try:
            total += asyncio.run(sessions.play(chosen.seed, chosen.operations, chosen.found))
        finally:
            close_keepers()
            shared.close()
    if chosen.bytes:
        total += asyncio.run(protocols.play(chosen.seed, chosen.bytes, chosen.found))
    if chosen.wire:
        with tempfile.TemporaryDirectory() as directory, serving(Path(directory)) as served:
            total += wire.play(served, chosen.seed, chosen.wire, chosen.found)
    return total


if __name__ == "__main__":
    raise SystemExit(main())
