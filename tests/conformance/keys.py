"""Makes every valid `Idempotency-Key` one of its own."""

import uuid

import schemathesis

HEADER = "Idempotency-Key"
LONGEST = 255


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key that was used before rightly answers with what it made then, or refuses another body."""
    key = (case.headers or {}).get(HEADER)
    if not isinstance(key, str):
        return
    # HTTP takes no notice of blanks around a value.
    key = key.strip(" \t")
    if 0 < len(key) <= LONGEST and key.isascii() and key.isprintable():
        case.headers[HEADER] = f"{uuid.uuid4()} {key}"[:LONGEST].strip()
