"""``auscult score``."""


def score() -> None:
    """Soon."""
