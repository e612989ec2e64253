"""Render every row again from what is recorded: rows are disposable, evaluations are not."""

import logging
import time
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from auscult.domain.audits.audit import AuditMovedError
from auscult.domain.errors import EngineError
from auscult.domain.operations.attempts import tried
from auscult.domain.operations.guarding import guarded, panics_as_errors
from auscult.domain.scoring.stored import EvaluatedConversation, PendingConversation
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.render import Reports, render
from auscult.storage.store import AppStore, Store

LOG = logging.getLogger(__name__)
GROUP = 500
AT_ONCE = 100
"""Conversations that are rendered in one transaction while others write, too."""


def rebuild(
    store: Store,
    reports: Reports,
    progress: Callable[[int, int | None], None],
    analyst: Evaluator | None = None,
) -> int:
    """Replace rows, facets and tallies of every recorded conversation of every app; how many there were.

    With an ``analyst`` those that were never analysed are; what was found before stays as it was found.
    Raises ``EngineError`` when an engine cannot answer.
    """
    done = 0
    for tenant in store.tenants():
        app = store.within(tenant)
        conversations = app.conversations
        agent_emotions = app.privacy.settings().agent_emotions
        for_app = analyst and analyst.for_app(tenant.app_id, agent_emotions=agent_emotions)
        after, version = "", app.aliases.in_force().version
        while recorded := conversations.rerender(after, GROUP):
            if for_app is not None:
                recorded = _analysed(recorded, for_app)
            _replace_rows(app, recorded, reports)
            after = recorded[-1].conversation.id
            done += len(recorded)
            progress(done, None)
        store.keep_rendered(tenant, None, None, version)
    return done


def render_outdated(store: Store, reports: Reports, pause: Callable[[float], bool]) -> int:
    """Render what an earlier version rendered, alongside other work; return the number of conversations.

    ``pause`` waits for some seconds, and returns whether to stop: the next call, here or in another worker, goes on
    from there. Half of the time is left to others. An app that cannot be rendered is left to the next call.
    """
    count, left = 0, set[str]()
    while (found := store.outdated(left)) is not None:
        tenant, after = found
        if count == 0:
            LOG.info("lists and dashboards of app %s are made again for this version", tenant.app_id)
        began = time.monotonic()
        left.add(tenant.app_id)
        with guarded(LOG, f"rows of app {tenant.app_id}"):
            app = store.within(tenant)
            recorded = app.conversations.rerender(after, AT_ONCE)
            version = _replace_rows(app, recorded, reports)
            store.keep_rendered(tenant, after, recorded[-1].conversation.id if recorded else None, version)
            count += len(recorded)
            left.remove(tenant.app_id)
        if pause(time.monotonic() - began):
            break
    return count


def _replace_rows(app: AppStore, recorded: Sequence[EvaluatedConversation], reports: Reports) -> int:
    """Render conversations and write their rows; once more where a queue or an agent was renamed meanwhile.

    Returns the version of the names that they show.
    """

    def step() -> int:
        aliases = app.aliases.in_force()
        app.conversations.replace_rows([render(app.tenant, one, reports, aliases) for one in recorded])
        return aliases.version

    return tried(step, AuditMovedError)


def _analysed(recorded: Sequence[EvaluatedConversation], analyst: Evaluator) -> list[EvaluatedConversation]:
    """Add insights where there are none. A conversation that breaks an analyzer stays without, and is logged."""
    try:
        with panics_as_errors():
            return _analysed_together(recorded, analyst)
    except EngineError:  # that may pass: whoever rebuilds tries again
        raise
    except Exception:
        if len(recorded) > 1:
            return [one for each in recorded for one in _analysed([each], analyst)]
        LOG.exception("conversation %s cannot be analysed", recorded[0].conversation.id)
        return list(recorded)


def _analysed_together(recorded: Sequence[EvaluatedConversation], analyst: Evaluator) -> list[EvaluatedConversation]:
    missing = [one for one in recorded if one.insights is None]
    if not missing:
        return list(recorded)
    batch = [PendingConversation(conversation=one.conversation, revision=one.evaluation.revision) for one in missing]
    judged = analyst.evaluate(batch, (), missing[0].evaluation.evaluated_at)  # without forms nothing is decided then
    found = {one.conversation.id: each.insights for one, each in zip(missing, judged, strict=True)}
    return [replace(one, insights=found.get(one.conversation.id, one.insights)) for one in recorded]
