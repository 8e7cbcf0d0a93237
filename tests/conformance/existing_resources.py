"""Replaces generated path parameters with those of existing chats and messages: a generated token exists nowhere.

Malformed paths stay unchanged, as does the stateful phase, which follows links to existing resources.
"""

import functools

import requests
import schemathesis

TIMEOUT_SECONDS = 30


@schemathesis.hook
def before_call(context, case, kwargs):
    """Replaces well-formed path parameters, except numbers divisible by three: some requests must get a 404."""
    parameters = case.path_parameters or {}
    if "token" not in parameters or case.meta is None or case.meta.phase.name.value == "stateful":
        return
    path = next((part for location, part in case.meta.components.items() if location.value == "path"), None)
    if path is not None and path.mode.is_negative:
        return
    api = case.operation.schema.get_base_url()
    token = parameters["token"] = application(api)
    if "chat" in parameters and int(parameters["chat"]) % 3:
        deletes_chat = case.method == "DELETE" and "message" not in parameters
        parameters["chat"] = new_chat(api, token) if deletes_chat else 1
    if "message" in parameters and int(parameters["message"]) % 3:
        parameters["message"] = new_message(api, token) if case.method == "DELETE" else 1


@functools.cache
def application(api: str) -> str:
    """Creates an application for this run, with one chat and one message, and returns its token."""
    token = create(f"{api}/applications", {"name": "Conformance"})["token"]
    new_chat(api, token)
    new_message(api, token)
    return token


def new_chat(api: str, token: str) -> int:
    """Creates a chat that no other request uses and returns its number."""
    return create(f"{api}/applications/{token}/chats", {})["number"]


def new_message(api: str, token: str) -> int:
    """Creates a message in chat 1 that no other request uses and returns its number."""
    return create(f"{api}/applications/{token}/chats/1/messages", {"body": "Good morning"})["number"]


def create(url: str, fields: dict) -> dict:
    """Creates a resource and returns it."""
    created = requests.post(url, json=fields, timeout=TIMEOUT_SECONDS)
    created.raise_for_status()
    return created.json()
