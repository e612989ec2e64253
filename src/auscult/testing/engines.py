"""The contract of an engine that answers at once, as tests."""

from collections.abc import Sequence
from typing import ClassVar

from auscult.domain.contracts import contract_faults
from auscult.domain.engines import Engine
from auscult.domain.probe import Classification, ClassificationAnswer, Probe, Similarity, SimilarityAnswer


class EngineContract:
    """Set ``variant`` to the engine, and ``probes`` to some of the kind that it answers."""

    variant: ClassVar[Engine]
    probes: ClassVar[Sequence[Probe]]

    def test_has_everything_that_is_asked_for(self) -> None:
        """Every attribute and method of the protocol, with its parameters."""
        faults = list(contract_faults(self.variant, Engine))
        assert not faults, f"{type(self.variant).__name__} {'; '.join(faults)}"
        assert all(isinstance(probe, self.variant.probe) for probe in self.probes), "probes are of another kind"

    def test_answers_each_probe_in_order_and_says_who_answered(self) -> None:
        """Expect one answer for each probe, shaped like it, with engine and version."""
        answers = self.variant.answer(self.probes)
        assert len(answers) == len(self.probes)
        for probe, answer in zip(self.probes, answers, strict=True):
            assert answer.engine == self.variant.version, f"{answer.engine} is not the version"
            if isinstance(probe, Similarity):
                assert isinstance(answer, SimilarityAnswer)
                assert len(answer.closest) == len(probe.texts)
                assert all(-1 <= one.similarity <= 1 for one in answer.closest)
                assert all(0 <= one.sample < len(probe.samples) for one in answer.closest)
            if isinstance(probe, Classification):
                assert isinstance(answer, ClassificationAnswer)
                assert [len(one) for one in answer.probabilities] == [len(answer.labels)] * len(probe.texts)

    def test_gives_the_same_answer_alone_and_in_a_batch(self) -> None:
        """Expect an answer that does not depend on the other probes."""
        alone = [self.variant.answer([probe])[0] for probe in self.probes]
        assert self.variant.answer(list(self.probes)) == alone
        assert self.variant.answer(list(reversed(self.probes))) == alone[::-1]

    def test_answers_nothing_with_nothing(self) -> None:
        """No probes, no answers."""
        assert self.variant.answer([]) == []
