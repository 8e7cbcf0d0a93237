"""Starts MiniStack in the foreground, with what only Python can give it.

Its Lambda runtime API is an http.server, which leaves Nagle's algorithm on: headers and body go out as two small
packets and the second one waits for the peer's delayed acknowledgement, 40 ms on every invocation.

It imports the paths of an OpenAPI body, and not the gateway responses that stand there as on AWS.
"""

import http.server

http.server.BaseHTTPRequestHandler.disable_nagle_algorithm = True


def import_gateway_responses_too():
    from ministack.services import apigateway_v1

    import_paths = apigateway_v1._import_rest_api

    def import_all(spec, base_data=None):
        api = import_paths(spec, base_data)
        for kind, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
            status, _, body = apigateway_v1._put_gateway_response(api, kind, response)
            if status >= 400:
                raise ValueError(f"gateway response {kind}: {body!r}")
        return api

    apigateway_v1._import_rest_api = import_all


if __name__ == "__main__":
    from ministack.app import main

    import_gateway_responses_too()
    main()
