"""`flush`: send what ended processes left in the spool."""

import argparse
import sys
import time
from typing import Final

from runindex_client.problems import Away
from runindex_client.sending.delivery import NONE, Delivery, Patience, Tally
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
    patience: dict[str, Patience] = {}
    try:
        # A file may wait for a run that another one creates, or for a server that fails on it, but not for ever.
        while _send(settings, transport, tally, patience):
            time.sleep(WAIT_SECONDS)
    except Away as away:
        print(f"runindex-client: {away}", file=sys.stderr)
    finally:
        transport.close()
    left = [file for spool in settings.spools for file in orphans(spool, None)]
    size = sum(file.unsent for file in left)
    for file in left:
        file.abandon()
    print(f"{tally.sent} sent, {tally.refused} refused, {size} bytes left")
    return 1 if size else 0


def _send(settings: Settings, transport: Transport, tally: Tally, patience: dict[str, Patience]) -> bool:
    """Send the files of ended processes; tell whether one is to be tried again."""
    for file in (file for spool in settings.spools for file in orphans(spool, settings.url)):
        name = file.path.name
        delivery = Delivery(file, transport, tally, patience.pop(name, NONE))
        try:
            while delivery.step_or_leave():
                pass
        finally:
            if delivery.patience != NONE:
                patience[name] = delivery.patience
            file.close()
    return bool(patience)
