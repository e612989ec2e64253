"""``auscult forms``."""


def check() -> None:
    """Soon."""


def apply() -> None:
    """Soon."""


def listing() -> None:
    """Soon."""


def show() -> None:
    """Soon."""
