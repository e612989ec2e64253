"""The contract of a metric type, as tests."""

import pickle
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from auscult.domain import errors
from auscult.domain.contracts import contract_faults
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Verdict
from auscult.domain.probe import Answer, Probe
from auscult.metrics import METRICS, MetricType
from auscult.services.definitions.forms.reading import check_form
from auscult.testing.answers import some_answer
from auscult.testing.conversations import conversations

_NUMBERS = msgspec.json.Encoder(decimal_format="number")


class MetricTypeContract:
    """Contract of a metric type: set ``variant``, and ``examples`` to settings of metrics in forms, at least one valid.

    ``common`` are keys of every metric that the examples need in addition to their own, like ``levels``.
    """

    variant: ClassVar[MetricType[Any]]
    examples: ClassVar[Sequence[Mapping[str, Any]]]
    common: ClassVar[Mapping[str, Any]] = {}

    def answer(self, probe: Probe) -> Answer:
        """Return an engine's answer to a probe; override where the type uses probes of its own."""
        return some_answer(probe)

    def read(self, example: Mapping[str, Any]) -> Any:  # noqa: ANN401  (the type's own settings)
        """An example, as settings."""
        return msgspec.convert(example, self.variant.settings_type, strict=False)

    def judged(self, settings: Any, conversation: Conversation) -> tuple[tuple[Probe, ...], Verdict]:  # noqa: ANN401
        """Return the probes of a conversation, and the verdict."""
        probes = self.variant.probes(settings, conversation)
        return probes, self.variant.judge(settings, conversation, {probe: self.answer(probe) for probe in probes})

    def test_has_everything_that_is_asked_for(self) -> None:
        """Every attribute and method of the protocol, with its parameters."""
        faults = list(contract_faults(self.variant, MetricType))
        assert not faults, f"{type(self.variant).__name__} {'; '.join(faults)}"

    def test_settings_are_one_value_and_refuse_what_nobody_reads(self) -> None:
        """Expect settings that are frozen, hashable and serialisable, and that refuse misspelt keys."""
        config = self.variant.settings_type.__struct_config__
        assert config.frozen, "settings_type must be frozen=True"
        assert config.forbid_unknown_fields, "settings_type must be forbid_unknown_fields=True"
        for example in self.examples:
            read = self.read(example)
            assert hash(read) == hash(self.read(example)), f"{example} cannot be hashed alike twice"
            assert pickle.loads(pickle.dumps(read)) == read, f"{example} is not the same when it was sent"  # noqa: S301
            kept = msgspec.json.encode(read)
            again: object = msgspec.json.decode(kept, type=self.variant.settings_type, strict=False)
            assert again == read, f"{example} is not the same when it was kept (rule 7)"

    def test_examples_are_right(self) -> None:
        """Expect no problem in any example, and that each can be on a form."""
        assert self.examples, "give at least one example"
        variant = self.variant
        types = {**METRICS, variant.name: variant}
        for example in self.examples:
            problems = variant.problems(self.read(example))
            assert not problems, f"{example}: {problems}"
            written = msgspec.to_builtins(self.read(example), builtin_types=(Decimal,))
            metric = {"id": "em-1", "name": "M", "type": variant.name, "weight": 100, **self.common, **written}
            for channel in variant.channels:
                for scoring in variant.scorings:
                    form = {"id": "ef", "name": "F", "channel": channel, "scoring": scoring, "metrics": [metric]}
                    found = check_form(_NUMBERS.encode(form), types=types)
                    assert not found.problems, f"{example} on a {channel} form: {found.problems[0].reason}"

    def test_judges_any_conversation_and_always_alike(self) -> None:
        """An answer of the right kind for whatever was said; it asks only what it needs, and nothing twice."""
        for example in self.examples:
            settings = self.read(example)
            for conversation in conversations():
                probes, verdict = self.judged(settings, conversation)
                where = f"{example} on {conversation.id}"
                assert self.judged(settings, conversation) == (probes, verdict), f"{where}: differs the second time"
                asked = {type(probe) for probe in probes}
                assert asked <= self.variant.needs(settings), f"{where}: asks {asked}, which needs() does not name"
                assert len(set(probes)) == len(probes), f"{where}: asks the same twice"
                right = {"-"} if self.variant.is_manual else {"YES", "NO", "NA"}
                assert verdict.qualification in right, f"{where}: answers {verdict.qualification}"
                assert verdict.qualification == "YES" or verdict.reason, (
                    f"{where}: says {verdict.qualification}, not why"
                )
                kept = msgspec.json.decode(msgspec.json.encode(verdict, enc_hook=errors.kept), type=Verdict)
                assert kept == verdict, f"{where}: the verdict is not the same when it was kept"

    def test_evidence_is_in_the_conversation(self) -> None:
        """Expect quotes that are in the named turn, each with a reason."""
        for example in self.examples:
            settings = self.read(example)
            for conversation in conversations():
                turns = {turn.id: turn for turn in conversation.turns}
                _, verdict = self.judged(settings, conversation)
                for evidence in (*verdict.evidence, *verdict.trigger):
                    where = f"{example} on {conversation.id}: {evidence}"
                    assert evidence.why, f"{where}: does not say why it counts"
                    if evidence.turn_id is None:
                        assert not evidence.text, f"{where}: quotes words of no turn"
                    else:
                        assert evidence.turn_id in turns, f"{where}: names a turn that there is not"
                        assert evidence.text in turns[evidence.turn_id].text, f"{where}: quotes what was not said"
