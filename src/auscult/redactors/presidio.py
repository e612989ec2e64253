"""Microsoft Presidio as a redactor, for who has installed it with a model of its own: ``pip install presidio-analyzer``."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

from auscult.domain.errors import SettingsError
from auscult.domain.privacy.redaction import Found, Hints, Kind, Utterance

_KINDS: Mapping[str, Kind] = {
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "PERSON": "name",
    "LOCATION": "address",
    "US_BANK_NUMBER": "account",
}
_NATIONAL = ("_SSN", "_ITIN", "_PASSPORT", "_DRIVER_LICENSE", "_NHS", "_NINO", "_NIF", "_NIE", "_FISCAL_CODE", "_PESEL",
             "_AADHAAR", "_PAN", "_TFN", "_MEDICARE", "_FIN", "_IDENTITY_CARD", "_VOTER")  # fmt: skip
LEAST_SCORE = 0.4
"""Findings of which Presidio is less sure are left out."""


class Presidio:
    """Presidio's analyzer, asked turn by turn; it knows nothing of numbers that are split over turns."""

    name: ClassVar[str] = "presidio"

    def __init__(self) -> None:
        """Load the analyzer and its model. Raises ``SettingsError`` where it is not installed."""
        try:
            module: Any = import_module("presidio_analyzer")
        except ImportError as error:
            raise SettingsError(
                "the redactor presidio needs the package presidio-analyzer and a model for it; install both",
                code="redactor.missing",
                field="redactor",
            ) from error
        self._analyzer = module.AnalyzerEngine()

    def find(self, utterances: Sequence[Utterance], hints: Hints) -> Sequence[Found]:
        """Return what Presidio finds, by our kinds; what has none is left out."""
        language = (hints.language or "en")[:2]
        found: list[Found] = []
        for turn, (_, text) in enumerate(utterances):
            for each in self._analyzer.analyze(text=text, language=language, score_threshold=LEAST_SCORE):
                kind = kind_of(each.entity_type)
                if kind is not None:
                    value = "".join(letter for letter in text[each.start : each.end].lower() if letter.isalnum())
                    found.append(Found(turn, each.start, each.end, kind, value))
        return found


def kind_of(entity: str) -> Kind | None:
    """Return our kind of one of Presidio's entities, None where there is none."""
    return "national_number" if entity.endswith(_NATIONAL) else _KINDS.get(entity)
