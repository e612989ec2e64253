"""Filters of a list: what they offer."""

from datetime import UTC, datetime

import pytest

from auscult.server.console.frame.filters import Names, filter_view
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.templating import make_environment

READER = Reader(now=datetime(2026, 3, 28, tzinfo=UTC))


def panel(agents: int, **query: list[str]) -> str:
    """Return the panel of filters with so many agents."""
    names = Names({}, {}, [f"Agent {n}" for n in range(agents)], [])
    template = make_environment().get_template("parts/filters.html").module
    return str(template.panel(filter_view(query, "/", names, READER, ("agent",))))  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(("agents", "element"), [(6, 'type="checkbox"'), (100, "<select"), (101, 'list="l-agent"')])
def test_as_many_as_there_are(agents: int, element: str) -> None:
    """Few are boxes to tick, more a list, and very many a box to search in; each offers all."""
    html = panel(agents)
    assert element in html
    assert html.count('value="Agent ') == agents


@pytest.mark.parametrize("agents", [6, 100, 101])
def test_the_filter_in_force_is_kept(agents: int) -> None:
    """Also where it is none of the names offered: the form sends it again."""
    html = panel(agents, agent=["a-9"])
    assert 'value="a-9" checked' in html or 'value="a-9" selected' in html or 'name="agent" value="a-9"' in html
