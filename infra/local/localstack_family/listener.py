"""The port on which the engine serves all AWS APIs."""

BACKLOG = 4096


def listen_on_loopback():
    from twisted.internet import endpoints

    class LoopbackEndpoint(endpoints.TCP4ServerEndpoint):
        def __init__(self, reactor, port):
            super().__init__(reactor, port, backlog=BACKLOG, interface="127.0.0.1")

    endpoints.TCP4ServerEndpoint = LoopbackEndpoint
