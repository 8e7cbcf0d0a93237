"""What LocalStack and LocalEmu both lack. LocalEmu is a fork, so the same patches fit both; `engine` is the package's name.

The API (gateway.py)
- From an OpenAPI definition they import the paths, but not the gateway responses.
- Of a gateway response, LocalStack sends the status, and LocalEmu the body without the request id.
- They parse forms before the function gets them: the body of a PUT or PATCH is lost, bytes that are not UTF-8 change, and a
  malformed form is 400 without a body.
- They do not unescape ~1, which stands for the slash in the binary media types of a template, and ignore the type */*. So no
  body was binary.
- They invoke functions with requests of any size. Lambda accepts 6 MB, and API Gateway returns the REQUEST_TOO_LARGE gateway
  response to larger ones.
- They start a process for each concurrent request. The first 200 at once took so long that functions ran out of time for their
  calls, and responded with 503. Requests now wait for one of a few processes.
- CloudFormation does not update a stage. It keeps the old deployment, and is deleted with it.

Queues and event sources (event_sources.py)
- They parse the body of a message as JSON and write it again: {"a":1} becomes {"a": 1}.
- They invoke a function with one batch at a time, whatever the event source's MaximumConcurrency, and of a FIFO queue with one
  batch for each message group, one after the other. Lambda puts several groups into a batch and has batches of different
  groups at the same time.
- They ask for messages once an interval. A long poll gets them at once and costs less.
- A message in flight of a FIFO queue hides all that were received after it, though their own visibility timeout is over. It
  must only hide those of its message group.

Functions (functions.py, runtime_api.py)
- They run functions in Docker only.
- They write the log to /aws/lambda/<function>, whatever LoggingConfig says, and warn about each invocation that logs nothing.
- They record a metric of each invocation, by a call of their own, which takes as long as one of a function.

The port (listener.py)
- They listen on every interface, whatever GATEWAY_LISTEN says.
- 50 connections can wait to be accepted. With more clients at once, functions cannot connect within their timeout.
"""

from . import event_sources, functions, gateway, listener


def close_gaps(engine: str):
    """Must come before anything else imports the engine: many of its modules import functions by name."""
    functions.run_as_processes(engine)
    functions.log_where_the_configuration_says(engine)
    functions.record_no_metrics(engine)
    listener.listen_on_loopback()
    gateway.keep_request_bodies(engine)
    gateway.import_gateway_responses(engine)
    gateway.send_gateway_responses(engine)
    gateway.reject_large_requests(engine)
    gateway.limit_concurrent_invocations(engine)
    gateway.match_all_media_types(engine)
    gateway.update_deployment_of_stage(engine)
    event_sources.deliver_batches_side_by_side(engine)
    event_sources.deliver_bodies_unchanged(engine)
    event_sources.hide_message_groups_separately(engine)
