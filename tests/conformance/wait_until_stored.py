"""After each write of the stateful phase, waits until reads return it, as clients are told to."""

import time
from urllib.parse import urljoin

import requests
import schemathesis

TIMEOUT_SECONDS = 30
POLL_INTERVAL_SECONDS = 0.05


@schemathesis.hook
def after_call(context, case, response):
    """A write is stored a moment after its response; only the stateful phase reads its own writes."""
    if case.meta is None or case.meta.phase.name.value != "stateful" or not 200 <= response.status_code < 300:
        return
    url = response.request.url
    # With `self` or an id in the path, the reads need the same credential.
    headers = {name: value for name, value in response.request.headers.items() if name.lower() == "authorization"}
    location = response.headers.get("location")
    if location:
        wait_until(urljoin(url, location[0]), headers, lambda read: problem_code(read) != "not_stored_yet")
    elif case.method == "DELETE":
        wait_until(url, headers, lambda read: read.status_code == 404)
    elif case.method in ("PUT", "PATCH"):
        written = response.json()
        wait_until(
            url, headers, lambda read: read.status_code != 200 or read.json()["updated_at"] >= written["updated_at"]
        )


def wait_until(url: str, headers: dict[str, str], condition) -> None:
    """Reads `url` until the response meets the condition; an exception ends the run."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition(read := requests.get(url, headers=headers, timeout=TIMEOUT_SECONDS)):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{url} still returns {read.status_code} {read.text} after {TIMEOUT_SECONDS} s")
        time.sleep(POLL_INTERVAL_SECONDS)


def problem_code(read: requests.Response) -> str | None:
    """Returns the code of a problem; `None` if the response is not one."""
    return read.json().get("code") if read.status_code >= 400 else None
