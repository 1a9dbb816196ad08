"""The range of the texts that start with a prefix, in code-point order."""

from typing import Final

_LAST: Final = "\U0010ffff"
_BEFORE_SURROGATES: Final = "\ud7ff"
_AFTER_SURROGATES: Final = "\ue000"


def end_of(prefix: str) -> str | None:
    """Return the first text after all that start with the prefix, None when there is none."""
    bare = prefix.rstrip(_LAST)
    if not bare:
        return None
    following = _AFTER_SURROGATES if bare[-1] == _BEFORE_SURROGATES else chr(ord(bare[-1]) + 1)
    return bare[:-1] + following
