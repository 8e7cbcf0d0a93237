"""Sends requests with a well-formed path to chats and messages that are there: made-up tokens name nothing.

Malformed paths stay as they are, and the stateful phase goes where its links lead.
"""

import functools

import requests
import schemathesis

TIMEOUT_SECONDS = 30


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts what exists in the place of what was made up; every third number stays as it was."""
    named = case.path_parameters or {}
    if "token" not in named or case.meta is None or case.meta.phase.name.value == "stateful":
        return
    path = next((part for location, part in case.meta.components.items() if location.value == "path"), None)
    if path is not None and path.mode.is_negative:
        return
    api = case.operation.schema.get_base_url()
    token = named["token"] = application(api)
    if "chat" in named and int(named["chat"]) % 3:
        deleted = case.method == "DELETE" and "message" not in named
        named["chat"] = new_chat(api, token) if deleted else 1
    if "message" in named and int(named["message"]) % 3:
        named["message"] = new_message(api, token) if case.method == "DELETE" else 1


@functools.cache
def application(api: str) -> str:
    """The token of an application that was made for this run, with a chat and a message in it."""
    token = create(f"{api}/applications", {"name": "Inhabited"})["token"]
    new_chat(api, token)
    new_message(api, token)
    return token


def new_chat(api: str, token: str) -> int:
    """The number of a chat that nobody else uses."""
    return create(f"{api}/applications/{token}/chats", {})["number"]


def new_message(api: str, token: str) -> int:
    """The number of a message in chat 1 that nobody else uses."""
    return create(f"{api}/applications/{token}/chats/1/messages", {"body": "Good morning"})["number"]


def create(url: str, fields: dict) -> dict:
    """Creates something and answers it."""
    created = requests.post(url, json=fields, timeout=TIMEOUT_SECONDS)
    created.raise_for_status()
    return created.json()
