"""A file of the spool: lines appended by the one process that holds its lock, and marks of how far it was sent.

The first line is a header of fixed length. `sent` is where the first unsent line begins, `trying` where the last line
of the request ends that was begun there: a request is repeated with just the same lines, so that the keys of its
mutations are the same. Whoever dies after an append loses nothing of it: the system has it.
"""

import errno
import fcntl
import json
import os
import threading
import time
import uuid
from pathlib import Path
from typing import Final

from runindex_client.spool.privacy import is_private

SUFFIX: Final = ".spool"
FORMAT: Final = 1
_RECLAIM: Final = 4 << 20
_HEADER_MOST: Final = 1 << 16


class SpoolFile:
    """An open and locked file of the spool."""

    def __init__(self, path: Path, descriptor: int, url: str, marks: tuple[int, int], header: int) -> None:
        self.path = path
        self.url = url
        self.sent, self.trying = marks
        self._header = header
        # A signal's handler may append while its thread does.
        self._lock = threading.RLock()
        self._appending = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._descriptor = descriptor
        self._is_torn = False
        self._size = os.fstat(descriptor).st_size  # nobody else appends

    @classmethod
    def create(cls, directory: Path, url: str) -> "SpoolFile":
        """Make a file of this process's own; raise OSError."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_private(directory):
            raise PermissionError(errno.EPERM, "it belongs to others", str(directory))
        path = directory / f"{time.time_ns():020d}-{os.getpid()}-{uuid.uuid4().hex[:8]}{SUFFIX}"
        hidden = path.with_suffix(".new")  # nobody adopts it before it is locked
        descriptor = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        header = len(_header(url, 0, 0))
        os.pwrite(descriptor, _header(url, header, header), 0)
        hidden.rename(path)
        return cls(path, descriptor, url, (header, header), header)

    @classmethod
    def adopt(cls, path: Path) -> "SpoolFile | None":
        """Take over the file of a process that has ended; None if it lives, or the file is gone or none of ours."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            line = os.pread(descriptor, _HEADER_MOST, 0).partition(b"\n")[0]
            read = json.loads(line)
            is_ours = read["runindex"] == FORMAT and os.fstat(descriptor).st_nlink > 0
            if is_ours:
                marks = int(read["sent"]), int(read["trying"])
                return cls(path, descriptor, str(read["url"]), marks, len(line) + 1)
        except (OSError, ValueError, KeyError, TypeError):
            pass
        os.close(descriptor)
        return None

    @classmethod
    def look(cls, path: Path) -> "tuple[str, int, bool] | None":
        """Return a file's endpoint, its unsent bytes, and whether its process lives; None if it is none of ours."""
        file = cls.adopt(path)
        if file is not None:
            found = file.url, file.unsent, False
            file.abandon()
            return found
        try:
            with path.open("rb") as opened:
                read = json.loads(opened.readline(_HEADER_MOST))
                if read["runindex"] == FORMAT:
                    return str(read["url"]), max(0, path.stat().st_size - int(read["sent"])), True
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return None

    def append(self, line: bytes, most_bytes: int) -> bool:
        """Append a line; False if the file would become too large or the disk does not take it."""
        with self._lock:
            if self.size + len(line) > most_bytes:
                return False
            whole = b"\n" + line if self._is_torn else line
            try:
                written = os.write(self._appending, whole)
            except OSError:
                return False
            self._size += written
            # A line that a full disk cut off is passed over by its reader.
            self._is_torn = written < len(whole)
            return not self._is_torn

    @property
    def size(self) -> int:
        """Return the bytes of the file."""
        return self._size

    @property
    def unsent(self) -> int:
        """Return the bytes that are still to be sent."""
        return max(0, self.size - self.sent)

    def read(self, count: int) -> bytes:
        """Return whole unsent lines, some `count` bytes of them, and at least one if there is one."""
        while True:
            chunk = os.pread(self._descriptor, count, self.sent)
            whole = chunk[: chunk.rfind(b"\n") + 1]
            if whole or len(chunk) < count:
                return whole
            count *= 2

    def mark(self, sent: int, trying: int) -> None:
        """Keep how far it is sent, and how far the request goes that is begun next."""
        self.sent, self.trying = sent, trying
        os.pwrite(self._descriptor, _header(self.url, sent, trying), 0)

    def reclaim(self) -> None:
        """Give the disk back what was sent, if that is all and much."""
        with self._lock:
            if self.sent == self.size > _RECLAIM:
                # A process that dies in between leaves marks behind the end, which say the same: all is sent.
                os.ftruncate(self._descriptor, self._header)
                self._size = self._header
                self.mark(self._header, self._header)

    def sync(self) -> None:
        """Wait until the disk has what was appended."""
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Give the file up to whoever sends what is left of it; delete it when nothing is."""
        if not self.read(1):
            self.path.unlink(missing_ok=True)
        self.abandon()

    def abandon(self) -> None:
        """Close this process's descriptors, as in a process forked from the file's owner."""
        os.close(self._appending)
        os.close(self._descriptor)


def _header(url: str, sent: int, trying: int) -> bytes:
    address = json.dumps(url)
    return f'{{"runindex":{FORMAT},"url":{address},"sent":{sent:20d},"trying":{trying:20d}}}\n'.encode()
