"""Scorecards, taxonomies and the knowledge base in the console: as their APIs, and what an agent would be shown."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.data_files import data_of
from tests.e2e.consoles import signed_in
from tests.e2e.serving import TENANT, Service

CARD = data_of(__file__, "card")
TREE = data_of(__file__, "tree")
CURRENT = b"# Gift cards\n\nValid from 1 March 2026.\n\n## Returns\n\nGift cards can be returned within 90 days.\n"
OLD = b"# Gift cards of 2025\n\nSuperseded by gift-cards.md.\n\n## Returns\n\nGift cards can be returned within 30 days.\n"
QUESTION = "how long can i return a gift card?"
CONSOLE = {"weeks": 1, "a_week": 6}


@pytest.fixture
def me(served: Service) -> Iterator[httpx.Client]:
    """Somebody who manages quality."""
    with signed_in(served, "qa-manager") as client:
        yield client


@pytest.mark.landing
def test_a_scorecard_is_checked_published_and_shows_its_figures(served: Service, me: httpx.Client) -> None:
    """Begun as a draft, a fault is shown at its field; what is published shows its weights, and agents by name."""
    begun = me.post("/console/scorecards", data={"name": "Console"})
    assert begun.headers["location"] == "/console/scorecards/sc-console/edit"
    assert me.post("/console/scorecards", data={"name": "Console"}).status_code == 422
    assert me.post("/console/scorecards", data={"name": "!"}).status_code == 422
    assert me.get("/console/scorecards/sc-console").headers["location"] == "/console/scorecards/sc-console/edit"
    assert "sc-console/edit" in me.get("/console/scorecards").text
    editor = "/console/scorecards/sc-console/edit"
    page = me.post(editor, data={"document": CARD.replace("60", "none"), "act": "publish"})
    assert page.status_code == 422
    assert "Passes from" in page.text
    assert served.store.within(TENANT).definitions.in_force("scorecard") == []
    assert me.post(editor, data={"document": CARD.replace("sc-console", "sc-other"), "act": "save"}).status_code == 422
    answer = me.post(editor, data={"document": CARD, "act": "publish"})
    assert answer.headers["location"] == "/console/scorecards/sc-console?done=published"
    assert me.post(editor, data={"document": CARD.replace("60", "70"), "act": "publish"}).status_code == 303
    assert "Version 2, in force" in me.get(editor).text
    back = me.post(editor, data={"document": CARD, "act": "back:1"}).text
    assert "pass_score: 60" in back
    assert "Passes from: 70 to 60." in back
    saved = me.post(editor, data={"document": CARD, "act": "save"})
    assert saved.headers["location"] == f"{editor}?done=saved"
    assert "Draft of version 3" in me.get(editor).text
    assert me.post(editor, data={"document": CARD, "act": "discard"}).headers["location"] == editor.removesuffix(
        "/edit"
    )
    assert "Version 2, in force" in me.get(editor).text
    assert me.get("/console/scorecards/none/edit").status_code == 404
    one = me.get("/console/scorecards/sc-console").text
    assert "on no form" in one
    figures = me.get("/console/scorecards/sc-console?from=2020-01-01&to=2030-01-01").text
    assert "Mean score" in figures
    assert "/console/conversations?agent=" in figures
    _check_leaderboard(served, me, figures)
    assert me.get("/console/scorecards/sc-console?from=Monday").status_code == 400
    assert me.get("/console/scorecards/none").status_code == 404
    assert me.post("/console/scorecards/sc-console/remove").status_code == 303
    assert me.get("/console/scorecards/sc-console").status_code == 404


def _check_leaderboard(served: Service, me: httpx.Client, figures: str) -> None:
    """Check that a scorecard's page lists agents by name, and by score where an administrator lets it."""
    assert "By mean score" not in figures, "off unless the app is set so"
    settings = {"redaction": "off", "people": "one", "agent_emotions": "on", "leaderboard": "on"}
    with signed_in(served, "administrator") as admin:
        assert 'name="leaderboard" value="on">' in admin.get("/console/administration/settings").text
        assert admin.post("/console/administration/settings", data=settings).status_code == 303
        assert 'name="leaderboard" value="on" checked' in admin.get("/console/administration/settings").text
    period = "/console/scorecards/sc-console?from=2020-01-01&to=2030-01-01"
    assert "By mean score" in me.get(period).text
    named, ranked = (_agents(me.get(f"{period}{order}").text) for order in ("", "&order=score"))
    assert [name for name, _score in named] == sorted((name for name, _score in named), key=str.casefold)
    assert [score for _name, score in ranked] == sorted((score for _name, score in ranked), reverse=True)
    assert sorted(named) == sorted(ranked)
    with signed_in(served, "administrator") as admin:
        admin.post("/console/administration/settings", data=settings | {"leaderboard": ""})
    assert "By mean score" not in me.get(period).text


def _agents(page: str) -> list[tuple[str, int]]:
    """Return the agents of a scorecard's page, in order, with their mean scores; those without a score are left out."""
    rows = re.findall(r'<th scope="row"><a [^>]+>([^<]+)</a></th><td class="n">[^<]+</td><td class="n">(-?\d+)', page)
    return [(name, int(score)) for name, score in rows]


def test_a_taxonomy_is_published_and_shown_as_a_tree(me: httpx.Client) -> None:
    """Topics stand below each other with their descriptions, and versions are listed."""
    begun = me.post("/console/taxonomies", data={"name": "Console"})
    editor = begun.headers["location"]
    assert editor == "/console/taxonomies/tx-console/edit"
    assert me.post(editor, data={"document": "id: 3", "act": "publish"}).status_code == 422
    answer = me.post(editor, data={"document": TREE, "act": "publish"})
    assert answer.status_code == 303
    changed = me.post(editor, data={"document": TREE.replace("Lost", "Stolen").replace("i lost", "they stole")})
    assert "Bank \u203a Cards \u203a Lost card" in changed.text
    assert "Bank \u203a Cards \u203a Stolen card" in changed.text
    same = me.post(editor, data={"document": TREE.replace("i lost my card", "it is gone")}).text
    assert "They say, for example: added \u201cit is gone\u201d." in same
    moved = TREE.replace("    topics:\n      - name: Cards\n        topics: [", "  - name: Cards\n    topics: [")
    moves = me.post(editor, data={"document": moved}).text
    assert "Moved from Bank \u203a Cards to Cards." in moves
    page = me.get(answer.headers["location"]).text
    assert "A card was lost." in page
    assert "Version 1" in page
    assert "tx-console" in me.get("/console/taxonomies").text


def test_knowledge_shows_validity_and_what_an_agent_would_see(me: httpx.Client) -> None:
    """The document in force is suggested; the one that it supersedes says so and never is."""
    assert "suggests nothing" in me.get("/console/knowledge").text
    for name, content in (("gift-cards.md", CURRENT), ("gift-cards-2025.md", OLD)):
        answer = me.post("/console/knowledge", data={"language": "en"}, files={"file": (name, content)})
        assert answer.status_code == 303, answer.text
    page = me.get("/console/knowledge", params={"q": QUESTION}).text
    assert "from 1 March 2026" in page
    assert "Superseded by gift-cards.md" in page
    first, _, rest = page.partition('<ol class="founds">')[2].partition("</li>")
    assert "90 days" in first
    assert "Would be suggested" in first
    assert "Would be suggested" not in rest.partition("30 days")[0].rpartition("<li")[2]
    assert "within 90 days" in me.get("/console/knowledge/en/gift-cards.md").text
    refused = me.post("/console/knowledge", data={"language": "en"}, files={"file": ("x.bin", b"\0\1")})
    assert refused.status_code == 422
    for name in ("gift-cards.md", "gift-cards-2025.md"):
        assert me.post(f"/console/knowledge/en/{name}/remove").status_code == 303
    assert me.get("/console/knowledge/en/gift-cards.md").status_code == 404


def test_a_person_states_when_a_document_counts(me: httpx.Client) -> None:
    """In the form that adds it or on its page; both name who stated it, and the document's own days can be had back."""
    old = b"# Vouchers (terms until March 2025)\n\nA voucher for a sauna is 20 euros.\n"
    question = {"q": "how many euros is a voucher for a sauna"}

    def add(**days: str) -> None:
        answer = me.post("/console/knowledge", data={"language": "en", **days}, files={"file": ("vouchers.md", old)})
        assert answer.status_code == 303, answer.text

    add()
    page = me.get("/console/knowledge/en/vouchers.md").text
    assert "Expired" in page
    assert "read in its heading: \u201cterms until March 2025\u201d" in page
    assert "Would be suggested" not in me.get("/console/knowledge", params=question).text
    add(until="2099-12-31")
    assert "to 31 December 2099" in me.get("/console/knowledge").text
    saved = me.post("/console/knowledge/en/vouchers.md/dates", data={"from": "2026-01-01", "until": ""})
    assert saved.status_code == 303
    page = me.get("/console/knowledge/en/vouchers.md").text
    assert "from 1 January 2026" in page
    assert "stated by Qa-manager" in page
    assert "Would be suggested" in me.get("/console/knowledge", params=question).text
    wrong = me.post("/console/knowledge/en/vouchers.md/dates", data={"from": "2026-01-01", "until": "2025-01-01"})
    assert wrong.status_code == 422
    me.post("/console/knowledge/en/vouchers.md/dates", data={"by": "document"})
    assert "Expired" in me.get("/console/knowledge/en/vouchers.md").text
    assert me.post("/console/knowledge/en/vouchers.md/remove").status_code == 303


def test_the_language_of_a_document_is_chosen_by_name(me: httpx.Client) -> None:
    """The list has every language that the search knows, by its name for the reader, and keeps the one chosen."""
    languages = re.findall(r'<option value="(..)"[^>]*>([^<]+)', me.get("/console/knowledge").text)
    assert languages[:2] == [("ar", "Arabic"), ("hy", "Armenian")]
    assert {"de", "en", "es", "sv"} < {code for code, _ in languages}
    refused = me.post("/console/knowledge", data={"language": "sv"}, files={"file": ("x.bin", b"\0\1")})
    assert '<option value="sv" selected>Swedish</option>' in refused.text
    german = me.get("/console/knowledge", headers={"Accept-Language": "de"}).text
    assert '<option value="en" selected>Englisch</option>' in german
    assert german.index(">Arabisch</option>") < german.index(">Deutsch</option>") < german.index(">Spanisch</option>")
    bad = me.post("/console/knowledge", data={"language": "Klingon"}, files={"file": ("a.md", CURRENT)})
    assert bad.status_code == 422
    assert "is no language; give its code, as en or de-AT" in bad.text


def test_who_changes_definitions(served: Service) -> None:
    """Those who read them find no form to change them, and what they post is refused."""
    with signed_in(served, "analyst") as analyst, signed_in(served, "inspector") as inspector:
        assert "<form" not in analyst.get("/console/scorecards").text.partition("<main")[2].partition("</main>")[0]
        assert analyst.post("/console/scorecards", data={"document": CARD, "act": "publish"}).status_code == 403
        assert inspector.get("/console/taxonomies").status_code == 403
        assert inspector.get("/console/knowledge").status_code == 403
        assert inspector.post("/console/knowledge", files={"file": ("a.md", CURRENT)}).status_code == 403
