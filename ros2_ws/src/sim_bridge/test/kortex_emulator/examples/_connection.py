"""What the programs share: a connection that is a context manager."""

import argparse

from kortex_api.autogen.messages import Session_pb2
from kortex_api.RouterClient import RouterClient, RouterClientSendOptions
from kortex_api.SessionManager import SessionManager
from kortex_api.TCPTransport import TCPTransport


class Connection:
    def __init__(self):
        parser = argparse.ArgumentParser()
        parser.add_argument("--ip", default="192.168.1.10")
        parser.add_argument("--port", type=int, default=10000)
        self.arguments = parser.parse_args()
        self.transport = TCPTransport()
        self.router = RouterClient(self.transport, RouterClient.basicErrorCallback)

    def __enter__(self):
        self.transport.connect(self.arguments.ip, self.arguments.port)
        login = Session_pb2.CreateSessionInfo()
        login.username = "admin"
        login.password = "admin"
        login.session_inactivity_timeout = 10000
        login.connection_inactivity_timeout = 2000
        self.session = SessionManager(self.router)
        self.session.CreateSession(login)
        return self.router

    def __exit__(self, *_):
        options = RouterClientSendOptions()
        options.timeout_ms = 1000
        self.session.CloseSession(options)
        self.transport.disconnect()
