"""Handing a message to the mail server, and telling a refusal for now from a refusal for good."""

import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from portal.faultpoints import Point, reach

CONNECT_SECONDS = 15
# A busy server may take minutes to say that it has taken a message (RFC 5321, 4.5.3.2): giving up on it early would
# send the same mail again.
ANSWER_SECONDS = 120
PERMANENT = 500  # RFC 5321, 4.2.1: from 500 on, trying again will not help


class RefusedError(Exception):
    """The server did not take a message; `for_good` says that it never will. The words are ours and name nobody."""

    def __init__(self, why: str, *, for_good: bool) -> None:
        super().__init__(why)
        self.for_good = for_good


class MailServer:
    """The server of `smtp://` or `smtps://[user:password@]host[:port]`, its connection kept between messages."""

    def __init__(self, url: str) -> None:
        """Note the address; nothing is connected until the first message."""
        self._url = urlsplit(url)
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, message: EmailMessage, to_address: str) -> None:
        """Return once the server has accepted `message` for `to_address`; raises RefusedError."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            reach(Point.MAIL_CONNECTED)
            self._connection.send_message(message, to_addrs=[to_address])
        except smtplib.SMTPRecipientsRefused as problem:
            self._hang_up()
            code = next(iter(problem.recipients.values()))[0]
            raise _refused(code) from None
        except smtplib.SMTPResponseException as problem:
            self._hang_up()
            raise _refused(problem.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            self._hang_up()
            raise RefusedError("The mail server cannot take this address.", for_good=True) from None
        except (OSError, smtplib.SMTPException):
            self._hang_up()
            raise RefusedError("The mail server could not be reached.", for_good=False) from None

    def _connect(self) -> smtplib.SMTP:
        host, port, tls = self._url.hostname or "localhost", self._url.port, ssl.create_default_context()
        if self._url.scheme == "smtps":
            made = smtplib.SMTP_SSL(host, port or 465, timeout=CONNECT_SECONDS, context=tls)
        else:
            made = smtplib.SMTP(host, port or 587, timeout=CONNECT_SECONDS)
        try:
            if made.sock:
                made.sock.settimeout(ANSWER_SECONDS)
            made.ehlo()
            if self._url.scheme == "smtp" and made.has_extn("starttls"):
                made.starttls(context=tls)
            if self._url.username:
                made.login(unquote(self._url.username), unquote(self._url.password or ""))
        except BaseException:
            made.close()
            raise
        return made

    def _hang_up(self) -> None:
        """Drop the connection; whatever was wrong with it, the next message gets a new one."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()


def _refused(code: int) -> RefusedError:
    return RefusedError(f"The mail server refused it (code {code}).", for_good=code >= PERMANENT)
