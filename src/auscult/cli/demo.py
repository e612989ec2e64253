"""``auscult demo``."""


def demo() -> None:
    """Soon."""
