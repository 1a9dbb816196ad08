"""A relay in front of a server that delays requests and loses answers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

from tests.support.servers.served import PATIENCE


@contextmanager
def relaying(
    url: str,
    before: Callable[[bytes], object] = lambda _: None,
    after: Callable[[bytes], bool] = lambda _: True,
) -> Iterator[str]:
    """Give an address that passes each request on once `before` returned, and its answer back if `after` says so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            before(body)
            answer = client.post(url, content=body, headers={"content-type": "application/json"})
            if not after(body):
                self.close_connection = True
                return
            self.send_response(answer.status_code)
            self.send_header("content-type", answer.headers["content-type"])
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    with httpx.Client(timeout=PATIENCE) as client, ThreadingHTTPServer(("127.0.0.1", 0), Handler) as proxy:
        thread = Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{proxy.server_port}/graphql"
        finally:
            proxy.shutdown()
            thread.join()


def losing_first_answers(url: str) -> AbstractContextManager[str]:
    """Give the address of a relay that loses each answer once, although the server executes the request."""
    heard: set[bytes] = set()

    def is_again(body: bytes) -> bool:
        again = body in heard
        heard.add(body)
        return again

    return relaying(url, after=is_again)
