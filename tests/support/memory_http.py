"""The service in memory behind a real HTTP port of this machine, for the real transport and the command line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sync.transport import Response
from tests.support.central_memory import MemoryCentral

Answer = Callable[[str, str, bytes, dict[str, str]], Response | bytes]
"""Method, path, body, headers -> an answer, or the raw bytes to write on the connection before it is closed."""


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """Serve on a free port of the loopback; gives the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._serve()

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            found = answer(self.command, self.path, body, dict(self.headers.items()))
            if isinstance(found, bytes):
                self.wfile.write(found)
                self.close_connection = True
                return
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                # The client hung up, as some tests want it to.
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serving(central: MemoryCentral) -> Iterator[str]:
    """Serve a ``MemoryCentral``; gives its URL."""
    ended = threading.Event()

    def answer(method: str, path: str, body: bytes, headers: dict[str, str]) -> Response:
        return central.handle(method, path, body, headers, ended.is_set)

    with served(answer) as url:
        try:
            yield url
        finally:
            ended.set()
            central.hang_up()
