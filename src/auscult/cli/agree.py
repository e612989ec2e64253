"""``auscult agree``."""


def agree() -> None:
    """Soon."""
