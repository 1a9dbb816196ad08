"""What a text may be: within its bounds, and such that every storage can keep it."""

from runindex.domain.json_text import is_plain_text
from runindex.domain.problems import invalid


def fits(text: str, most: int, least: int = 1) -> bool:
    """Tell whether the text has `least` to `most` characters, no NUL and no lone surrogate."""
    return least <= len(text) <= most and is_plain_text(text)


def check_text(text: str, field: str, most: int, what: str | None = None, *, least: int = 1) -> str:
    """Return the text; refuse one that does not fit. `what` is the message's subject, such as "a stream"."""
    if not fits(text, most, least):
        subject = "" if what is None else f"{what} has "
        bounds = f"{least} to {most}" if least else f"at most {most}"
        raise invalid(f"{subject}{bounds} characters, no NUL and no lone surrogate", field)
    return text


def check_title(text: str, field: str, most: int, what: str) -> str:
    """Return the text; refuse one that does not fit or is blank."""
    if text.isspace() or not fits(text, most):
        raise invalid(f"{what} has 1 to {most} characters, not all blank", field)
    return text


def check_plain(text: str | None, field: str) -> None:
    """Refuse a text of any length that no storage can keep."""
    if text is not None and not is_plain_text(text):
        raise invalid("text with NUL or a lone surrogate", field)
