"""A server's address behind which answers get lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

from tests.support.served import PATIENCE


@contextmanager
def losing_first_answers(url: str) -> Iterator[str]:
    """Give an address behind which the server does what it is told, but where each answer gets lost once."""
    heard: set[bytes] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = httpx.post(url, content=body, headers={"content-type": "application/json"}, timeout=PATIENCE)
            if body not in heard:
                heard.add(body)
                self.close_connection = True
                return
            self.send_response(answer.status_code)
            self.send_header("content-type", answer.headers["content-type"])
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as proxy:
        thread = Thread(target=proxy.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{proxy.server_port}/graphql"
        finally:
            proxy.shutdown()
            thread.join()
