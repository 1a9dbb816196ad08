"""Import: the lines of an export become rows, all of them or none.

What is there already must be the same and is passed over. Into an empty index a whole export goes as it is; anywhere
else its runs are added at the end of the log, each with its history in its order.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from runindex.domain.errors import BadRequestError
from runindex.maintenance.transfer.importer import Imported, Importer
from runindex.maintenance.transfer.lines import Entry, read_end, read_entry, read_header
from runindex.ports.maintenance import Maintenance

BLOCK_LINES: Final = 256
BLOCK_BYTES: Final = 4 * 1024 * 1024


async def import_lines(
    maintenance: Maintenance, lines: Iterable[bytes], taken: Callable[[int], None] = lambda _: None
) -> Imported:
    """Read an export into a storage in one transaction; `taken` is told of bytes as they are dealt with.

    Raise BadRequestError, with nothing changed, for lines that are no export or end too soon, and for something that is
    there already with other content.
    """
    remaining = iter(lines)
    first = next(remaining, b"")
    header = read_header(first)
    async with maintenance.restoration() as restoration:
        adoption = await Importer.begin(restoration, header)
        for block in _blocks(remaining):
            await adoption.take(block.entries)
            taken(block.size)
        return await adoption.finish()


@dataclass(slots=True)
class _Block:
    """Some lines, read."""

    entries: list[Entry] = field(default_factory=list)
    size: int = 0


def _blocks(lines: Iterator[bytes]) -> Iterator[_Block]:
    """Yield entries, some lines at a time; raise BadRequestError unless the end comes where it must."""
    block, number = _Block(), 1
    for line in lines:
        block.size += len(line)
        end = read_end(line)
        if end is not None:
            if end != number or next(lines, None) is not None:
                raise BadRequestError("lines are missing, or there are too many")
            yield block
            return
        number += 1
        block.entries.append(read_entry(line, number))
        if len(block.entries) >= BLOCK_LINES or block.size >= BLOCK_BYTES:
            yield block
            block = _Block()
    raise BadRequestError("the export is cut off: its last line is missing")
