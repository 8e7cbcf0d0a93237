"""Runs functions as processes.

A process stays in the engine's process group, so whoever ends the group ends it too. It also ends by itself if the engine was
killed, since the Rust runtime gives up if it cannot reach the Runtime API. It gets the variables that the engine builds, among
them the credentials of the function's role, and none of the engine's own. Layers and memory limits are not emulated.
"""

import logging
import os
import selectors
import subprocess
import tempfile
import threading
import time
import uuid
from importlib import import_module
from pathlib import Path

from .runtime_api import Invocation, Invocations, Result, RuntimeApi, error

LOG = logging.getLogger(__name__)

# Of a process's output between two invocations. Lambda has no limit; this one protects the engine's memory.
OUTPUT_BYTES = 1024 * 1024
START_SECONDS = 20


def run_as_processes(engine: str):
    invocation = f"{engine}.services.lambda_.invocation"
    runtime_executor = import_module(f"{invocation}.runtime_executor")
    runtime_executor.get_runtime_executor = lambda: EngineProcessExecutor

    class EngineProcessExecutor(ProcessExecutor, runtime_executor.RuntimeExecutor):
        runtime_api = RuntimeApi()
        InvocationResult = import_module(f"{invocation}.lambda_models").InvocationResult
        StartError = import_module(f"{invocation}.executor_endpoint").StatusErrorException


def log_where_the_configuration_says(engine: str):
    invocation = f"{engine}.services.lambda_.invocation"
    environment = import_module(f"{invocation}.execution_environment").ExecutionEnvironment
    manager = import_module(f"{invocation}.version_manager").LambdaVersionManager
    default_group, store = environment.get_log_group_name, manager.store_logs

    def get_log_group_name(self):
        return (self.function_version.config.logging_config or {}).get("LogGroup") or default_group(self)

    def store_logs(self, invocation_result, execution_env):
        if invocation_result.logs:
            store(self, invocation_result, execution_env)

    environment.get_log_group_name = get_log_group_name
    manager.store_logs = store_logs


def record_no_metrics(engine: str):
    metrics = import_module(f"{engine}.services.lambda_.invocation.metrics")
    metrics.publish_lambda_metric = lambda metric, value, dimensions, **options: None


class Process:
    """A bootstrap that runs, with its side of the Runtime API."""

    def __init__(self, bootstrap: Path, environment: dict[str, str], runtime_api: RuntimeApi):
        self._id = uuid.uuid4().hex
        self._runtime_api = runtime_api
        self._output = bytearray()
        self._output_lock = threading.Lock()
        self.invocations = runtime_api.processes[self._id] = Invocations()
        self._process = subprocess.Popen(
            [bootstrap],
            cwd=bootstrap.parent,
            env={**environment, "AWS_LAMBDA_RUNTIME_API": runtime_api.url(self._id)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        os.set_blocking(self._process.stdout.fileno(), False)
        threading.Thread(target=self._watch, name=f"function-{self._process.pid}", daemon=True).start()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self):
        self._process.kill()
        self._process.wait()

    def take_output(self) -> str:
        """What the process has written since the last call."""
        with self._output_lock:
            self._read()
            output = self._output.decode(errors="replace")
            self._output.clear()
        return output

    def _watch(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            is_open = True
            while is_open:
                selector.select()
                with self._output_lock:
                    is_open = self._read()
        status = self._process.wait()
        reason = f"exit status {status}" if status >= 0 else f"signal: {-status}"
        self.invocations.end(error("Runtime.ExitError", f"Runtime exited with error: {reason}"))
        del self._runtime_api.processes[self._id]

    def _read(self) -> bool:
        """Reads what there is, without waiting. Returns whether there may be more later."""
        while chunk := self._process.stdout.read(65536):
            self._output += chunk
            del self._output[:-OUTPUT_BYTES]
        return chunk is None


class ProcessExecutor:
    """An execution environment: a process, and another one after it has died."""

    _process: Process | None = None

    def start(self, env_vars):
        code = self.function_version.config.code.get_unzipped_code_location()
        self._bootstrap = Path(code) / "bootstrap"
        self._environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TMPDIR": tempfile.gettempdir(),
            **{name: str(value) for name, value in env_vars.items()},
            "LAMBDA_TASK_ROOT": str(code),
        }
        self._start_process()

    def _start_process(self):
        self._process = Process(self._bootstrap, self._environment, self.runtime_api)
        try:
            failure = self._process.invocations.started.result(START_SECONDS)
        except TimeoutError:
            failure = error("Sandbox.Timedout", f"Task timed out after {START_SECONDS} seconds")
        if failure is not None:
            self._process.kill()
            LOG.warning("%s did not start: %s", self.function_version.id.function_name, self._process.take_output())
            raise self.StartError("the function did not start", payload=failure.payload)

    def stop(self):
        # The engine also stops environments that could not start.
        if self._process:
            self._process.kill()

    def invoke(self, payload, function_timeout=None):
        if not self._process.is_running():
            self._start_process()
        request_id, timeout = payload["invoke-id"], self.function_version.config.timeout
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": payload["invoked-function-arn"],
            "Lambda-Runtime-Trace-Id": payload.get("trace-id") or "",
        }
        event = payload["payload"].encode()
        result = self._result(Invocation(request_id, headers, event), timeout)
        return self.InvocationResult(
            request_id, result.payload, is_error=result.is_error, logs=self._process.take_output()
        )

    def _result(self, invocation: Invocation, timeout: int) -> Result:
        result = self._process.invocations.send(invocation)
        try:
            return result.result(timeout)
        except TimeoutError:
            self._process.kill()
            text = f"RequestId: {invocation.request_id} Error: Task timed out after {timeout:.2f} seconds"
            return error("Sandbox.Timedout", text)

    def get_logs(self):
        return ""

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        """Only the engine's own Docker images use it."""
        return ""

    @classmethod
    def prepare_version(cls, function_version):
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        """The engine removes the code."""
