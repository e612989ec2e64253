"""Texts that a database can hold."""


def is_storable(text: str) -> bool:
    """Whether both databases have a way to store this text, so that there may be a row that has it.

    PostgreSQL knows no NUL, and neither knows half a surrogate pair.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
