"""Makes every valid `Idempotency-Key` unique."""

import uuid

import schemathesis

HEADER = "Idempotency-Key"
MAX_LENGTH = 255


@schemathesis.hook
def before_call(context, case, kwargs):
    """A repeated key would correctly return what it created before, or reject another body."""
    key = (case.headers or {}).get(HEADER)
    if not isinstance(key, str):
        return
    # HTTP ignores white space around a header's value.
    key = key.strip(" \t")
    if 0 < len(key) <= MAX_LENGTH and key.isascii() and key.isprintable():
        case.headers[HEADER] = f"{uuid.uuid4()} {key}"[:MAX_LENGTH].strip()
