"""Replaces generated path parameters, which belong to nothing, by those of existing applications, chats and messages.

A path keeps its form: with `self` in it, the token goes into the header `Authorization`; else the path has the token or,
in operations of the operator, the id. Malformed parameters stay as they are.

The stateful phase follows links to existing resources. It changes only operations that revoke a token, which get an
application of their own in every phase.
"""

import functools
import re

import requests
import schemathesis

TIMEOUT_SECONDS = 30
SELF = "self"
TOKEN = re.compile("[A-Za-z0-9_-]{64}")
ID = re.compile("[A-Za-z0-9_-]{21}[AQgw]")

# The stack is open, so ids work in these operations, and only in these.
OPERATOR = {"updateApplication", "patchApplication", "deleteApplication"}
# What would break other requests in progress.
REVOKING = {"rotateToken", "deleteApplication"}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Replaces well-formed path parameters, except numbers divisible by three: some requests must get a 404."""
    parameters = case.path_parameters or {}
    if "token" not in parameters or case.meta is None:
        return
    api = case.operation.schema.get_base_url()
    operation = case.operation.definition.raw["operationId"]
    if operation in REVOKING:
        use_application(case, operation, new_application(api))
    elif case.meta.phase.name.value != "stateful":
        application = shared_application(api)
        use_application(case, operation, application)
        if not is_malformed(case):
            use_numbers(case, api, application["token"])


def is_malformed(case) -> bool:
    """Whether a parameter of the path is malformed."""
    return any(part.mode.is_negative for location, part in case.meta.components.items() if location.value == "path")


def use_application(case, operation: str, application: dict) -> None:
    """Puts an application into the path, in the form that was generated."""
    generated = str(case.path_parameters["token"])
    is_id = ID.fullmatch(generated)
    if TOKEN.fullmatch(generated):
        case.path_parameters["token"] = application["token"]
    elif is_id and operation in OPERATOR:
        case.path_parameters["token"] = application["id"]
    elif is_id or generated == SELF:
        case.path_parameters["token"] = SELF
        case.headers["Authorization"] = f"Bearer {application['token']}"


def use_numbers(case, api: str, token: str) -> None:
    """Puts the numbers of an existing chat and message into the path."""
    parameters = case.path_parameters
    if "chat" in parameters and int(parameters["chat"]) % 3:
        deletes_chat = case.method == "DELETE" and "message" not in parameters
        parameters["chat"] = new_chat(api, token) if deletes_chat else 1
    if "message" in parameters and int(parameters["message"]) % 3:
        parameters["message"] = new_message(api, token) if case.method == "DELETE" else 1


@functools.cache
def shared_application(api: str) -> dict:
    """Creates an application for this run, with one chat and one message."""
    application = new_application(api)
    new_chat(api, application["token"])
    new_message(api, application["token"])
    return application


def new_application(api: str) -> dict:
    """Creates an application that no other request uses."""
    return create(f"{api}/applications", {"name": "Conformance"})


def new_chat(api: str, token: str) -> int:
    """Creates a chat that no other request uses and returns its number."""
    return create(f"{api}/applications/{SELF}/chats", {}, token)["number"]


def new_message(api: str, token: str) -> int:
    """Creates a message in chat 1 that no other request uses and returns its number."""
    return create(f"{api}/applications/{SELF}/chats/1/messages", {"body": "Good morning"}, token)["number"]


def create(url: str, fields: dict, token: str | None = None) -> dict:
    """Creates a resource and returns it."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    created = requests.post(url, json=fields, headers=headers, timeout=TIMEOUT_SECONDS)
    created.raise_for_status()
    return created.json()
