"""Programs that Ctrl-C ends, whoever starts the tests."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hearing_interrupts() -> Iterator[None]:
    """Have programs started that Ctrl-C ends: whoever runs the tests in the background has all of them ignore it."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)  # a program begins with the usual for a handler
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
