"""Metric types, analyzers and engines of this installation, with those of plug-ins."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auscult.bootstrap.connections import networks_of
from auscult.config import Settings
from auscult.domain.errors import SettingsError
from auscult.domain.probe import Probe
from auscult.domain.said.spelling import did_you_mean

if TYPE_CHECKING:
    from auscult.analyzers import Analyzer
    from auscult.domain.engines import Engine, RemoteEngines, Spending
    from auscult.domain.scoring.explaining import Explainer
    from auscult.domain.shelf import Shelf
    from auscult.engines import Hosts
    from auscult.engines.hybrid import Hybrid
    from auscult.engines.judge import Budget, Server
    from auscult.engines.ranker import CrossEncoder, PassageRanker
    from auscult.engines.wordllama import WordLlama
    from auscult.plugins import EngineMaker, Installed
    from auscult.services.assist.assistant import Assistant
    from auscult.services.limits import JudgeAppBudget
    from auscult.services.scoring.engine_calls.slots import DistributedSemaphore
    from auscult.services.scoring.evaluate import Evaluator
    from auscult.storage import Store
    from auscult.storage.judge.slots import JudgeSlots

MOST_BETWEEN_TRIES_S = 30
"""Seconds between two tries of one request at most, as the lease of a slot at the judge reckons."""
PASSAGE_VECTORS, ENCODER = "passages", "meaning"
"""Folders of the vectors of passages and of the encoder's weights, below the folder of the settings for state."""


def assistant(settings: Settings, store: "Store | None" = None) -> "Assistant":
    """Return the assistant of live conversations: nothing is loaded before it is needed.

    It writes answers where a judge is configured, and quotes passages where none is. ``store`` counts the usage of the
    judge, and limits it. Raises ``SettingsError`` where semantic embeddings are configured and not installed.
    """
    from auscult.analyzers import ANALYZERS
    from auscult.engines.heads import Heads
    from auscult.engines.wordllama import WordLlama
    from auscult.engines.writer import PassageWriter
    from auscult.services.assist.answers import Answering
    from auscult.services.assist.assistant import Assistant
    from auscult.services.assist.knowledge import Library
    from auscult.services.assist.live import RETRY_AFTER
    from auscult.services.assist.mood import Moods
    from auscult.services.assist.step_detection import Tracker
    from auscult.services.assist.summaries import summarizer

    now, vectors = partial(datetime.now, UTC), WordLlama()
    near = {engine.probe: engine for engine in (vectors, Heads(vectors))}
    patience_s = settings.judge_answers_s
    spending, slots = (store.spending, store.judge_slots) if store else (None, None)
    way = _way_to_judge(settings, spending, slots, timeout_s=patience_s, retries=0) if patience_s else None
    writer = PassageWriter(*way, _app_budgets(store)) if way else None
    return Assistant(
        Answering(Library(retriever(settings, vectors), ranker=_ranker(settings, store)), now, writer),
        summarizer(ANALYZERS, near),
        now,
        retry_after=RETRY_AFTER + timedelta(seconds=patience_s if writer else 0),
        at_once=settings.judge_concurrency if writer else 2,
        tracker=Tracker({vectors.probe: vectors}),
        moods=Moods(ANALYZERS, near),
    )


def _ranker(settings: Settings, store: "Store | None") -> "CrossEncoder | PassageRanker | None":
    """Return what orders suggestions: a cross-encoder, else a judge, where one is configured. Nothing is opened yet."""
    from auscult.engines.ranker import LONGEST_S, PassageRanker

    encoder = cross_encoder(settings)
    if encoder is not None:
        return encoder
    within_ms = settings.judge_ranking_ms
    spending, slots = (store.spending, store.judge_slots) if store else (None, None)
    way = _way_to_judge(settings, spending, slots, timeout_s=LONGEST_S, retries=0) if within_ms else None
    return PassageRanker(*way, _app_budgets(store), within_s=within_ms / 1000) if way else None


def cross_encoder(settings: Settings) -> "CrossEncoder | None":
    """Return the cross-encoder that orders suggestions, where one is configured. Nothing is opened yet."""
    from auscult.engines.ranker import CrossEncoder, Encoder

    if settings.reranker_url is None:
        return None
    at = Encoder(
        url=settings.reranker_url,
        model=settings.reranker_model or "",
        api_key=settings.reranker_api_key or "",
    )
    return CrossEncoder(at, within_s=settings.reranker_ms / 1000)


def explainer(settings: Settings, store: "Store") -> "Explainer | None":
    """Return what answers questions about pages, where a judge is configured. Nothing is opened yet.

    ``store`` counts the usage of the judge, and limits it.
    """
    from auscult.engines.explainer import PageExplainer

    timeout_s = settings.judge_explanations_s
    way = (
        _way_to_judge(settings, store.spending, store.judge_slots, timeout_s=timeout_s, retries=0)
        if timeout_s
        else None
    )
    return PageExplainer(*way, context=settings.judge_context, app_budgets=_app_budgets(store)) if way else None


def retriever(settings: Settings, vectors: "WordLlama") -> "Hybrid":
    """Return the search of passages: by words, and by the model that the settings select, or the encoder if it is installed."""
    from auscult.engines.hybrid import Hybrid
    from auscult.engines.meaning import Meaning, is_installed
    from auscult.engines.semantic import Semantic

    folder = encoder_folder(settings)
    if settings.embeddings == "semantic":
        model = Semantic(settings.embeddings_model)
    elif settings.embeddings == "meaning" or is_installed(folder):
        model = Meaning(folder)
    else:
        return Hybrid(vectors)
    return Hybrid(vectors, model, Path(settings.state_dir) / PASSAGE_VECTORS)


def encoder_folder(settings: Settings) -> Path:
    """Return the folder of the encoder's weights."""
    return Path(settings.state_dir) / ENCODER


def evaluator(
    settings: Settings,
    *,
    judge_ineligible: bool = False,
    spending: "Spending | None" = None,
    store: "Store | None" = None,
) -> "Evaluator":
    """Return the evaluator: every metric type and every analyzer, with the engines that the settings configure.

    ``spending`` counts the usage of a judge; without it, it is counted for this process alone. Tables are those of the
    apps in ``store``; without one, those in the folder of the settings.
    """
    from auscult import plugins
    from auscult.analyzers import ANALYZERS
    from auscult.domain.probe import Acts
    from auscult.engines import embedded, outside
    from auscult.engines.tables import Tables, in_folder
    from auscult.metrics import METRICS
    from auscult.services.scoring.analyze import without_agents
    from auscult.services.scoring.evaluate import Evaluator

    find_table = in_folder(settings.tables_dir) if store is None else partial(_table_of, store)
    makers = plug_in()
    given = embedded(settings.embeddings, settings.embeddings_model, encoder_folder(settings))
    near: dict[type[Probe], Engine] = {engine.probe: engine for engine in (*given, Tables(find_table))}
    if settings.votes == "off":
        del near[Acts]
    far = dict(_far_engines(settings, spending, store))
    if settings.hosts_file is not None:
        far |= outside(settings.hosts_file, settings.hosts_concurrency, networks_of(settings))
    plugins.put_in_place(settings.engines or "", makers, near, far)
    analyzers = _chosen(settings.analyzers, ANALYZERS)
    if settings.agent_emotions == "off":
        analyzers = without_agents(analyzers)
    digest = None if store is None else store.digest
    return Evaluator(METRICS, near, judge_ineligible, analyzers, far, settings.judge_summaries, digest=digest)


def _chosen(names: str, shelf: "Mapping[str, Analyzer[Any]]") -> "Mapping[str, Analyzer[Any]]":
    """The analyzers that the setting names; those left out say that they are. Raises ``SettingsError``."""
    from auscult.analyzers import SwitchedOff

    if names in {"all", "none"}:
        return shelf if names == "all" else {}
    chosen = [name for name in map(str.strip, names.split(",")) if name]
    for name in chosen:
        if name not in shelf:
            hint = did_you_mean(name, shelf, f"there is: {', '.join(shelf)}")
            message = f"there is no analyzer {name}; {hint}"
            raise SettingsError(message, code="analyzer.unknown", field="AUSCULT_ANALYZERS", value=name)
    off = SwitchedOff()
    return {name: one if name in chosen else off for name, one in shelf.items()}


@lru_cache(maxsize=1)
def plug_in() -> "Mapping[str, EngineMaker]":
    """Put what plug-ins add on the shelves, once a process; gives what makes their engines, by name.

    Raises ``PluginError`` for one that cannot be used, and puts nothing there then.
    """
    from auscult import plugins

    added = plugins.load(_names_of_ours)
    for group, variants in added.items():
        if group != plugins.ENGINES:
            _shelf(group).plug_in(variants)
    return added.get(plugins.ENGINES, {})


def examine_plugins() -> "list[Installed]":
    """Examine every plug-in that is installed, used or not."""
    from auscult import plugins

    return list(plugins.examine(_names_of_ours))


def allowed_hosts(settings: Settings) -> "Hosts | None":
    """The hosts that may be asked; None where the settings name none. Raises ``SettingsError``."""
    from auscult.engines import allowed

    return None if settings.hosts_file is None else allowed(settings.hosts_file, networks_of(settings))


def _names_of_ours(group: str) -> frozenset[str]:
    """The names that plug-ins of a group may not have."""
    from auscult import plugins
    from auscult.domain.insight import Insights

    if group == plugins.ENGINES:
        from auscult.engines import ENGINES

        return frozenset(ENGINES)
    names = _shelf(group).built_in
    return names | {*Insights.__struct_fields__} if group == plugins.ANALYZERS else names


def _shelf(group: str) -> "Shelf[Any]":
    """The shelf that a group of entry points is for."""
    from auscult import analyzers, formats, metrics, plugins

    return {
        plugins.METRICS: metrics.METRICS,
        plugins.ANALYZERS: analyzers.ANALYZERS,
        plugins.FORMATS: formats.FORMATS,
    }[group]


def _table_of(store: "Store", app_id: str, name: str) -> tuple[bytes, str] | None:
    """The newest version of an app's table, and what it is called."""
    tenant = store.tenant(app_id)
    found = None if tenant is None else store.within(tenant).definitions.get("table", name)
    return None if found is None or found.removed_at else (found.document, f"table {name} {found.version}")


def _far_engines(settings: Settings, spending: "Spending | None", store: "Store | None") -> "RemoteEngines":
    """The judge, for each kind of probe that it answers, where one is configured. Nothing is opened yet."""
    timeout_s, retries = settings.judge_timeout_s, settings.judge_retries
    way = _way_to_judge(settings, spending, store and store.judge_slots, timeout_s=timeout_s, retries=retries)
    if way is None:
        return {}
    from auscult.engines.judge import Judge

    judge = Judge(
        *way, context=settings.judge_context, at_once=settings.judge_concurrency, app_budgets=_app_budgets(store)
    )
    return dict.fromkeys(judge.kinds, judge)


def _app_budgets(store: "Store | None") -> "Callable[[str], JudgeAppBudget] | None":
    """Return what finds the judge's budget of an app; None without a store, where there are no accounts."""
    from auscult.services.limits import TenantLimits

    return None if store is None else TenantLimits(store.limits).judge


def check_judge(settings: Settings) -> None:
    """Raise ``SettingsError`` where a judge is configured whose client is not installed."""
    from importlib.util import find_spec

    if settings.judge_url is not None and find_spec("openai") is None:
        raise SettingsError(
            "a judge is configured, and its client is not installed: pip install 'auscult[judge]'",
            code="judge.missing",
            field="AUSCULT_JUDGE_URL",
        )


def _way_to_judge(
    settings: Settings, spending: "Spending | None", slots: "JudgeSlots | None", *, timeout_s: int, retries: int
) -> "tuple[Server, Budget, DistributedSemaphore | None] | None":
    """The judge's server, what may be spent there, and how many at a time, where one is configured.

    Nothing is opened yet.
    """
    if settings.judge_url is None or settings.judge_model is None:
        return None
    from auscult.engines.judge import Address, Budget, Server
    from auscult.services.scoring.engine_calls.answer_cache import RunSpending
    from auscult.services.scoring.engine_calls.slots import DistributedSemaphore
    from auscult.workers.heartbeat import WorkerName

    check_judge(settings)
    address = Address(
        url=settings.judge_url,
        model=settings.judge_model,
        api_key=settings.judge_api_key or "",
        timeout_s=timeout_s,
        retries=retries,
    )
    now = partial(datetime.now, UTC)
    budget = Budget(
        spending or RunSpending(), settings.judge_allowance, settings.judge_prices, now, str(WorkerName.mine())
    )
    gate = None
    if slots is not None and settings.judge_concurrency_total:
        lease_s = (timeout_s + MOST_BETWEEN_TRIES_S) * (retries + 1)
        gate = DistributedSemaphore(slots, str(WorkerName.mine()), settings.judge_concurrency_total, lease_s)
    return Server(address), budget, gate
