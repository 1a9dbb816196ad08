"""Import: stores the lines of an export as rows, all of them or none.

What is stored already must be equal, and is skipped. A whole export into an empty index keeps its log; otherwise its
runs are added at the end of the log, each with its history in order.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from runindex.domain.errors import BadRequestError
from runindex.maintenance.transfer.encoding import checked_start
from runindex.maintenance.transfer.importer import Imported, Importer
from runindex.maintenance.transfer.lines import Entry, fault, read_end, read_entry, read_header
from runindex.ports.maintenance import Maintenance

BLOCK_LINES: Final = 256
BLOCK_BYTES: Final = 4 * 1024 * 1024


async def import_lines(
    maintenance: Maintenance, lines: Iterable[bytes], progress: Callable[[int], None] = lambda _: None
) -> Imported:
    """Import an export in one transaction; `progress` is called with the number of bytes just imported.

    Raise BadRequestError, with nothing changed, for lines that are not a complete export, and when something is stored
    already with other content.
    """
    remaining = iter(lines)
    header = read_header(checked_start(next(remaining, b"")))
    async with maintenance.restoration() as restoration:
        importer = await Importer.open(restoration, header)
        for block in _blocks(remaining):
            await importer.add(block.entries, block.first_line)
            progress(block.size)
        return await importer.finish()


@dataclass(slots=True)
class _Block:
    """Some consecutive lines, parsed; `size` is in bytes."""

    first_line: int
    entries: list[Entry] = field(default_factory=list)
    size: int = 0


def _blocks(lines: Iterator[bytes]) -> Iterator[_Block]:
    """Yield the entries in blocks; raise BadRequestError unless the end line comes last and counts them all.

    Blank lines may follow it.
    """
    block, number = _Block(2), 1
    for number, line in enumerate(lines, 2):
        block.size += len(line)
        end = read_end(line)
        if end is not None:
            if end != number - 1:
                raise fault(
                    number, f"lines are missing, or there are too many: {number - 1} come before the end, not {end}"
                )
            _check_rest(lines, number)
            yield block
            return
        block.entries.append(_entry(line, number))
        if len(block.entries) >= BLOCK_LINES or block.size >= BLOCK_BYTES:
            yield block
            block = _Block(number + 1)
    raise BadRequestError(f"the export is cut off: it has no end behind line {number}")


def _entry(line: bytes, number: int) -> Entry:
    try:
        return read_entry(line, number)
    except BadRequestError:
        if line.endswith(b"\n"):
            raise
        raise BadRequestError(f"the export is cut off within line {number}") from None


def _check_rest(lines: Iterator[bytes], end: int) -> None:
    for number, line in enumerate(lines, end + 1):
        if line.strip():
            raise fault(number, f"lines are missing, or there are too many: the export ends in line {end}")
