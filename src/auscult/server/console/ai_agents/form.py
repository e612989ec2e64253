"""The form of a version of an AI agent: instructions, documents, and tools with what each changes, needs and must follow."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Self

from msgspec import Struct

from auscult.domain.ai_agents.context import Tool
from auscult.domain.ai_agents.registered import Registered
from auscult.domain.errors import RequestError
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.posted import Given, one

_KNOWLEDGE = ("knowledge_title", "knowledge_text")
_TOOL = ("tool_name", "tool_description", "tool_changes", "tool_needs", "tool_after", "tool_confirm")
CHANGES = {"": later("As its name says"), "yes": later("Changes something"), "no": later("Only reads")}
CONFIRM = {"": later("No"), "yes": later("Only after the customer said yes")}
_YES_OR_NO = {"yes": True, "no": False}
_NO_DOCUMENT = ("", "")


class ToolFields(Struct, frozen=True):
    """One tool as it was typed; names of ``needs`` and ``after`` are divided by commas."""

    name: str = ""
    description: str = ""
    changes: str = ""
    needs: str = ""
    after: str = ""
    confirm: str = ""

    @classmethod
    def of(cls, tool: Tool) -> Self:
        """Return the fields of a registered tool."""
        return cls(
            tool.name,
            tool.description or "",
            "" if tool.changes is None else "yes" if tool.changes else "no",
            ", ".join(tool.needs),
            ", ".join(tool.after),
            "yes" if tool.confirm else "",
        )

    def document(self) -> dict[str, Any]:
        """Return the tool as the document of a version has it."""
        return {
            "name": self.name,
            "description": self.description or None,
            "changes": _YES_OR_NO.get(self.changes),
            "needs": _names(self.needs),
            "after": _names(self.after),
            "confirm": self.confirm == "yes",
        }


class FormView(Struct, frozen=True, kw_only=True):
    """The form as it was filled in. ``knowledge`` has the title and text of each document. ``added`` is the kind of the row that was just added, which gets the focus."""

    agent_id: str
    version: str
    name: str
    instructions: str
    knowledge: tuple[tuple[str, ...], ...]
    tools: tuple[ToolFields, ...]
    added: str = ""
    problem: str = ""

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The choices of what a tool does, by the value that is posted."""
        return [(value, _(name)) for value, name in CHANGES.items()]

    @property
    def confirm(self) -> list[tuple[str, str]]:
        """The choices of whether a tool needs a yes, by the value that is posted."""
        return [(value, _(name)) for value, name in CONFIRM.items()]


def filled_form(found: Registered | None, agent_id: str = "", version: str = "") -> FormView:
    """Return the form with a registered version, or an empty one."""
    ai = found and found.ai
    knowledge = tuple((each.title or "", each.text) for each in ai.knowledge) if ai else ()
    tools = tuple(map(ToolFields.of, ai.tools)) if ai else ()
    return FormView(
        agent_id=found.agent_id if found else agent_id,
        version=found.version if found else version,
        name=(found and found.name) or "",
        instructions=(ai and ai.instructions) or "",
        knowledge=knowledge or (_NO_DOCUMENT,),
        tools=tools or (ToolFields(),),
    )


def posted_form(given: Given, add: str, problem: str = "") -> FormView:
    """Return the form as it was posted, with a further row of what is added: ``knowledge`` or ``tool``."""
    knowledge = list(_rows(given, _KNOWLEDGE))
    tools = [ToolFields(*each) for each in _rows(given, _TOOL)]
    if add == "knowledge" or not knowledge:
        knowledge.append(_NO_DOCUMENT)
    if add == "tool" or not tools:
        tools.append(ToolFields())
    texts = {each: one(given, each) for each in ("agent_id", "version", "name", "instructions")}
    return FormView(**texts, knowledge=tuple(knowledge), tools=tuple(tools), added=add, problem=problem)


def read_form(given: Given) -> tuple[str, dict[str, Any]]:
    """Return the agent's id and the document of its version. Raises ``RequestError`` ``field.missing``."""
    agent_id = one(given, "agent_id")
    if not agent_id:
        raise RequestError(_("give the id that conversations name it by"), code="field.missing", field="agent_id")
    document: dict[str, Any] = {
        "version": one(given, "version"),
        "instructions": one(given, "instructions") or None,
        "knowledge": [{"title": title or None, "text": text} for title, text in _rows(given, _KNOWLEDGE) if text],
        "tools": [ToolFields(*each).document() for each in _rows(given, _TOOL) if each[0]],
    }
    return agent_id, document | ({"name": name} if (name := one(given, "name")) else {})


def _rows(given: Given, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of fields that are given once for each, without rows that are blank."""
    columns = [value if isinstance(value := given.get(name, ()), list | tuple) else [value] for name in names]
    for row in zip_longest(*columns, fillvalue=""):
        found = tuple(each.strip() for each in row)
        if any(found):
            yield found


def _names(given: str) -> list[str]:
    return [each.strip() for each in given.split(",") if each.strip()]
