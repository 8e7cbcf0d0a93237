"""Proves that the stateful phase went through the life of a message, over the links of the document."""

import click
import everywhere
import schemathesis
from schemathesis.engine.events import ScenarioFinished

# The life of a message after its creation: each step may be any of these operations.
LIFE = ({"getMessage"}, {"updateMessage", "patchMessage"}, {"deleteMessage"})


@schemathesis.cli.handler()
class Walks(schemathesis.cli.EventHandler):
    """Counts whole lives of messages; a run without one fails."""

    def __init__(self, *_args, **_params):
        self.found = 0

    def handle_event(self, ctx, event):
        """Looks through each scenario when it has ended."""
        if isinstance(event, ScenarioFinished):
            self.found += count(event.recorder)

    def shutdown(self, ctx):
        """Says what was found; it is called before the exit code is used."""
        click.echo(f"\nMessages that were created, read, updated and deleted over links: {self.found}")
        if not self.found:
            click.echo("The stateful phase has to walk there at least once.", err=True)
            ctx.exit_code = ctx.exit_code or 1


def count(recorder) -> int:
    """How many messages of a scenario went through their whole life."""
    creations = [case_id for case_id in recorder.cases if succeeded(recorder, case_id, {"createMessage"})]
    return sum(lived(recorder, creation) for creation in creations)


def lived(recorder, creation: str) -> bool:
    """Whether links led from this creation through every step of a life, in its order, with success."""
    steps = iter(LIFE)
    awaited = next(steps)
    for case_id in recorder.cases:
        if succeeded(recorder, case_id, awaited) and creation in origins(recorder, case_id):
            awaited = next(steps, None)
            if awaited is None:
                return True
    return False


def succeeded(recorder, case_id: str, operations: set[str]) -> bool:
    """Whether a case called one of these operations, and the API did what it was asked for."""
    called = recorder.cases[case_id].value.operation.definition.raw["operationId"]
    response = recorder.find_response(case_id=case_id)
    return called in operations and response is not None and 200 <= response.status_code < 300


def origins(recorder, case_id: str):
    """The cases that links led from to this one, the nearest first."""
    while recorder.cases[case_id].is_transition_applied:
        case_id = recorder.cases[case_id].parent_id
        yield case_id
