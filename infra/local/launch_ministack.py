"""Starts MiniStack in the foreground, with the one setting that only Python can give it.

Its Lambda runtime API is an http.server, which leaves Nagle's algorithm on: headers and body go out as two small
packets and the second one waits for the peer's delayed acknowledgement, 40 ms on every invocation.
"""

import http.server

http.server.BaseHTTPRequestHandler.disable_nagle_algorithm = True

if __name__ == "__main__":
    from ministack.app import main

    main()
