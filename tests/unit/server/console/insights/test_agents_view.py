"""The list of agents, and the sentence beside the funnel."""

from datetime import UTC, datetime

from auscult.domain.statistics.agents import Count
from auscult.domain.statistics.compared_agents import compared_agents
from auscult.server.console.frame.counts import Leads
from auscult.server.console.frame.filters import FilterView
from auscult.server.console.frame.reader import Reader
from auscult.server.console.insights.agents import AgentsFound, AgentsView, agents_view
from auscult.services.insights.quality import Passed

NOW = datetime(2026, 3, 29, tzinfo=UTC)


def page(**counted: tuple[int, int]) -> AgentsView:
    """Return the page of agents, each with conversations that passed and that were scored; names are ids."""
    found = {
        agent: Passed(since=NOW, until=NOW, passed=passed, scored=scored) for agent, (passed, scored) in counted.items()
    }
    filters = FilterView(words="", chips=(), groups=(), orders=(), kept=(), all_href="")
    leads = Leads(Reader(now=NOW), {}, "/console/conversations")
    compared = compared_agents({agent: {"one queue": Count(*each)} for agent, each in counted.items()})
    data = AgentsFound(found, dict(zip(counted, counted, strict=True)), compared)
    return agents_view(data, filters, leads, "/console")


def test_an_agent_with_few_conversations_has_no_estimate() -> None:
    """Nine of nine is "too few", however narrow its interval; ten of ten has a figure."""
    rows = {each.name: each for each in page(ann=(9, 9), ben=(10, 10), cleo=(95, 100)).rows}
    assert (rows["ann"].raw.striptags(), rows["ann"].shrunk, rows["ann"].chart) == ("9 of 9", "too few", None)
    assert "%" in rows["ben"].shrunk
    assert rows["ben"].chart is not None


def test_agents_outside_the_funnel_are_listed_as_a_sentence() -> None:
    """Names are joined as a person would write them."""
    usual = {f"agent {n}": (95, 100) for n in range(20)}
    assert (
        "ann (10 of 100, where 91 would be usual) and ben (12 of 100, where 91 would be usual) differ"
        in page(**usual, ann=(10, 100), ben=(12, 100)).said
    )
    assert "where 95 would be usual) differs by more than chance" in page(**usual, ann=(10, 100)).said
