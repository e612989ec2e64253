"""Render every row again from what is recorded: rows are disposable, evaluations are not."""

from collections.abc import Callable

from auscult.pipeline.ports import Store
from auscult.pipeline.record import Reports, render

GROUP = 500


def rebuild(store: Store, reports: Reports, progress: Callable[[int, int | None], None]) -> int:
    """Replace rows, facets and tallies of every recorded conversation of every app; how many there were."""
    done = 0
    for tenant in store.tenants():
        conversations = store.within(tenant).conversations
        after = ""
        while recorded := conversations.rerender(after, GROUP):
            conversations.replace_rows(
                [render(tenant, one.conversation, one.evaluation, reports, audit=one.audit) for one in recorded]
            )
            after = recorded[-1].conversation.id
            done += len(recorded)
            progress(done, None)
    return done
