"""Records made from other records: what both call by the same name is said once."""

from typing import Any, TypeVar

from msgspec import Struct

Made = TypeVar("Made", bound=Struct)


def made_from(kind: type[Made], source: object, /, **others: Any) -> Made:  # noqa: ANN401  (of any field)
    """Return a record whose fields are those of the same name in ``source``, apart from ``others``, which are given.

    Raises ``AttributeError`` if ``source`` lacks a field.
    """
    return kind(**{name: getattr(source, name) for name in kind.__struct_fields__ if name not in others} | others)
