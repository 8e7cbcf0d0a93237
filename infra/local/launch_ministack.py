"""Starts MiniStack in the foreground, with what only Python can give it.

Its Lambda runtime API is an http.server, which leaves Nagle's algorithm on: headers and body go out as two small
packets and the second one waits for the peer's delayed acknowledgement, 40 ms on every invocation.

It imports the paths of an OpenAPI body, and neither the gateway responses that stand there as on AWS nor the methods
named x-amazon-apigateway-any-method, AWS's word for all that a path does not name. Where a function dies before it
answers, it sends a 502 of its own in place of the response for DEFAULT_5XX. It hands functions requests of any size;
Lambda takes 6 MB, and API Gateway answers a larger one with the response for REQUEST_TOO_LARGE. And it does not know that
in a template the slash of a binary media type is written ~1, so that no body was binary.
"""

import http.server

LAMBDA_REQUEST_BYTES = 6 * 1024 * 1024

http.server.BaseHTTPRequestHandler.disable_nagle_algorithm = True


def import_all_of_an_api():
    from ministack.services import apigateway_v1

    import_paths = apigateway_v1._import_rest_api
    apigateway_v1._OPENAPI_HTTP_METHODS.add("any")

    def import_all(spec, base_data=None):
        named = {"x-amazon-apigateway-any-method": "any"}
        paths = {
            path: {named.get(method, method): operation for method, operation in methods.items()}
            for path, methods in spec.get("paths", {}).items()
        }
        api = import_paths({**spec, "paths": paths}, base_data)
        for kind, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
            status, _, body = apigateway_v1._put_gateway_response(api, kind, response)
            if status >= 400:
                raise ValueError(f"gateway response {kind}: {body!r}")
        return api

    apigateway_v1._import_rest_api = import_all


def answer_where_functions_do_not():
    from ministack.services import apigateway_v1

    invoke = apigateway_v1._invoke_lambda_proxy_v1

    async def invoke_and_answer(*request, **options):
        *_, body, _query, _path = request
        # In the function's event the body is base64, and nearly all there is.
        if 4 * len(body or b"") / 3 > LAMBDA_REQUEST_BYTES:
            return apigateway_v1._gw_error("REQUEST_TOO_LARGE", "Request Too Long")
        answer = await invoke(*request, **options)
        died = isinstance(answer, tuple) and answer[0] == 502
        return apigateway_v1._gw_error("DEFAULT_5XX", "Internal server error") if died else answer

    apigateway_v1._invoke_lambda_proxy_v1 = invoke_and_answer


def know_binary_media_types():
    from ministack.services import apigateway_v1

    matches = apigateway_v1._media_type_matches

    def matches_unescaped(media_type, binary_media_types):
        return matches(media_type, [each.replace("~1", "/") for each in binary_media_types or []])

    apigateway_v1._media_type_matches = matches_unescaped


if __name__ == "__main__":
    from ministack.app import main

    import_all_of_an_api()
    answer_where_functions_do_not()
    know_binary_media_types()
    main()
