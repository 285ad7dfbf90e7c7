"""What a rule says to whoever tries a step that it forbids."""


class DisagreementRefusedError(Exception):
    """A rule forbids the step; the message says which, to the person who tried."""
