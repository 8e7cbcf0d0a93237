"""Starts MiniStack in the foreground, with patches for what it lacks.

- Its Lambda runtime API is an http.server that uses Nagle's algorithm. Headers and body are two small packets, and the
  second waits for the delayed acknowledgement of the first: 40 ms per invocation.
- From an OpenAPI definition it imports the paths, but not the gateway responses, nor the methods named
  x-amazon-apigateway-any-method, which match every method that the path does not define.
- If a function dies before it responds, it returns its own 502 instead of the DEFAULT_5XX gateway response.
- It starts a process for each concurrent request. Two hundred starts keep two cores so busy that calls of the functions
  time out.
- It invokes functions with requests of any size. Lambda accepts 6 MB, and API Gateway returns the REQUEST_TOO_LARGE
  gateway response to larger ones.
- It leaves numbers from a template's parameters as text, and compares the MaximumConcurrency of an event source with numbers.
- It invokes a function with one batch of a FIFO queue at a time, whatever the message groups. Lambda has batches of different
  groups at the same time, and none of a group that is in flight; nor does MiniStack receive messages of such a group.
- For each process that waits for its next invocation, two threads look ten times a second whether it should end. After a test
  with 200 concurrent requests, the engine did little else.
- If a function is updated, it kills the processes with invocations in flight. Lambda lets these end, and starts the new program for
  later ones. An invocation that began during an update may even leave a process of the former program.
- It rejects alarms of several metrics, and so the stack.
- It does not unescape ~1, which stands for the slash in the binary media types of a template, so no body was binary.
"""

import asyncio
import contextlib
import http.server
import queue
import socket
import socketserver
from types import SimpleNamespace

LAMBDA_REQUEST_BYTES = 6 * 1024 * 1024
IDLE_SECONDS = 10
MOST_INVOCATIONS = 16

http.server.BaseHTTPRequestHandler.disable_nagle_algorithm = True


def import_any_methods_and_gateway_responses():
    from ministack.services import apigateway_v1

    import_paths = apigateway_v1._import_rest_api
    apigateway_v1._OPENAPI_HTTP_METHODS.add("any")

    def import_api(spec, base_data=None):
        renamed = {"x-amazon-apigateway-any-method": "any"}
        paths = {
            path: {renamed.get(method, method): operation for method, operation in methods.items()}
            for path, methods in spec.get("paths", {}).items()
        }
        api = import_paths({**spec, "paths": paths}, base_data)
        for response_type, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
            status, _, body = apigateway_v1._put_gateway_response(api, response_type, response)
            if status >= 400:
                raise ValueError(f"MiniStack rejected the gateway response {response_type}: {body!r}")
        return api

    apigateway_v1._import_rest_api = import_api


def let_later_requests_wait():
    from ministack.services import apigateway_v1

    invoke = apigateway_v1._invoke_lambda_proxy_v1
    invocations = asyncio.Semaphore(MOST_INVOCATIONS)

    async def invoke_in_turn(*request, **options):
        async with invocations:
            return await invoke(*request, **options)

    apigateway_v1._invoke_lambda_proxy_v1 = invoke_in_turn


def send_gateway_responses_for_failed_invocations():
    from ministack.services import apigateway_v1

    invoke = apigateway_v1._invoke_lambda_proxy_v1

    async def invoke_with_gateway_responses(*request, **options):
        *_, body, _query, _path = request
        # The body is most of the function's event, in which it is base64.
        if 4 * len(body or b"") / 3 > LAMBDA_REQUEST_BYTES:
            return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
        response = await invoke(*request, **options)
        died = isinstance(response, tuple) and response[0] == 502
        return apigateway_v1._gw_error("DEFAULT_5XX", "Internal server error") if died else response

    apigateway_v1._invoke_lambda_proxy_v1 = invoke_with_gateway_responses


def deliver_batches_side_by_side():
    from ministack.services import lambda_svc

    concurrency = lambda_svc._sqs_esm_concurrency

    def concurrency_of(esm, function, config, queue=None):
        scaling = {key: int(value) for key, value in (esm.get("ScalingConfig") or {}).items()}
        # Without the queue, which would say that it is FIFO.
        return concurrency({**esm, "ScalingConfig": scaling}, function, config)

    lambda_svc._sqs_esm_concurrency = concurrency_of


def let_idle_processes_wait():
    from ministack.core import lambda_runtime

    class PatientQueue(queue.Queue):
        def get(self, block=True, timeout=None):
            return super().get(block, timeout and max(timeout, IDLE_SECONDS))

    lambda_runtime.queue = SimpleNamespace(Queue=PatientQueue, Empty=queue.Empty)

    server = socketserver.BaseServer
    serve, shut_down = server.serve_forever, server.shutdown

    def serve_patiently(self, poll_interval=IDLE_SECONDS):
        serve(self, max(poll_interval, IDLE_SECONDS))

    def shut_down_at_once(self):
        self._BaseServer__shutdown_request = True
        with contextlib.suppress(OSError):
            # It looks at the request when someone connects.
            socket.create_connection(self.server_address, timeout=1).close()
        shut_down(self)

    server.serve_forever, server.shutdown = serve_patiently, shut_down_at_once


def let_invocations_end_when_a_function_is_updated():
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    invalidate, release = lambda_svc.invalidate_worker, lambda_svc.release_worker
    outdated = set()

    def take_from_pools(is_taken):
        """Takes workers from their pools, where no later invocation finds them. Call it with the lock."""
        taken = set()
        for pool in lambda_runtime._workers.values():
            taken.update(worker for worker in pool if is_taken(worker))
            pool[:] = [worker for worker in pool if worker not in taken]
        return taken

    def invalidate_idle(function, **scope):
        with lambda_runtime._lock:
            outdated.update(take_from_pools(lambda worker: worker.func_name == function and worker.in_use))
        invalidate(function, **scope)

    def release_unless_outdated(worker):
        if worker is None:
            return
        function = lambda_svc._functions.get(worker.func_name)
        with lambda_runtime._lock:
            is_outdated = worker in outdated or function is None or function.get("code_zip") != worker.code_zip
            if is_outdated:
                take_from_pools(lambda other: other is worker)
                outdated.discard(worker)
        if is_outdated:
            lambda_runtime.kill_workers([worker])
        else:
            release(worker)

    lambda_svc.invalidate_worker = invalidate_idle
    lambda_svc.release_worker = release_unless_outdated


def leave_out_alarms_of_several_metrics():
    from ministack.services.cloudformation import provisioners

    put = provisioners._cw_metric_alarm_put

    def put_unless_several(name, alarm):
        return (name, {}) if alarm.get("Metrics") else put(name, alarm)

    provisioners._cw_metric_alarm_put = put_unless_several


def unescape_binary_media_types():
    from ministack.services import apigateway_v1

    matches = apigateway_v1._media_type_matches

    def matches_unescaped(media_type, binary_media_types):
        return matches(media_type, [each.replace("~1", "/") for each in binary_media_types or []])

    apigateway_v1._media_type_matches = matches_unescaped


if __name__ == "__main__":
    from ministack.app import main

    import_any_methods_and_gateway_responses()
    let_later_requests_wait()
    send_gateway_responses_for_failed_invocations()
    deliver_batches_side_by_side()
    let_idle_processes_wait()
    let_invocations_end_when_a_function_is_updated()
    leave_out_alarms_of_several_metrics()
    unescape_binary_media_types()
    main()
