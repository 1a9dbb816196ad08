"""What a page asks its server for, as the browser's DevTools tell it."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

_NAME: Final = re.compile(r"(?:query|mutation|subscription)\s+(\w+)")
_OWN: Final = frozenset({"connection_init", "ping", "pong"})  # what keeps a connection, and asks for nothing


@dataclass(slots=True)
class Traffic:
    """The operations that a page sent over HTTP and WebSocket, and how long each answer over HTTP took.

    An operation that was completed by the page is no longer among those `followed`.
    """

    requests: int = 0
    operations: Counter[str] = field(default_factory=Counter)
    waits: dict[str, float] = field(default_factory=dict)
    _sent: dict[str, tuple[str, float]] = field(default_factory=dict)
    _streams: dict[str, str] = field(default_factory=dict)

    @property
    def followed(self) -> Counter[str]:
        """Return the subscriptions that are open, by name."""
        return Counter(self._streams.values())

    def observe(self, event: str, details: dict[str, Any]) -> None:
        """Take an event of the browser."""
        match event:
            case "Network.requestWillBeSent":
                self._request(details)
            case "Network.webSocketCreated":
                self.requests += 1
            case "Network.responseReceived" if details["requestId"] in self._sent:
                name, sent = self._sent.pop(details["requestId"])
                self.waits.setdefault(name, 1000 * (details["timestamp"] - sent))
            case "Network.webSocketFrameSent":
                self._message(json.loads(details["response"]["payloadData"]))

    def _request(self, details: dict[str, Any]) -> None:
        self.requests += 1
        if name := _NAME.search(details["request"].get("postData", "")):
            self.operations[name[1]] += 1
            self._sent[details["requestId"]] = name[1], details["timestamp"]

    def _message(self, message: dict[str, Any]) -> None:
        if message["type"] in _OWN:
            return
        self.requests += 1
        if message["type"] == "complete":
            self._streams.pop(message["id"], None)
        elif name := _NAME.search(message["payload"]["query"]):
            self.operations[name[1]] += 1
            self._streams[message["id"]] = name[1]
