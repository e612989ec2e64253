"""Records made from other records: what both call by the same name is said once."""

from typing import Any, TypeVar

from msgspec import Struct

Made = TypeVar("Made", bound=Struct)

_MISSING = object()


def made_from(kind: type[Made], /, *sources: object, **given: Any) -> Made:  # noqa: ANN401  (the fields of any record)
    """Return a record of what is ``given``, and for the rest of what the first of ``sources`` has under the same name.

    Raises:
        TypeError: A field without a default is in none of them.
    """
    for name in kind.__struct_fields__:
        for source in sources if name not in given else ():
            value = getattr(source, name, _MISSING)
            if value is not _MISSING:
                given[name] = value
                break
    return kind(**given)
