"""The Lambda Runtime API, version 2018-06-01: a bootstrap asks it for invocations and sends the results to it.

One server has the APIs of all processes. The first part of the path is the process: on Lambda AWS_LAMBDA_RUNTIME_API is a host
and a port, but the Rust runtime also accepts a URL with a path, as cargo-lambda sets it. Responses cannot be streamed.
"""

import json
import threading
from concurrent.futures import Future, InvalidStateError
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import NamedTuple

VERSION = "2018-06-01"
RESPONSE_BYTES = 6 * 1024 * 1024


class Invocation(NamedTuple):
    request_id: str
    headers: dict[str, str]
    event: bytes


class Result(NamedTuple):
    """What a function returned, or its error as JSON."""

    payload: bytes
    is_error: bool


def error(error_type: str, message: str) -> Result:
    return Result(json.dumps({"errorType": error_type, "errorMessage": message}).encode(), is_error=True)


def resolve(future: Future, value) -> bool:
    """Returns whether it was the first to do so: a result, a timeout and the end of the process may come together."""
    try:
        future.set_result(value)
    except InvalidStateError:
        return False
    return True


class Invocations:
    """The invocations of one process, one at a time."""

    def __init__(self):
        # None when the process asks for its first invocation; the error if it cannot start.
        self.started: Future[Result | None] = Future()
        self._next: SimpleQueue[Invocation | None] = SimpleQueue()
        self._request_id: str | None = None
        self._result: Future[Result] = Future()
        self._ended: Result | None = None
        self._lock = threading.Lock()

    def send(self, invocation: Invocation) -> Future[Result]:
        with self._lock:
            self._request_id, self._result = invocation.request_id, Future()
            if self._ended:
                resolve(self._result, self._ended)
            self._next.put(invocation)
            return self._result

    def receive(self) -> Invocation | None:
        """Waits for an invocation. `None` if the process has ended."""
        resolve(self.started, None)
        return self._next.get()

    def finish(self, request_id: str, result: Result) -> bool:
        """Returns whether the invocation is the current one and had no result yet."""
        return request_id == self._request_id and resolve(self._result, result)

    def end(self, reason: Result):
        """The process has ended."""
        with self._lock:
            self._ended = reason
            resolve(self.started, reason)
            resolve(self._result, reason)
            self._next.put(None)


class RuntimeApi(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self):
        super().__init__(("127.0.0.1", 0), RequestHandler)
        self.processes: dict[str, Invocations] = {}
        threading.Thread(target=self.serve_forever, name="lambda-runtime-api", daemon=True).start()

    def url(self, process_id: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{process_id}"

    def handle_error(self, request, client_address):
        """Does not print that a connection was closed, which is how processes end."""


class RequestHandler(BaseHTTPRequestHandler):
    server: RuntimeApi
    protocol_version = "HTTP/1.1"
    # Headers and body are two packets. The second would wait for the acknowledgement of the first one, 40 ms.
    disable_nagle_algorithm = True

    def do_GET(self):
        match self.path.split("/")[1:]:
            case [process, version, "runtime", "invocation", "next"] if version == VERSION:
                self._send_next(process)
            case _:
                self._send(404, error("NotFound", self.path).payload)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match self.path.split("/")[1:]:
            case [process, version, "runtime", "init", "error"] if version == VERSION:
                self._invocations(process).end(Result(body, is_error=True))
                self._accept(True)
            case [process, version, "runtime", "invocation", request_id, "response"] if version == VERSION:
                self._finish(process, request_id, Result(body, is_error=False))
            case [process, version, "runtime", "invocation", request_id, "error"] if version == VERSION:
                self._finish(process, request_id, Result(body, is_error=True))
            case _:
                self._send(404, error("NotFound", self.path).payload)

    def _invocations(self, process: str) -> Invocations:
        # A process may still send a request after it was given up.
        return self.server.processes.get(process) or Invocations()

    def _send_next(self, process: str):
        invocations = self.server.processes.get(process)
        invocation = invocations and invocations.receive()
        if invocation is None:
            self.close_connection = True
        else:
            self._send(200, invocation.event, invocation.headers)

    def _finish(self, process: str, request_id: str, result: Result):
        if len(result.payload) > RESPONSE_BYTES:
            result = error("Function.ResponseSizeTooLarge", f"The response exceeded {RESPONSE_BYTES} bytes.")
        self._accept(self._invocations(process).finish(request_id, result))

    def _accept(self, is_accepted: bool):
        if is_accepted:
            self._send(202, b'{"status":"OK"}')
        else:
            self._send(400, error("InvalidRequestID", "The invocation is not the current one.").payload)

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(body), **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Does not log requests."""
