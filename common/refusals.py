"""A refusal: an action that cannot be done now, and the sentence that says why."""


class Refused(Exception):
    """The text is one sentence for the user. Pages show it, commands print it; nothing was
    written (raise it inside the transaction)."""
