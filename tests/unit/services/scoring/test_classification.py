"""Taxonomies in force: published whole or not at all, and for the conversations that come from then on."""

from datetime import UTC, datetime
from functools import partial

import pytest

from auscult.analyzers import ANALYZERS
from auscult.domain.conversation import Conversation
from auscult.domain.errors import TaxonomyError
from auscult.domain.insight import Insights
from auscult.engines import embedded
from auscult.metrics import METRICS
from auscult.reports import REPORTS
from auscult.services.scoring.classification import TaxonomyClassifier, in_force, listed_versions, publish
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.process import Processing
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.integration.working import TENANT
from tests.unit.analyzers.conversations import talk
from tests.waiting import existing

TAXONOMY = b"""
id: tx-bank
name: Bank
topics:
  - {name: Balance, examples: [what is my balance, how much is in my account]}
"""


def found(store: Store, name: str) -> Insights:
    """What is found in a conversation that comes in now."""
    said = talk("C: hello, what is the balance of my account", "A: twelve dollars")
    asked = Conversation(id=name, channel="chat", started_at=said.started_at, turns=said.turns)
    evaluator = Evaluator(METRICS, {engine.probe: engine for engine in embedded()}, analyzers=ANALYZERS)
    work = Processing(store, evaluator, REPORTS, partial(datetime.now, UTC))
    app = store.within(TENANT)
    finished = existing(work.evaluate(app.conversations.accept([asked]).batch_id or ""))
    work.record(finished)
    return known(app, name)


def known(app: AppStore, name: str) -> Insights:
    """What was found in a conversation, as it is kept."""
    kept = existing(app.conversations.get(name))
    assert kept.insights is not None
    return kept.insights


def test_a_new_version_touches_only_later_conversations(store: Store, app: AppStore) -> None:
    """What was sorted says by which version."""
    before = found(store, "c-1")
    publish(app.definitions, {"t.yaml": TAXONOMY})
    first = found(store, "c-2")
    publish(app.definitions, {"t.yaml": TAXONOMY.replace(b"name: Balance", b"name: What is there")})
    second = found(store, "c-3")
    app.definitions.remove("taxonomy", "tx-bank")
    after = found(store, "c-4")
    assert [before.configured_intents, after.configured_intents] == [None, None]
    assert [[one.name for one in each.configured_intents or ()] for each in (first, second)] == [
        ["Balance"],
        ["What is there"],
    ]
    assert [each.taxonomies for each in (before, first, second)] == [(), ("tx-bank 1",), ("tx-bank 2",)]
    assert known(app, "c-2") == first


def test_publishes_all_or_none(app: AppStore) -> None:
    """Every fault of every file at once; nothing is half in force."""
    documents = {"a.yaml": TAXONOMY, "b.yaml": TAXONOMY.replace(b"name: Bank", b""), "c.yaml": TAXONOMY}
    with pytest.raises(TaxonomyError) as caught:
        publish(app.definitions, documents)
    assert caught.value.problems == (
        "b.yaml:2: name: is missing",
        "c.yaml: id: tx-bank is the id of another of these files too",
    )
    assert in_force(app.definitions) == {}


def test_lists_the_version_in_force_and_three_former(app: AppStore) -> None:
    """Older versions are read by number."""
    for number in range(6):
        publish(app.definitions, {"t.yaml": TAXONOMY.replace(b"name: Bank", b"name: Bank %d" % number)})
    assert [one.version for one in listed_versions(app.definitions, "tx-bank")] == [6, 5, 4, 3]


def test_reads_a_version_once(app: AppStore) -> None:
    """What was learned is kept as long as the app's taxonomies stay the same; without any, nothing is added."""
    sorting = TaxonomyClassifier()
    assert sorting.for_app(app, ANALYZERS) is ANALYZERS
    publish(app.definitions, {"t.yaml": TAXONOMY})
    first = sorting.for_app(app, ANALYZERS)
    assert sorting.for_app(app, ANALYZERS) is first
    publish(app.definitions, {"t.yaml": TAXONOMY.replace(b"name: Bank", b"name: Other")})
    assert sorting.for_app(app, ANALYZERS) is not first
    assert sorting.for_app(app, {}) == {}
