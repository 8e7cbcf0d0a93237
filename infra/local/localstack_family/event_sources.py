"""SQS queues, and the event sources by which Lambda invokes functions with their messages."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

LOG = logging.getLogger(__name__)

# On AWS an event source without MaximumConcurrency may have hundreds of batches at the same time.
MOST_BATCHES = 5
# A poll ends only then if an event source is disabled or deleted meanwhile.
LONG_POLL_SECONDS = 2


def deliver_batches_side_by_side(engine: str):
    event_source_mapping = f"{engine}.services.lambda_.event_source_mapping"
    sqs_poller = import_module(f"{event_source_mapping}.pollers.sqs_poller")
    factory = import_module(f"{event_source_mapping}.esm_worker_factory")
    get_worker = factory.EsmWorkerFactory.get_esm_worker

    class ConcurrentSqsPoller(sqs_poller.SqsPoller):
        """Polls in the caller's thread, and delivers batches in threads of its own."""

        def allow_batches(self, count: int):
            self._free = threading.Semaphore(count)
            self._threads = ThreadPoolExecutor(count, thread_name_prefix="event-source")

        def poll_events(self):
            # Before messages are received, as their visibility timeout starts then.
            self._free.acquire()
            self._delivers = False
            try:
                super().poll_events()
            finally:
                if not self._delivers:
                    self._free.release()

        def handle_messages(self, messages):
            self._threads.submit(self._deliver, messages)
            self._delivers = True

        def _deliver(self, messages):
            try:
                super().handle_messages(messages)
            except Exception as error:
                # The messages become visible again after their visibility timeout.
                LOG.warning("a batch of %s failed: %r", self.source_arn, error)
            finally:
                self._free.release()

        def _register_client_hooks(self):
            super()._register_client_hooks()
            self.source_client.meta.events.register("provide-client-params.sqs.ReceiveMessage", poll_long)

    def poll_long(params, **_):
        params["WaitTimeSeconds"] = max(params["WaitTimeSeconds"], LONG_POLL_SECONDS)

    def get_concurrent_worker(self):
        worker = get_worker(self)
        if isinstance(worker.poller, ConcurrentSqsPoller):
            scaling = self.esm_config.get("ScalingConfig") or {}
            worker.poller.allow_batches(min(int(scaling.get("MaximumConcurrency", MOST_BATCHES)), MOST_BATCHES))
        return worker

    factory.SqsPoller = ConcurrentSqsPoller
    factory.EsmWorkerFactory.get_esm_worker = get_concurrent_worker
    # The poller delivers each group in turn.
    sqs_poller.split_by_message_group_id = lambda messages: {"all groups": messages}


def deliver_bodies_unchanged(engine: str):
    sqs_poller = import_module(f"{engine}.services.lambda_.event_source_mapping.pollers.sqs_poller")

    class NeverJson:
        """Takes the place of the module json in the poller, which parses bodies to filter messages. Nothing here filters."""

        JSONDecodeError = ValueError

        @staticmethod
        def loads(_text):
            raise ValueError

    sqs_poller.json = NeverJson


def hide_message_groups_separately(engine: str):
    queue = import_module(f"{engine}.services.sqs.models").FifoQueue

    def requeue_inflight_messages(self):
        with self.mutex:
            hidden = {message.message_group_id for message in self.inflight if not message.is_visible}
            for message in [each for each in self.inflight if each.message_group_id not in hidden]:
                del self.inflight[message]
                self._put_message(message)

    queue.requeue_inflight_messages = requeue_inflight_messages
