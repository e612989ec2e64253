"""Numbers in the settings of a metric that are fitted: thresholds, and the lean of a vote, by their paths."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, cast

from msgspec import Struct
from msgspec.structs import replace

from auscult.metrics._finding.language import DEFAULT_THRESHOLD
from auscult.metrics._finding.warnings import structs_in
from auscult.services.definitions.forms.document import Path, path_of
from auscult.votes import BY_TURNS


def fitted_in(settings: Struct) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield the path of each number that is fitted, with samples: of a threshold those of its ``similar``, of a lean none."""
    for field, one in structs_in(settings):
        samples = getattr(one, "similar", None)
        if samples and hasattr(one, "threshold"):
            yield (*path_of(field), "threshold"), samples
    if getattr(settings, "vote", None) not in {None, BY_TURNS}:
        yield ("lean",), ()


def number_at(settings: Any, path: Path) -> float:  # noqa: ANN401  (of any type)
    """Return the number at a path of ``fitted_in``."""
    for part in path:
        settings = settings[part] if isinstance(part, int) else getattr(settings, part)
    return DEFAULT_THRESHOLD if settings is None else settings


def with_fitted(settings: Any, numbers: Mapping[Path, float]) -> Any:  # noqa: ANN401  (of any type)
    """Return the same settings with these numbers, by the paths of ``fitted_in``."""
    if () in numbers:
        return numbers[()]
    inner: defaultdict[str | int, dict[Path, float]] = defaultdict(dict)
    for path, number in numbers.items():
        inner[path[0]][path[1:]] = number
    if isinstance(settings, tuple):
        parts = cast("tuple[Any, ...]", settings)
        return tuple(with_fitted(one, inner[index]) if index in inner else one for index, one in enumerate(parts))
    return replace(
        settings, **{str(key): with_fitted(getattr(settings, str(key)), below) for key, below in inner.items()}
    )
