"""The `runindex` command, which also writes how many tasks it has into its log when it gets SIGUSR1."""

import asyncio
import signal
import sys

from runindex.cli.main import main

if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda *_: print(f"tasks: {len(asyncio.all_tasks())}", file=sys.stderr, flush=True))
    sys.exit(main())
