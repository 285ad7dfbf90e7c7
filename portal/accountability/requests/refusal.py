"""That a rule forbids a step."""


class RequestRefusedError(Exception):
    """A rule forbids the step; the message says which, to the person who tried."""
