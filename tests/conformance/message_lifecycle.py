"""Checks that the stateful phase followed the document's links through the whole lifecycle of a message."""

import all_hooks
import click
import schemathesis
from schemathesis.engine.events import ScenarioFinished

# What must follow the creation of a message, in this order. Each step is any one of its operations.
STEPS = ({"getMessage"}, {"updateMessage", "patchMessage"}, {"deleteMessage"})


@schemathesis.cli.handler()
class LifeChecker(schemathesis.cli.EventHandler):
    """Counts the messages that were created, read, updated and deleted; the run fails if there are none."""

    def __init__(self, *_args, **_params):
        self.complete_lifecycles = 0

    def handle_event(self, ctx, event):
        if isinstance(event, ScenarioFinished):
            self.complete_lifecycles += count_complete_lifecycles(event.recorder)

    def shutdown(self, ctx):
        """Reports the count. schemathesis calls this before it uses the exit code."""
        click.echo(f"\nMessages that were created, read, updated and deleted over links: {self.complete_lifecycles}")
        if not self.complete_lifecycles:
            click.echo("The stateful phase must do this at least once.", err=True)
            ctx.exit_code = ctx.exit_code or 1


def count_complete_lifecycles(recorder) -> int:
    """Counts the messages that a scenario took through every step."""
    creations = [case_id for case_id in recorder.cases if succeeded(recorder, case_id, {"createMessage"})]
    return sum(completed(recorder, creation) for creation in creations)


def completed(recorder, creation: str) -> bool:
    """Whether links led from this creation through every step, in order and with success."""
    steps = iter(STEPS)
    expected = next(steps)
    for case_id in recorder.cases:
        if succeeded(recorder, case_id, expected) and creation in ancestors(recorder, case_id):
            expected = next(steps, None)
            if expected is None:
                return True
    return False


def succeeded(recorder, case_id: str, operations: set[str]) -> bool:
    """Whether a case called one of these operations and got a 2xx response."""
    called = recorder.cases[case_id].value.operation.definition.raw["operationId"]
    response = recorder.find_response(case_id=case_id)
    return called in operations and response is not None and 200 <= response.status_code < 300


def ancestors(recorder, case_id: str):
    """Yields the cases from which links led to this one, nearest first."""
    while recorder.cases[case_id].is_transition_applied:
        case_id = recorder.cases[case_id].parent_id
        yield case_id
