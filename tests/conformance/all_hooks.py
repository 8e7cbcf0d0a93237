"""Imports the modules that register hooks, for both runs of schemathesis."""

import existing_resources
import unique_keys
import wait_until_stored
