"""A real SMTP server for tests, which keeps what it accepts and answers as it is told to."""

import asyncio
import socket
from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

ACCEPT = "250 OK"


class Sink:
    """Answers each message with the next of `answers`, then accepts; "drop" closes the connection instead.

    "keep and drop" does so after it has kept the message, as a server does whose answer is lost on the way.
    """

    def __init__(self):
        self.answers = []
        self.accepted = []
        self.offered = []  # the Message-IDs of every message that was sent to the end, accepted or not
        self.delay = 0.0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.offered.append(message["Message-ID"])
        await asyncio.sleep(self.delay)
        answer = self.answers.pop(0) if self.answers else ACCEPT
        if answer == "keep and drop":
            self.accepted.append((envelope.rcpt_tos, message))
        if answer.endswith("drop"):
            server.transport.abort()
            return ACCEPT
        if answer.startswith("2"):
            self.accepted.append((envelope.rcpt_tos, message))
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(handler=None):
    """Run a sink; gives it, with its address as `url`."""
    made = handler or Sink()
    port = free_port()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    made.url = f"smtp://127.0.0.1:{port}"
    try:
        yield made
    finally:
        controller.stop()
