"""Statements of an AI agent against its calls: claims of a finished action, wishes for a person, and rules of tools.

Settings, semantics and examples for users: docs/reference/metrics/by_claim.md.
"""

from typing import ClassVar, Literal

from msgspec import Struct

from auscult.domain.ai_agents.context import Tool
from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import Verdict
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers
from auscult.metrics._ai.agreeing import tool_rules
from auscult.metrics._ai.answering import refused, weighed
from auscult.metrics._ai.judging import Judging, verdict
from auscult.metrics._finding.calls import CallTest, faults

Check = Literal["kept", "human", "handover", "disclosed", "confirmed", "tool_rules", "refused"]


class ToolRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Rule of a tool: arguments that it needs, tools that must have succeeded before, a yes, and calls that allow it."""

    tool: str
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    confirm: bool = False
    allowed_if: tuple[CallTest, ...] = ()


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type. ``rules`` are those of ``tool_rules``, in addition to what tools declare."""

    check: Check
    question: str = ""
    rules: tuple[ToolRule, ...] = ()

    @property
    def asked(self) -> str:
        """The question."""
        return self.check


class ByClaim(Judging[Settings]):
    """YES where what is said holds against what was called, NO where it does not, NA where nothing of the kind is said."""

    name: ClassVar[str] = "by_claim"
    settings_type: ClassVar[type[Struct]] = Settings

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the rules."""
        found: list[tuple[str, str]] = []
        if settings.rules and settings.check != "tool_rules":
            found.append(
                ("rules", coded("belong to check: tool_rules; leave them out of {name!r}", name=settings.check))
            )
        for number, rule in enumerate(settings.rules):
            if not rule.tool.strip():
                found.append((f"rules[{number}].tool", coded("is empty; name a tool")))
            if not (rule.needs or rule.after or rule.confirm or rule.allowed_if):
                keys = "needs, after, confirm, allowed_if"
                found.append(
                    (f"rules[{number}]", coded("rules nothing; give one of these, available: {list}", list=keys))
                )
            for at, test in enumerate(rule.allowed_if):
                found.extend(faults(test, f"rules[{number}].allowed_if[{at}]"))
        return tuple(found)

    def judge(
        self, settings: Settings, conversation: Conversation, answers: Answers, insights: Insights | None = None
    ) -> Verdict:
        """Return the verdict, with the sentence and the call."""
        if settings.check == "refused":
            return verdict(conversation, refused)
        if not settings.rules:
            return super().judge(settings, conversation, answers, insights)
        tools = {
            rule.tool: Tool(rule.tool, None, None, rule.needs, rule.after, rule.confirm) for rule in settings.rules
        }
        allowed = {rule.tool: rule.allowed_if for rule in settings.rules if rule.allowed_if}
        return verdict(conversation, lambda reading: weighed("tool_rules", tool_rules(reading, tools, allowed)))
