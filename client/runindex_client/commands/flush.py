"""`flush`: send what ended processes left in the spool."""

import argparse
import sys
import time
from typing import Final

from runindex_client.problems import Away
from runindex_client.sending.delivery import Delivery, Tally, Waiting
from runindex_client.sending.transport import Transport
from runindex_client.settings import Settings
from runindex_client.spool.directory import orphans

WAIT_SECONDS: Final = 0.5


def run(options: argparse.Namespace) -> int:
    """Send everything for the server of the settings; return 1 if something is left."""
    del options
    settings = Settings.from_environment()
    tally = Tally()
    transport = Transport(settings.url, settings.token)
    waits: dict[str, float | None] = {}
    try:
        # A file may wait for a run that another one creates, but not for ever.
        while _send(settings, transport, tally, waits):
            time.sleep(WAIT_SECONDS)
    except Away as away:
        print(f"runindex-client: {away}", file=sys.stderr)
    finally:
        transport.close()
    left = list(orphans(settings.spool, None))
    size = sum(file.unsent for file in left)
    for file in left:
        file.abandon()
    print(f"{tally.sent} sent, {tally.refused} refused, {size} bytes left")
    return 1 if size else 0


def _send(settings: Settings, transport: Transport, tally: Tally, waits: dict[str, float | None]) -> bool:
    """Send the files of ended processes; tell whether one waits for a run of another."""
    is_waiting = False
    for file in orphans(settings.spool, settings.url):
        name = file.path.name
        delivery = Delivery(file, transport, tally, waits.pop(name, None))
        try:
            while delivery.step():
                pass
        except Waiting:
            waits[name] = delivery.waits_since
            is_waiting = True
        finally:
            file.close()
    return is_waiting
