"""Seed 002 (rule 23): the sample's two conversations go in as native documents and come out as the sample shows them.

What analysis finds is put in by hand here: the sample tells no words from which it could have been found.
"""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from auscult.domain.evaluation import Evidence
from auscult.domain.insight import Flag, Insights, Intent, Sentiment, SentimentLabel
from auscult.domain.record import Record
from auscult.reports.account_rawdata import AccountRawData
from auscult.storage import Store
from tests.golden.rendering import HERE
from tests.golden.storing import TENANT, conversations, page, process, publish, rows, without

SAMPLE: dict[str, Any] = msgspec.json.decode((HERE / "account_rawdata.response.json").read_bytes())
FOUND_BY_ANALYSIS = ("Sentiment Score", "Intents", "Topics", "IsChurnRiskObserved", "IsEscalationObserved")
DAYS = {"startDate": "2024-07-18 00:17:54", "endDate": "2024-07-19 13:36:35", "limit": 100}


@pytest.fixture(scope="module")
def loaded(store: Store) -> Store:
    """The sample's conversations, loaded and scored, each with its version of the form (rule 7)."""
    for version, conversation in zip(("first", "second"), conversations("account_rawdata"), strict=True):
        publish(store, f"account_rawdata.{version}.yaml")
        process(store, [conversation])
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
    """Rules 1 to 5, 7 and 23: all that needs no analysis, byte for byte, the order of keys included."""
    expected = [{key: value for key, value in row.items() if key not in FOUND_BY_ANALYSIS} for row in SAMPLE["results"]]
    found = page(loaded, "account_rawdata", **DAYS)
    envelope = b'{"results":%b,"totalResults":2,"totalPages":1,"hasMore":false}'
    assert found == envelope % msgspec.json.encode(expected)


@pytest.mark.parametrize("number", [0, 1])
def test_the_row_is_the_samples_with_what_analysis_finds(loaded: Store, number: int) -> None:
    """Rules 12 and 23: the whole row, byte for byte."""
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
