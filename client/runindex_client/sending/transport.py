"""Requests to the server's endpoint, and what its answers mean."""

import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from runindex_client.json_text import json_text
from runindex_client.problems import Away, CursorExpired, Refused
from runindex_client.sending.loading import load_socket, open_client
from runindex_client.settings import without_credentials

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 30.0
LONGEST_PAUSE: Final = 30.0
THREAD: Final = "runindex-client"
# Sent again, they would be refused again; other codes and statuses say that the server cannot or may not now.
_FOR_GOOD: Final = frozenset({"BAD_USER_INPUT", "LIMIT_EXCEEDED", "NOT_FOUND", "PERSISTED_QUERY_NOT_FOUND"})
_BAD_STATUSES: Final = frozenset({400, 413, 415, 431})
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")
_PORTS: Final = {"http": 80, "https": 443}
_FAULT: Final = "INTERNAL"


class Transport:
    """A connection to one endpoint, kept open between requests."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self._headers = headers_of(token)
        self._client: httpx.Client | None = None

    def execute(self, document: str, variables: Mapping[str, object]) -> dict[str, Any]:
        """Execute an operation and return its data; raise Away or Refused."""
        if self._client is None:
            _knock(self.url)
            # It tells of each request; the program has not asked for these.
            logging.getLogger("httpx").addFilter(_is_of_the_program)
            self._client = open_client(self._headers, ANSWER_SECONDS, CONNECT_SECONDS)
        import httpx

        body = json_text({"query": document, "variables": variables})
        try:
            response = self._client.post(self.url, content=body)
            return data_of(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Away(
                f"{without_credentials(self.url)} does not answer: {str(error) or type(error).__name__}"
            ) from error

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _knock(url: str) -> None:
    """Raise Away where nobody listens: loading httpx would cost the program more than all else that reporting does.

    A proxy is left to httpx, as is an address that is none.
    """
    if any(os.environ.get(name) or os.environ.get(name.upper()) for name in _PROXIES):
        return
    socket = load_socket()
    try:
        parts = urlsplit(url)
        address = parts.hostname, parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return
    try:
        socket.create_connection(address, CONNECT_SECONDS).close()
    except (OSError, UnicodeError) as error:
        raise Away(f"{without_credentials(url)} does not answer: {error}") from error


def _is_of_the_program(record: logging.LogRecord) -> bool:
    return record.threadName != THREAD


def headers_of(token: str | None) -> dict[str, str]:
    """Return the headers of each request."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    return headers if token is None else headers | {"authorization": f"Bearer {token}"}


def data_of(response: "httpx.Response") -> dict[str, Any]:
    """Return the data of an answer that has been read; raise Away or Refused."""
    try:
        answer = response.json()
        errors = answer.get("errors")
        data = answer.get("data")
    except (ValueError, AttributeError):
        errors = data = None
    if not errors and response.is_success and isinstance(data, dict):
        return data
    told = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    raise error_of(response, told)


def error_of(response: "httpx.Response", told: Mapping[str, Any]) -> Away | Refused:
    """Return what the first error of an answer, or its status alone, means."""
    code = str((told.get("extensions") or {}).get("code") or "")
    message = str(told.get("message") or f"the server answers {response.status_code}")
    if code == "CURSOR_EXPIRED":
        return CursorExpired(code, message)
    is_busy = response.status_code in {429, 503}
    if not is_busy and (code in _FOR_GOOD or (response.status_code in _BAD_STATUSES and not code)):
        return Refused(code or str(response.status_code), message)
    return Away(f"{code} {message}".strip(), _pause(response), is_fault=code == _FAULT)


def _pause(response: "httpx.Response") -> float:
    try:
        return min(LONGEST_PAUSE, max(0.0, float(response.headers["retry-after"])))
    except (KeyError, ValueError):
        return 0.0
