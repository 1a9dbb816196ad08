"""The YAML of MLflow's `meta.yaml`: one mapping, of which the scalars are read.

They are written by PyYAML's safe dumper: plain, or in single or double quotes, and folded over several lines.
"""

import re
from collections.abc import Mapping
from typing import Final

_KEY: Final = re.compile(r"([A-Za-z_][\w.-]*):(?: +(.*))?")
_QUOTED: Final = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_FOLD: Final = re.compile(r" *\n *((?:\n *)*)")
_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|\n *|(.))", re.DOTALL)
_ESCAPES: Final = dict(
    zip("0abtnvfre N_LP", "\0\a\b\t\n\v\f\r\x1b \x85\xa0\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}", strict=True)
)
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


def read_scalars(text: str) -> Mapping[str, str | None]:
    """Return the scalars of a mapping as texts, None for null; lists and mappings in it are passed over.

    Raise ValueError, which names the line, for what is no mapping.
    """
    found: dict[str, str | None] = {}
    key, lines = None, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith((" ", "- ")):
            if key is None and line.strip():
                raise ValueError(f"line {number} is not of a mapping")
            lines.append(line)
            continue
        if line.startswith(("#", "---", "...")):
            continue
        match = _KEY.fullmatch(line)
        if match is None:
            raise ValueError(f"line {number} has no key")
        _keep(found, key, lines)
        key, lines = match[1], [match[2] or ""]
    _keep(found, key, lines)
    return found


def _keep(found: dict[str, str | None], key: str | None, lines: list[str]) -> None:
    if key is None:
        return
    text = "\n".join(lines).strip()
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None and quoted[1] is not None:
        found[key] = _folded(quoted[1]).replace("''", "'")
    elif quoted is not None:
        found[key] = _unescaped(quoted[2])
    elif not text.startswith(("[", "{", "- ", "|", ">")) and not _is_nested(lines):
        found[key] = None if text in _NULLS else _folded(text)


def _is_nested(lines: list[str]) -> bool:
    """Tell whether a value is a mapping or a list below its key."""
    return not lines[0] and any(line.strip() for line in lines[1:])


def _folded(text: str) -> str:
    """Join lines: a line end is a blank, and each blank line behind it a line end."""
    return _FOLD.sub(lambda match: "\n" * match[1].count("\n") or " ", text)


def _unescaped(text: str) -> str:
    """Return what a text in double quotes says; an escaped line end is nothing."""
    parts: list[str] = []
    position = 0
    for match in _ESCAPE.finditer(text):
        parts += [_folded(text[position : match.start()]), _meant(match)]
        position = match.end()
    return "".join([*parts, _folded(text[position:])])


def _meant(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is not None:
        return chr(int(code, 16))
    return "" if match[4] is None else _ESCAPES.get(match[4], match[4])
