"""Text for a terminal: nothing in it moves the cursor, and it fits."""

import os
import unicodedata
from collections.abc import Mapping
from typing import Final, TextIO

COLOURS: Final = {"ACTIVE": "34", "COMPLETED": "32", "FAILED": "31", "CANCELLED": "33"}
# Controls, and what turns the direction of writing around.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_WIDE: Final = frozenset("WF")


def seen(text: str) -> str:
    """Return a text with a mark for each character that is not seen but would do something."""
    return "".join("\ufffd" if unicodedata.category(letter) in _UNSEEN else letter for letter in text)


def fitted(text: str, width: int) -> str:
    """Return a text in just so many columns: cut off with an ellipsis, or filled up."""
    text = seen(text)
    if _columns(text) > width:
        while text and _columns(text) >= width:
            text = text[:-1]
        text = f"{text}…" if width > 0 else ""
    return text + " " * (width - _columns(text))


def coloured(text: str, status: str, *, is_plain: bool) -> str:
    """Return a text in the colour of a status."""
    colour = COLOURS.get(status)
    return text if is_plain or colour is None else f"\x1b[{colour}m{text}\x1b[0m"


def has_screen(output: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether an output is a terminal that can move its cursor."""
    return output.isatty() and environment.get("TERM", "dumb") != "dumb"


def is_plain(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether no colours are wanted (no-color.org)."""
    return bool(environment.get("NO_COLOR"))


def _columns(text: str) -> int:
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in _WIDE) for letter in text
    )
