"""``auscult ai-agents`` as a user runs it, and the keys that ``auscult load`` names."""

import json
from pathlib import Path

import pytest

from tests.integration.program import auscult, conversation

pytestmark = pytest.mark.landing

NIA = """
version: "12"
name: Nia
instructions: You are Nia.
knowledge: [{title: Refunds, text: Refunds take 14 days.}]
tools: [{name: refund, changes: true, after: [get_order]}]
"""
APP = ("--app", "st-1")


def test_an_agent_is_registered_from_a_file_listed_shown_and_removed(tmp_path: Path) -> None:
    """Faults of the file are named by field; keys that it should not have are refused."""
    line = conversation("c-1", (("bot", "hello"),), mood=1, calls=[])
    (tmp_path / "calls.ndjson").write_text(json.dumps(line))
    loaded = auscult(tmp_path, "load", "calls.ndjson", "--account", "a-1", "--org", "o-1", *APP, "--no-wait")
    assert "not read, because these keys are not known (number of conversations): mood (1, line 1)" in loaded.err
    (tmp_path / "nia.yaml").write_text(NIA)
    made = auscult(tmp_path, "ai-agents", "register", "ai-nia", "nia.yaml", *APP)
    assert (made.status, made.out) == (0, "ai-nia 12: 12 characters, 1 document, 1 tool\n")
    (listed,) = auscult(tmp_path, "ai-agents", "list", *APP, "--json").last["items"]
    assert (listed["agent_id"], listed["version"], listed["registered_by"][:4]) == ("ai-nia", "12", "cli:")
    shown = auscult(tmp_path, "ai-agents", "show", "ai-nia", *APP, "--json").last
    assert shown["ai"]["knowledge"] == [{"text": "Refunds take 14 days.", "title": "Refunds"}]
    for wrong, fault in (
        ("tools: [{changes: true}]", "tools[0].name is missing"),
        ("modle: x", "unknown key 'modle'; available: instructions, knowledge, tools"),
        ("[", "no JSON and no YAML"),
    ):
        (tmp_path / "wrong.yaml").write_text(wrong)
        refused = auscult(tmp_path, "ai-agents", "register", "ai-nia", "wrong.yaml", *APP)
        assert refused.status != 0
        assert fault in refused.err
    for name, *words in (("figures",), ("compare", "--version", "11", "--version", "12")):
        unknown = auscult(tmp_path, "ai-agents", name, "ai-nai", *words, *APP)
        assert unknown.status == 1
        assert "unknown agent 'ai-nai'; available: ai-nia" in unknown.err
    assert auscult(tmp_path, "ai-agents", "figures", "ai-nia", *APP, "--json").last["items"] == []
    assert auscult(tmp_path, "ai-agents", "remove", "ai-nia", "--version", "12", *APP).status == 0
    assert auscult(tmp_path, "ai-agents", "list", *APP).err.strip() == "none found"
