"""Thresholds in the settings of a metric of any type: their paths, and the same settings with others."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, cast

from msgspec import Struct
from msgspec.structs import replace

from auscult.metrics._finding.language import DEFAULT_THRESHOLD
from auscult.metrics._finding.warnings import structs_in
from auscult.services.definitions.forms.document import Path, path_of


def similar_in(settings: Struct) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield every ``similar`` in a metric's settings that has a threshold: the path of the two, and the samples."""
    for field, one in structs_in(settings):
        samples = getattr(one, "similar", None)
        if samples and hasattr(one, "threshold"):
            yield path_of(field), samples


def threshold_at(settings: Any, path: Path) -> float:  # noqa: ANN401  (of any type)
    """The threshold at a path of ``similar_in``."""
    for part in path:
        settings = settings[part] if isinstance(part, int) else getattr(settings, part)
    return DEFAULT_THRESHOLD if settings.threshold is None else settings.threshold


def with_thresholds(settings: Any, thresholds: Mapping[Path, float]) -> Any:  # noqa: ANN401  (of any type)
    """The same settings with these thresholds, by the paths of ``similar_in``."""
    if () in thresholds:
        settings = replace(settings, threshold=thresholds[()])
    inner: defaultdict[str | int, dict[Path, float]] = defaultdict(dict)
    for path, threshold in thresholds.items():
        if path:
            inner[path[0]][path[1:]] = threshold
    if isinstance(settings, tuple):
        parts = cast("tuple[Any, ...]", settings)
        return tuple(with_thresholds(one, inner[index]) for index, one in enumerate(parts))
    return replace(
        settings, **{str(key): with_thresholds(getattr(settings, str(key)), below) for key, below in inner.items()}
    )
