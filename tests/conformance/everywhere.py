"""What both runs of schemathesis need beside their configuration: these modules register hooks when they are imported."""

import inhabited
import keys
import patience
