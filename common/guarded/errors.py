"""How a file can fail as a whole."""


class Unreadable(Exception):
    """A file that cannot be read; `sentence` says what is wrong and what to do, in Chinese."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
