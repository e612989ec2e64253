"""The contract of an analyzer, as tests."""

from typing import Any, ClassVar

import msgspec

from auscult.analyzers import Analyzer, Unknown
from auscult.domain.contracts import contract_faults
from auscult.domain.conversation import Conversation
from auscult.domain.errors import kept
from auscult.domain.insight import Insights
from auscult.domain.probe import Answer, Probe
from auscult.testing.answers import some_answer
from auscult.testing.conversations import conversations


class AnalyzerContract:
    """Set ``variant`` to the analyzer."""

    variant: ClassVar[Analyzer[Any]]

    def answer(self, probe: Probe) -> Answer:
        """Return an engine's answer to a probe; override where the analyzer uses probes of its own."""
        return some_answer(probe)

    def found(self, conversation: Conversation) -> object:
        """Return the finding in a conversation without other findings."""
        answers = {probe: self.answer(probe) for probe in self.variant.probes(conversation)}
        return self.variant.analyze(conversation, answers, Insights())

    def test_has_everything_that_is_asked_for(self) -> None:
        """Every attribute and method of the protocol, with its parameters."""
        faults = list(contract_faults(self.variant, Analyzer))
        assert not faults, f"{type(self.variant).__name__} {'; '.join(faults)}"

    def test_analyzes_any_conversation_and_always_alike(self) -> None:
        """A finding that can be kept, or the reason why there is none; the same each time."""
        for conversation in conversations():
            found = self.found(conversation)
            assert self.found(conversation) == found, f"{conversation.id}: differs the second time"
            if isinstance(found, Unknown):
                assert found.reason, f"{conversation.id}: is unknown, and does not say why"
            else:
                assert found is not None, f"{conversation.id}: finds None; give Unknown with the reason"
                msgspec.json.encode(msgspec.to_builtins(found, enc_hook=kept))
