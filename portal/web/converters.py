"""Typed parts of addresses."""

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from portal import references


class ReferenceConverter(BaseConverter):
    """A public reference: anything that could not be one is simply not found."""

    regex = references.PATTERN.pattern

    def to_python(self, value: str) -> str:
        """Accept only a reference whose check character fits."""
        if references.normalise(value) != value:
            raise ValidationError
        return value


class KeyConverter(BaseConverter):
    """An opaque public key of a row."""

    regex = r"[A-Za-z0-9_-]{8,64}"


class TokenConverter(BaseConverter):
    """A signed key, as `crypto.sign` writes it: what does not look like one is not found."""

    regex = r"[A-Za-z0-9_.=-]{16,400}"


class WordConverter(BaseConverter):
    """A word of ours from a short list, such as the key of a section; the view looks it up."""

    regex = r"[a-z]+(?:[-_][a-z]+)*"


class WeekConverter(BaseConverter):
    """The number of a week of support, from 1."""

    regex = r"[1-9][0-9]?"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)


def install(app: Flask) -> None:
    """Teach `app` the converters `reference`, `key`, `token`, `word` and `week`."""
    app.url_map.converters["reference"] = ReferenceConverter
    app.url_map.converters["key"] = KeyConverter
    app.url_map.converters["token"] = TokenConverter
    app.url_map.converters["word"] = WordConverter
    app.url_map.converters["week"] = WeekConverter
