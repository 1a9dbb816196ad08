"""From SQLAlchemy's statements to text and arguments for a driver's own connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ClauseElement, Executable
from sqlalchemy.engine.interfaces import Dialect as Compiler

from persistence.sql.statements import Statement

KEPT_STATEMENTS: Final = 1024


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement's text, the names of its parameters by place, and the values that it brought itself."""

    text: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]

    def bind(self, parameters: Mapping[str, Any]) -> Statement:
        """Return the statement with its arguments."""
        values = {**self.defaults, **parameters}
        return Statement(self.text, [values[name] for name in self.names])


# Kept by the statement's identity: whoever asks the same again comes with the same object.
@lru_cache(maxsize=KEPT_STATEMENTS)
def compiled(query: Executable, compiler: Compiler) -> Compiled:
    """Return a query in the database's words."""
    if not isinstance(query, ClauseElement):
        message = "a statement that is no clause has no text"
        raise TypeError(message)
    result = query.compile(dialect=compiler, compile_kwargs={"render_postcompile": True})
    return Compiled(str(result), tuple(getattr(result, "positiontup", None) or ()), result.params)
