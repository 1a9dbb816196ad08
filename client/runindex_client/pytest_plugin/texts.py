"""Names of a session, as the index takes them."""

from collections.abc import Iterable
from pathlib import Path

from runindex_client.runs.texts import MAX_NAME, instant, plain


def file_of(nodeid: str) -> str:
    """Return the path of the file that a test or collector belongs to."""
    return plain(nodeid.partition("::")[0]) or "."


def name_of(root: Path) -> str:
    """Return the name of the root folder, as far as the index can hold it; its path, if the name is blank."""
    name, path = plain(root.name), plain(str(root))
    return name[:MAX_NAME] if name.strip() else path[-MAX_NAME:]


def last_change(files: Iterable[Path]) -> str:
    """Return the newest modification time of the files, which identifies this version of the tests."""
    return instant(max((file.stat().st_mtime for file in files if file.exists()), default=0))
