"""``auscult doctor``."""


def doctor() -> None:
    """Soon."""
