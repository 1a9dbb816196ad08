"""Requests and answers as the page shows them."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import httpx

if TYPE_CHECKING:
    from tests.project.errors.server import Servers

# Headers of answers that tell a client what to do.
TELLING: Final = ("allow", "accept-encoding", "connection", "retry-after", "upgrade", "www-authenticate")
WIDTH: Final = 150
_CHANGING: Final = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "2026-01-01T00:00:00Z"),
    (
        re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        "00000000-0000-0000-0000-000000000001",
    ),
    (re.compile(r'"after": "[\w-]+"'), '"after": "AaywTrYuE1siNGVl"'),
    (re.compile(r"Bearer ri_[\w-]+"), "Bearer ri_…"),
    (re.compile(r"localhost:\d+|127\.0\.0\.1:\d+"), "localhost:8000"),
)


@dataclass(frozen=True)
class Shown:
    """A request, its answer, and the status or close code of that."""

    request: str
    answer: str
    status: int

    @property
    def codes(self) -> set[str]:
        """Return the codes and reasons in the answer."""
        return set(re.findall(r'"(?:code|reason)": "([A-Z_]+)"', self.answer)) | {str(self.status)}

    @property
    def text(self) -> str:
        """Return both as blocks of a page."""
        blocks = (f"```http\n{normal(text)}\n```" for text in (self.request, self.answer))
        return "\n\n".join(blocks)


Make: TypeAlias = Callable[["Servers"], Awaitable[Shown]]


@dataclass(frozen=True)
class Code:
    """A code, what it means to a client, and how examples of it are made, by what they show."""

    name: str
    meaning: str
    examples: Mapping[str, Make] = field(default_factory=dict)


def normal(text: str) -> str:
    """Return a text without what is another one each time."""
    for pattern, usual in _CHANGING:
        text = pattern.sub(usual, text)
    return text


def request_text(method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | str | None) -> str:
    """Return a request as the page shows it."""
    lines = [f"{method} {path}", *(f"{name}: {value}" for name, value in headers.items())]
    if body is not None:
        lines += ["", body if isinstance(body, str) else json_text(body)]
    return "\n".join(lines)


def answer_text(answer: httpx.Response) -> str:
    """Return an answer as the page shows it."""
    status = HTTPStatus(answer.status_code)
    lines = [f"{status.value} {status.phrase}"]
    lines += [f"{name.title()}: {answer.headers[name]}" for name in TELLING if name in answer.headers]
    if answer.content:
        lines.append("")
        is_json = answer.headers.get("content-type", "").endswith("json")
        lines.append(json_text(answer.json()) if is_json else answer.text.strip())
    return "\n".join(lines)


def json_text(value: Any, depth: int = 0) -> str:  # noqa: ANN401 - any JSON
    """Return JSON, in several lines if it is long."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + 2 * depth <= WIDTH or not isinstance(value, dict | list) or not value:
        return line
    indent, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, list):
        return "[\n" + ",\n".join(indent + json_text(each, depth + 1) for each in value) + f"\n{end}]"
    parts = (f"{indent}{json.dumps(key)}: {json_text(each, depth + 1)}" for key, each in value.items())
    return "{\n" + ",\n".join(parts) + f"\n{end}" + "}"
