"""Proves that the stateful phase went through the life of a message, over the links of the document."""

import click
import everywhere  # noqa: F401
import schemathesis

# The life of a message after its creation: each step may be any of these operations.
LIFE = ({"getMessage"}, {"updateMessage", "patchMessage"}, {"deleteMessage"})


@schemathesis.cli.handler()
class Walks(schemathesis.cli.EventHandler):
    """Counts whole lives of messages; a run without one fails."""

    def __init__(self, *_args, **_params):
        self.found = 0

    def handle_event(self, ctx, event):
        """Looks through each stateful scenario when it has ended."""
        if type(event).__name__ == "ScenarioFinished" and event.phase.name == "STATEFUL_TESTING":
            self.found += count(event.recorder)

    def shutdown(self, ctx):
        """Says what was found; it is called before the exit code is used."""
        click.echo(f"\nMessages that were created, read, updated and deleted over links: {self.found}")
        if not self.found:
            click.echo("The stateful phase has to walk there at least once.", err=True)
            ctx.exit_code = ctx.exit_code or 1


def count(recorder) -> int:
    """How many messages of a scenario went through their whole life."""
    creations = (
        case_id for case_id in recorder.cases if operation(recorder, case_id) == "createMessage"
    )
    return sum(lived(recorder, creation) for creation in creations)


def lived(recorder, creation: str) -> bool:
    """Whether links led from this creation through every step of a life, in its order, with success."""
    steps = iter(LIFE)
    awaited = next(steps)
    for case_id in recorder.cases:
        if operation(recorder, case_id) in awaited and creation in ancestors(recorder, case_id):
            awaited = next(steps, None)
            if awaited is None:
                return True
    return False


def operation(recorder, case_id: str) -> str | None:
    """The operation that a case called, if it succeeded."""
    response = recorder.find_response(case_id=case_id)
    succeeded = response is not None and 200 <= response.status_code < 300
    return recorder.cases[case_id].value.operation.definition.raw["operationId"] if succeeded else None


def ancestors(recorder, case_id: str):
    """The cases whose links led to this one, the nearest first."""
    while (case_id := recorder.cases[case_id].parent_id) is not None:
        yield case_id
