"""What both runs of schemathesis need to know beside their configuration."""

import inhabited  # noqa: F401
import keys  # noqa: F401
import patience  # noqa: F401
