"""Plug-ins: variants that other installed packages add by entry point (docs/how-to/write-a-plug-in.md).

An entry point names a factory, usually a class, that returns one variant when called without arguments. Plug-ins
run with all permissions of auscult, as every installed package does; the operator chooses what is installed.
A registry is imported only if a plug-in belongs to it, so that a command without plug-ins loads none of them.
"""
# ruff: noqa: PLC0415  (see above)

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard, cast, get_args

from msgspec import Struct

from auscult.domain.contracts import contract_faults
from auscult.domain.conversation import Channel
from auscult.domain.engines import Engine, RemoteEngine
from auscult.domain.errors import AuscultError, SettingsError
from auscult.domain.form import Scoring
from auscult.domain.probe import Probe
from auscult.domain.said.spelling import did_you_mean

if TYPE_CHECKING:
    from auscult.analyzers import Analyzer
    from auscult.formats import Format
    from auscult.metrics import MetricType

Factory = Callable[[], Any]
ReservedNames = Callable[[str], Collection[str]]
"""Returns the reserved names of a group of entry points."""

EngineMaker = Callable[[], Engine | RemoteEngine]
FindFaults = Callable[[Any, str], Iterator[str]]
"""Yields the faults of a variant of this name that checking its protocol does not find."""

METRICS, ANALYZERS, FORMATS, ENGINES = (f"auscult.{shelf}" for shelf in ("metrics", "analyzers", "formats", "engines"))
GROUPS = (METRICS, ANALYZERS, FORMATS, ENGINES)
"""Groups of entry points, one for each registry."""


class PluginError(AuscultError):
    """Unusable plug-in of an installed package; the message names the package."""

    code = "plugin.invalid"


class Plugin(NamedTuple):
    """One entry point: its group, its name, and the package that it is from."""

    group: str
    name: str
    package: str
    source: EntryPoint

    def __str__(self) -> str:
        """Return a description: ``metric type by_mood of auscult-mood 1.2``."""
        return f"{_KINDS[self.group]} {self.name} of {self.package}"


class Installed(NamedTuple):
    """A checked plug-in, with its error if it cannot be used."""

    plugin: Plugin
    error: PluginError | None


def load(reserved: ReservedNames) -> dict[str, dict[str, Any]]:
    """Load the plug-ins: group -> name -> variant, or a factory for an engine. Groups without plug-ins are left out.

    ``reserved`` returns the names of the built-in variants of a group. Raises ``PluginError`` for the first plug-in
    that cannot be used: ``plugin.broken``, ``plugin.invalid``, ``plugin.shadows``, ``plugin.twice``.
    """
    added: dict[str, dict[str, Any]] = {}
    found = _installed()
    for plugin in found:
        _refuse_name(plugin, found, reserved)
        added.setdefault(plugin.group, {})[plugin.name] = _variant(plugin)
    return added


def examine(reserved: ReservedNames) -> Iterator[Installed]:
    """Check every installed plug-in; engines are constructed, too."""
    found = _installed()
    for plugin in found:
        try:
            _refuse_name(plugin, found, reserved)
            variant = _variant(plugin)
            if plugin.group == ENGINES:
                variant()
        except PluginError as error:
            yield Installed(plugin, error)
        else:
            yield Installed(plugin, None)


def put_in_place(
    chosen: str,
    makers: Mapping[str, EngineMaker],
    near: dict[type[Probe], Engine],
    far: dict[type[Probe], RemoteEngine],
) -> None:
    """Replace engines: those named in ``chosen`` (separated by commas) answer their kinds of probe from now on.

    Raises ``SettingsError`` ``engine.unknown``; ``PluginError`` as ``load`` does.
    """
    for name in filter(None, map(str.strip, chosen.split(","))):
        if name not in makers:
            hint = did_you_mean(name, makers, f"there is: {', '.join(makers) or 'none'}")
            message = f"no plug-in brings an engine {name}; {hint}"
            raise SettingsError(message, code="engine.unknown", field="AUSCULT_ENGINES", value=name)
        engine = makers[name]()
        if _is_far(engine):
            far.update(dict.fromkeys(engine.kinds, engine))
            for kind in engine.kinds:
                near.pop(kind, None)
        else:
            near_engine = cast("Engine", engine)
            near[near_engine.probe] = near_engine
            far.pop(near_engine.probe, None)


def _installed() -> list[Plugin]:
    """Return the entry points of our groups, by group and name. A package that is on the path twice counts once."""
    every = entry_points()  # once: each call reads the metadata of all installed packages
    found = {
        (group, point.name, package): Plugin(group, point.name, package, point)
        for group in GROUPS
        for point in every.select(group=group)
        for package in [f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown package"]
    }
    return [found[key] for key in sorted(found)]


def _refuse_name(plugin: Plugin, found: Iterable[Plugin], reserved: ReservedNames) -> None:
    if plugin.name in reserved(plugin.group):
        message = f"the {plugin} has the name of one that comes with auscult; it must have another"
        raise PluginError(message, code="plugin.shadows", field=plugin.group, value=plugin.name)
    for other in found:
        if other[:2] == plugin[:2] and other.package != plugin.package:
            message = f"the {plugin} has the name of the {other}; uninstall one of the packages"
            raise PluginError(message, code="plugin.twice", field=plugin.group, value=plugin.name)


def _variant(plugin: Plugin) -> Any:  # noqa: ANN401  (any type of variant)
    """Return the checked variant of a plug-in; for an engine a factory, as constructing it may take long."""
    factory = _made(plugin, plugin.source.load)
    if plugin.group == ENGINES:
        return partial(_engine, plugin, factory)
    variant = _made(plugin, factory)
    _check_contract(plugin, variant, *_contract_of(plugin.group))
    return variant


def _engine(plugin: Plugin, factory: Factory) -> Engine | RemoteEngine:
    engine = _made(plugin, factory)
    _check_contract(plugin, engine, RemoteEngine if _is_far(engine) else Engine, _engine_faults)
    return engine


def _is_far(engine: object) -> TypeGuard[RemoteEngine]:
    """Return whether an engine is remote: it answers whole conversations and lists several kinds of probe."""
    return hasattr(engine, "kinds")


def _check_contract(plugin: Plugin, variant: Any, protocol: type, find_faults: FindFaults) -> None:  # noqa: ANN401  (as above)
    faults = list(contract_faults(variant, protocol)) or list(find_faults(variant, plugin.name))
    if faults:
        listed = "; it ".join(faults)
        raise PluginError(f"the {plugin} is not what auscult asks for: it {listed} (docs/how-to/write-a-plug-in.md)")


def _made(plugin: Plugin, make: Factory) -> Any:  # noqa: ANN401  (as above)
    """Call the factory of another package; report any exception as that package's fault."""
    try:
        return make()
    except Exception as error:
        message = f"the {plugin} cannot be loaded: {type(error).__name__}: {error}; upgrade or uninstall it"
        raise PluginError(message, code="plugin.broken") from error


def _metric_faults(kind: "MetricType[Any]", name: str) -> Iterator[str]:
    if kind.name != name:
        yield f"calls itself {kind.name!r}, and its entry point {name!r}"
    settings: Any = kind.settings_type
    if not (isinstance(settings, type) and issubclass(settings, Struct)):
        yield "has a settings_type that is no msgspec.Struct"
    elif not (settings.__struct_config__.frozen and settings.__struct_config__.forbid_unknown_fields):
        yield "has a settings_type that is not frozen=True, forbid_unknown_fields=True"
    for given, known, what in ((kind.channels, Channel, "channels"), (kind.scorings, Scoring, "scorings")):
        if not given or not set(given) <= set(get_args(known)):
            yield f"has {what} that are not some of {', '.join(get_args(known))}"


def _analyzer_faults(analyzer: "Analyzer[Any]", name: str) -> Iterator[str]:
    if analyzer.field != name:
        yield f"has the field {analyzer.field!r}, and its entry point is {name!r}"
    if not all(isinstance(language, str) for language in analyzer.languages):  # pyright: ignore[reportUnnecessaryIsInstance]
        yield "has languages that are no codes"


def _format_faults(shape: "Format", name: str) -> Iterator[str]:
    if shape.name != name:
        yield f"calls itself {shape.name!r}, and its entry point {name!r}"


def _engine_faults(engine: Any, name: str) -> Iterator[str]:  # noqa: ANN401  (near or far)
    del name  # an engine is identified by its version
    kinds = engine.kinds if _is_far(engine) else (engine.probe,)
    if not kinds or not set(kinds) <= set(get_args(Probe)):
        yield f"answers none of the kinds of probe that there are: {', '.join(one.__name__ for one in get_args(Probe))}"


_KINDS = {METRICS: "metric type", ANALYZERS: "analyzer", FORMATS: "format", ENGINES: "engine"}


def _contract_of(group: str) -> tuple[type, FindFaults]:
    if group == METRICS:
        from auscult.metrics import MetricType

        return MetricType, _metric_faults
    if group == ANALYZERS:
        from auscult.analyzers import Analyzer

        return Analyzer, _analyzer_faults
    from auscult.formats import Format

    return Format, _format_faults
