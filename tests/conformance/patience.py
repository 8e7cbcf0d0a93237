"""Waits until reads show what was accepted, as the API asks its clients to, before the walk goes on."""

import time
from urllib.parse import urljoin

import requests
import schemathesis

PATIENCE_SECONDS = 30
BETWEEN_SECONDS = 0.05


@schemathesis.hook
def after_call(context, case, response):
    """Reads follow an accepted write soon, not at once; only the stateful phase looks back at its own writes."""
    if case.meta is None or case.meta.phase.name.value != "stateful" or not 200 <= response.status_code < 300:
        return
    url = response.request.url
    location = response.headers.get("location")
    if location:
        until(urljoin(url, location[0]), lambda read: code(read) != "not_stored_yet")
    elif case.method == "DELETE":
        until(url, lambda read: read.status_code == 404)
    elif case.method in ("PUT", "PATCH"):
        stored = response.json()
        until(url, lambda read: read.status_code != 200 or read.json()["updated_at"] >= stored["updated_at"])


def until(url: str, holds) -> None:
    """Reads until the reply is as it must become; an error ends the run."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds(read := requests.get(url, timeout=PATIENCE_SECONDS)):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{url} still answers {read.status_code} {read.text} after {PATIENCE_SECONDS} s")
        time.sleep(BETWEEN_SECONDS)


def code(read: requests.Response) -> str | None:
    """The code of a problem, where the reply is one."""
    return read.json().get("code") if read.status_code >= 400 else None
