"""What programs give, made into what the API takes."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

MOST_TEXT: Final = 256


def name_of(name: object) -> str | None:
    """Return a name of at most 256 characters, None for a blank one."""
    return str(name)[:MOST_TEXT] if str(name).strip() else None


def tags_of(tags: Iterable[object]) -> list[str]:
    """Return tags as texts of at most 256 characters, without empty ones; a single text is one tag."""
    given = [tags] if isinstance(tags, str) else tags
    return [text for tag in given if (text := str(tag)[:MOST_TEXT])]


def object_of(value: object) -> dict[str, Any]:
    """Return an object: the value if it is one, `{}` for None, else the value under the name `value`."""
    if value is None:
        return {}
    return dict(value) if isinstance(value, Mapping) else {"value": value}


def scores_of(score: Mapping[str, object] | float | None) -> list[dict[str, Any]] | None:
    """Return a score for each scorer; a number alone is the score of the scorer `score`."""
    if score is None:
        return None
    given = score if isinstance(score, Mapping) else {"score": score}
    return [_score(str(scorer), value) for scorer, value in given.items()]


def _score(scorer: str, value: object) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {"scorerId": scorer, **value}
    try:
        return {"scorerId": scorer, "value": None if value is None else float(value)}  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return {"scorerId": scorer, "error": str(value)}
