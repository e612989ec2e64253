"""Records made of the fields that they share with others."""

from typing import Any, TypeVar

from msgspec import Struct

T = TypeVar("T", bound=Struct)


def record_of(kind: type[T], /, *sources: Struct, **given: Any) -> T:  # noqa: ANN401  (the fields of any record)
    """Return a record with the fields of these names in ``given``, else in the first of ``sources`` that has them.

    Raises:
        TypeError: A field without a default is in none of them.
    """
    values = dict(given)
    for source in sources:
        for name in source.__struct_fields__:
            if name not in values and name in kind.__struct_fields__:
                values[name] = getattr(source, name)
    return kind(**values)
