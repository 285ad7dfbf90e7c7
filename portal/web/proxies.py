"""Who is really asking, where a proxy stands between: guesses are counted for each address (accounts/throttle.py)."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def install(app: Flask, number: int) -> None:
    """Take the asker's address and scheme from what the last `number` proxies say of it; with 0, from nobody.

    Each proxy adds one value to X-Forwarded-For, at its end. What stands further left the asker may have written
    themselves and is not read, and where there are fewer values than proxies none is.
    """
    if number:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number)
