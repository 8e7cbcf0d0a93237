"""Starts LocalEmu in the foreground, with patches for what it lacks.

- It refuses event sources that are FIFO queues, since it looks for a service named sqs-fifo. So nothing could be deployed.
- Its tables are those of moto, which may not be used by several threads: "dictionary changed size during iteration". A
  transaction copies whole tables, one for each of its items, to restore them if it fails.
- It records each call for CloudTrail and sends the record to EventBridge, by calls of its own.
- With IAM_ENFORCEMENT=1 it denies calls to DynamoDB that AWS allows. For TransactWriteItems it asks for all four actions on
  every table, for BatchWriteItem and BatchGetItem for the action on every table, and for Query of an index for the table.

localstack_family has the other patches, and the reasons.
"""

import copy
import threading
from typing import NamedTuple

import localstack_family

TRANSACTION_ACTIONS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Delete": "dynamodb:DeleteItem",
    "Get": "dynamodb:GetItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
}


def accept_fifo_event_sources():
    from localemu.services.lambda_ import provider

    load = provider.load_service
    provider.load_service = lambda service, *options: load("sqs" if service == "sqs-fifo" else service, *options)


def use_tables_by_one_thread_at_a_time():
    from localemu.services.dynamodb.provider import DynamoDBProvider

    forward, lock = DynamoDBProvider.forward_request, threading.RLock()

    def forward_alone(self, *request, **options):
        with lock:
            return forward(self, *request, **options)

    DynamoDBProvider.forward_request = forward_alone


def copy_items_not_tables_in_transactions():
    from moto.dynamodb import models

    update = models.DynamoDBBackend.update_item

    class CopyOfTables:
        """Takes the place of the module copy. A copy of a table shares the items, which are replaced and never changed."""

        @staticmethod
        def deepcopy(original):
            if not isinstance(original, models.Table):
                return copy.deepcopy(original)
            table = copy.copy(original)
            table.items = copy.copy(original.items)
            if table.range_key_attr:
                table.items.update({key: dict(items) for key, items in original.items.items()})
            return table

    def update_a_copy(self, table_name, key, *request, **options):
        item = copy.deepcopy(self.get_item(table_name, key))
        if item:
            items = self.get_table(table_name).items
            if item.range_key:
                items[item.hash_key][item.range_key] = item
            else:
                items[item.hash_key] = item
        return update(self, table_name, key, *request, **options)

    models.copy = CopyOfTables
    models.DynamoDBBackend.update_item = update_a_copy


def record_no_calls():
    from localemu.services.cloudtrail import recording_hook

    recording_hook.cloudtrail_activity_handler = lambda chain, context, response: None


class Permission(NamedTuple):
    action: str
    resource: str


class Permissions(str):
    """All permissions that a call needs. The enforcer passes it on as the resource, and writes it into the error."""

    all: list[Permission]
    denied: str

    def __format__(self, _):
        return self.denied


def permissions_of_call(operation, request, arn) -> list[Permission]:
    """As the service authorization reference has them; empty if LocalEmu asks for the right one. `arn` is that of a table."""
    match operation:
        case "TransactWriteItems" | "TransactGetItems":
            items = [item for each in request["TransactItems"] for item in each.items()]
            return [Permission(TRANSACTION_ACTIONS[kind], arn(item["TableName"])) for kind, item in items]
        case "BatchWriteItem" | "BatchGetItem":
            return [Permission(f"dynamodb:{operation}", arn(table)) for table in request["RequestItems"]]
        case "Query" | "Scan" if index := request.get("IndexName"):
            return [Permission(f"dynamodb:{operation}", f"{arn(request['TableName'])}/index/{index}")]
    return []


def check_permissions_as_dynamodb_does():
    from localemu.services.iam_enforcement import enforcer, evaluator

    build_arn, evaluate = enforcer.build_resource_arn, evaluator.PolicyEvaluator.evaluate

    def build_all(service, operation, request_params, region, account_id):
        def table_arn(name):
            return name if name.startswith("arn:") else f"arn:aws:dynamodb:{region}:{account_id}:table/{name}"

        needed = permissions_of_call(operation, request_params, table_arn) if service == "dynamodb" else []
        if not needed:
            return build_arn(service, operation, request_params, region, account_id)
        resource = Permissions(needed[0].resource)
        resource.all, resource.denied = needed, needed[0].resource
        return resource

    def evaluate_all(self, caller, action, resource, **options):
        if not isinstance(resource, Permissions):
            return evaluate(self, caller, action, resource, **options)
        for needed in (each for each in resource.all if each.action == action):
            decision = evaluate(self, caller, action, needed.resource, **options)
            if decision != evaluator.Decision.ALLOW:
                resource.denied = needed.resource
                return decision
        return evaluator.Decision.ALLOW

    enforcer.build_resource_arn = build_all
    evaluator.PolicyEvaluator.evaluate = evaluate_all


if __name__ == "__main__":
    localstack_family.close_gaps("localemu")
    accept_fifo_event_sources()
    use_tables_by_one_thread_at_a_time()
    copy_items_not_tables_in_transactions()
    record_no_calls()
    check_permissions_as_dynamodb_does()

    from localemu.runtime.main import main

    main()
