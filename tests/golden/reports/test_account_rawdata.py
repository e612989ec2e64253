"""Sample account_rawdata (rule 23): the sample's two conversations go in as native documents and come out as the sample shows them.

Sentiment, churn risk and escalation are found by analysis, from the first word to the page. Intents and topics are put
in by hand: the sample's ("intent", "code intent request") are in nobody's words, and ours would be other ones.
"""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.evaluation import Evidence
from auscult.domain.insight import Flag, Insights, Intent, Sentiment, SentimentLabel
from auscult.domain.record import Record
from auscult.reports.account_rawdata import AccountRawData
from auscult.storage import Store
from tests.golden.rendering import HERE
from tests.golden.storing import TENANT, conversations, page, process, publish, rows, without

SAMPLE: dict[str, Any] = msgspec.json.decode((HERE / "account_rawdata.response.json").read_bytes())
GENERATED = ("Intents", "Topics")
HABITS = ("empathy score", "crutch word score")
"""They stand in the page's table and not in its sample."""
DAYS = {"startDate": "2024-07-18 00:17:54", "endDate": "2024-07-19 13:36:35", "limit": 100}


@pytest.fixture(scope="module")
def loaded(store: Store) -> Store:
    """The sample's conversations, loaded and scored, each with its version of the form (rule 7)."""
    for version, conversation in zip(("first", "second"), conversations("account_rawdata"), strict=True):
        publish(store, f"account_rawdata.{version}.yaml")
        process(store, [conversation], bootstrap.evaluator(read_settings({})))
    return store


def sounding(label: SentimentLabel, score: int) -> Sentiment:
    """A customer who sounds alike all the time."""
    shares = {"positive": 0, "neutral": 0, "negative": 0} | {label: 100}
    return Sentiment(label=label, score=Decimal(score), start=label, end=label, **shares)


NOT_OBSERVED = Flag(observed=False, evidence=(Evidence(text="nothing of the kind"),))
INSIGHTS = (
    Insights(
        sentiment=sounding("neutral", 5),
        intents=(
            Intent(
                name="authorization assistance",
                keywords=("account authorization assistance", "code intent request"),
            ),
            Intent(name="intent", keywords=("intent", "code intent request")),
        ),
        topics=(
            Intent(
                name="intent",
                keywords=("intent name inquiry", "account authorization assistance", "code intent request"),
            ),
        ),
        churn_risk=NOT_OBSERVED,
        escalation=NOT_OBSERVED,
    ),
    Insights(
        sentiment=sounding("positive", 7),
        intents=(Intent(name="intent", keywords=("intent",), sentiment="positive", score=7),),
        churn_risk=NOT_OBSERVED,
        escalation=NOT_OBSERVED,
    ),
)


def test_the_page_is_the_samples(loaded: Store) -> None:
    """Rules 1 to 5, 7, 12 and 23: all but what is generated, found end to end, the order of keys included."""
    expected = {"results": SAMPLE["results"], "totalResults": 2, "totalPages": 1, "hasMore": False}
    found = msgspec.json.decode(page(loaded, "account_rawdata", **DAYS))
    assert msgspec.json.encode(as_printed(found)) == msgspec.json.encode(as_printed(expected))


def as_printed(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what is generated, and what the sample does not print of agents."""
    shown = [{key: value for key, value in row.items() if key not in GENERATED} for row in answer["results"]]
    for row in shown:
        row["Agents"] = [{key: v for key, v in agent.items() if key not in HABITS} for agent in row["Agents"]]
    return {**answer, "results": shown}


@pytest.mark.parametrize("number", [0, 1])
def test_the_row_is_the_samples_with_what_analysis_finds(loaded: Store, number: int) -> None:
    """Rules 12 and 23: the whole row, byte for byte, with its intents and topics."""
    sample = SAMPLE["results"][number]
    case = loaded.within(TENANT).audits.case(sample["Conversation ID"])
    assert case is not None
    record = Record(
        tenant=TENANT,
        conversation=case.conversation,
        revision=1,
        evaluation=case.evaluation,
        insights=INSIGHTS[number],
    )
    assert AccountRawData().row(record) == msgspec.json.encode(sample)


def test_a_zone_moves_its_times(loaded: Store) -> None:
    """Rule 21: those of agents too."""
    found = rows(loaded, "account_rawdata", startDate="2024-07-18", endDate="2024-07-18", timeZoneOffset=300)
    assert found[0]["Conversation Start Time"] == "2024-07-18T06:31:14.722"
    assert found[0]["Conversation End Time"] == "2024-07-18T06:33:12.904"
    assert found[0]["Agents"][0]["Agent Start Time"] == "2024-07-18T06:31:18.703"
    times = ("Conversation Start Time", "Conversation End Time", "Agents")
    plain = rows(loaded, "account_rawdata", startDate="2024-07-18", endDate="2024-07-18")
    assert [without(row, *times) for row in found] == [without(row, *times) for row in plain]
