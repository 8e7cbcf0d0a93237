"""API Gateway: what is imported from an OpenAPI definition, request bodies, gateway responses, load and deployments."""

import threading
from importlib import import_module

API_PATH = "/_aws/execute-api/"
LAMBDA_REQUEST_BYTES = 6 * 1024 * 1024
# Of the whole API. More processes than this would wait for the engine's tables, not work.
MOST_INVOCATIONS = 16
BINARY_MEDIA_TYPES = "x-amazon-apigateway-binary-media-types"
GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"
HEADER = "gatewayresponse.header."
# The template of a gateway response that the API does not define.
ENGINE_TEMPLATE = '{"message":$context.error.messageString}'


def import_gateway_responses(engine: str):
    provider = import_module(f"{engine}.services.apigateway.legacy.provider")
    stores = import_module(f"{engine}.services.apigateway.models").apigateway_stores
    import_paths = provider.import_api_from_openapi_spec

    def import_api(rest_api, context, open_api_spec, mode):
        types = [each.replace("~1", "/") for each in open_api_spec.get(BINARY_MEDIA_TYPES, [])]
        spec = {**open_api_spec, BINARY_MEDIA_TYPES: types} if types else open_api_spec
        imported = import_paths(rest_api, context=context, open_api_spec=spec, mode=mode)
        container = stores[context.account_id][context.region].rest_apis[rest_api.id]
        for response_type, response in spec.get(GATEWAY_RESPONSES, {}).items():
            container.gateway_responses[response_type] = {
                "responseType": response_type,
                "statusCode": str(response.get("statusCode", "")),
                "responseParameters": response.get("responseParameters", {}),
                "responseTemplates": response.get("responseTemplates", {}),
                "defaultResponse": False,
            }
        return imported

    provider.import_api_from_openapi_spec = import_api


def send_gateway_responses(engine: str):
    module = import_module(f"{engine}.services.apigateway.next_gen.execute_api.handlers.gateway_exception")
    create_with_status = module.GatewayExceptionHandler.create_exception_response

    def create_response(self, exception, context):
        response = create_with_status(self, exception, context)
        defined = module.get_gateway_response_or_default(
            exception.type, context.deployment.rest_api.gateway_responses
        )
        template = (defined.get("responseTemplates") or {}).get("application/json", ENGINE_TEMPLATE)
        if template != ENGINE_TEMPLATE:
            response.data = template.replace("$context.requestId", context.context_variables["requestId"])
        for name, value in (defined.get("responseParameters") or {}).items():
            # The other parameters are the paths and queries of a template, which a gateway response does not send.
            if name.startswith(HEADER):
                response.headers[name.removeprefix(HEADER)] = value.strip("'")
        return response

    module.GatewayExceptionHandler.create_exception_response = create_response


def keep_request_bodies(engine: str):
    from rolo.gateway import Gateway
    from twisted.web import http
    from werkzeug.datastructures import ImmutableMultiDict

    parse = import_module(f"{engine}.services.apigateway.next_gen.execute_api.handlers.parse")
    process = Gateway.process

    def process_after_reading(self, request, response):
        # The request keeps what is read before its form is parsed.
        request.get_data()
        if request.path.startswith(API_PATH):
            # Parsed already, so that a malformed form reaches the function, too.
            request.__dict__.update(form=ImmutableMultiDict(), files=ImmutableMultiDict())
        return process(self, request, response)

    Gateway.process = process_after_reading
    # The HTTP server parses forms before, for arguments that nobody reads. No other media type concerns it.
    http._parseContentType = lambda content_type: b""
    parse.restore_payload = lambda request: request.get_data()


def reject_large_requests(engine: str):
    api = f"{engine}.services.apigateway.next_gen.execute_api"
    integration = import_module(f"{api}.integrations.aws").RestApiAwsProxyIntegration
    RequestTooLargeError = import_module(f"{api}.gateway_response").RequestTooLargeError
    invoke = integration.invoke

    def invoke_unless_too_large(self, context):
        # The body is most of the function's event, in which it is base64.
        if 4 * len(context.invocation_request["body"]) / 3 > LAMBDA_REQUEST_BYTES:
            raise RequestTooLargeError("Request Too Long")
        return invoke(self, context)

    integration.invoke = invoke_unless_too_large
    # LocalEmu rejects 10 MB before it has made what a gateway response needs.
    import_module(f"{api}.handlers.parse")._MAX_PAYLOAD_SIZE_BYTES = float("inf")


def limit_concurrent_invocations(engine: str):
    api = f"{engine}.services.apigateway.next_gen.execute_api"
    integration = import_module(f"{api}.integrations.aws").RestApiAwsProxyIntegration
    invoke, free = integration.invoke, threading.Semaphore(MOST_INVOCATIONS)

    def invoke_when_free(self, context):
        with free:
            return invoke(self, context)

    integration.invoke = invoke_when_free


def match_all_media_types(engine: str):
    api = f"{engine}.services.apigateway.next_gen.execute_api"
    matches_one = import_module(f"{api}.helpers").mime_type_matches_binary_media_types

    def matches(mime_type, binary_media_types):
        return "*/*" in (binary_media_types or []) or matches_one(mime_type, binary_media_types)

    for user in ("handlers.integration_request", "handlers.integration_response", "integrations.aws"):
        import_module(f"{api}.{user}").mime_type_matches_binary_media_types = matches


def update_deployment_of_stage(engine: str):
    provider = import_module(f"{engine}.services.apigateway.resource_providers.aws_apigateway_stage")
    cloudformation = import_module(f"{engine}.services.cloudformation.resource_provider")

    def update(self, request):
        stage = request.desired_state
        request.aws_client_factory.apigateway.update_stage(
            restApiId=stage["RestApiId"],
            stageName=stage["StageName"],
            patchOperations=[{"op": "replace", "path": "/deploymentId", "value": stage["DeploymentId"]}],
        )
        return cloudformation.ProgressEvent(
            status=cloudformation.OperationStatus.SUCCESS,
            resource_model={**request.previous_state, **stage},
            custom_context=request.custom_context,
        )

    provider.ApiGatewayStageProvider.update = update
