"""Replaces generated path parameters, which belong to nothing, by those of existing applications, chats and messages, and
sends the credential that the request needs.

A path keeps its form: with `self` in it, the token goes into the header `Authorization`; with an id, the admin key; else the
path has the token. Malformed parameters stay as they are. The operator's operations always get the admin key, so `self`
stands for no application there.

The stateful phase follows links to existing resources. It changes only operations that revoke a token, which get an
application of their own in every phase.
"""

import functools
import json
import os
import pathlib
import re

import requests
import schemathesis

TIMEOUT_SECONDS = 30
SELF = "self"
TOKEN = re.compile("[A-Za-z0-9_-]{64}")
ID = re.compile("[A-Za-z0-9_-]{21}[AQgw]")

# The file by which `cargo xtask test` describes the stack. Only its owner may read it.
ADMIN_KEY = json.loads(pathlib.Path(os.environ["CHATLOG_STACK"]).read_text())["admin_key"]

# Only the operator may call these.
OPERATOR = {"listApplications", "createApplication", "updateApplication", "patchApplication", "deleteApplication"}
# What would break other requests in progress.
REVOKING = {"rotateToken", "deleteApplication"}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Replaces well-formed path parameters, except numbers divisible by three: some requests must get a 404."""
    operation = case.operation.definition.raw["operationId"]
    if operation in OPERATOR:
        send_credential(case, ADMIN_KEY)
    parameters = case.path_parameters or {}
    if "token" not in parameters or case.meta is None:
        return
    api = case.operation.schema.get_base_url()
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
    """Puts an application into the path, in the form that was generated, and sends the credential for it."""
    generated = str(case.path_parameters["token"])
    if TOKEN.fullmatch(generated):
        case.path_parameters["token"] = application["token"]
    elif ID.fullmatch(generated):
        case.path_parameters["token"] = application["id"]
        send_credential(case, ADMIN_KEY)
    elif generated == SELF and operation not in OPERATOR:
        send_credential(case, application["token"])


def send_credential(case, credential: str) -> None:
    """Sends a token or the admin key."""
    case.headers["Authorization"] = f"Bearer {credential}"


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
    return create(f"{api}/applications", {"name": "Conformance"}, ADMIN_KEY)


def new_chat(api: str, token: str) -> int:
    """Creates a chat that no other request uses and returns its number."""
    return create(f"{api}/applications/{SELF}/chats", {}, token)["number"]


def new_message(api: str, token: str) -> int:
    """Creates a message in chat 1 that no other request uses and returns its number."""
    return create(f"{api}/applications/{SELF}/chats/1/messages", {"body": "Good morning"}, token)["number"]


def create(url: str, fields: dict, credential: str) -> dict:
    """Creates a resource and returns it."""
    headers = {"Authorization": f"Bearer {credential}"}
    created = requests.post(url, json=fields, headers=headers, timeout=TIMEOUT_SECONDS)
    created.raise_for_status()
    return created.json()
