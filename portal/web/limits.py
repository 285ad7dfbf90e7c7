"""How much text a form may bring, however a browser packs it."""

from flask import Flask, current_app, request


def install(app: Flask) -> None:
    """Hold forms without files on `app` to MAX_FORM_MEMORY_SIZE, as those with files are by Werkzeug.

    It reads an urlencoded body in one go and leaves that limit out: ten megabytes of text would be read, checked field
    by field, and sent back.
    """

    @app.before_request
    def limit() -> None:
        if request.mimetype == "application/x-www-form-urlencoded":
            request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
