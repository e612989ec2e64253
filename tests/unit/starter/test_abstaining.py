"""Starter forms leave to a person what the machine is unsure of."""

from decimal import Decimal

import pytest

from auscult.services.definitions.forms.reading import ai_starter_documents, all_starter_documents, read_form


@pytest.mark.parametrize("document", [*all_starter_documents().values(), *ai_starter_documents().values()])
def test_an_unsure_answer_is_left_to_a_person(document: bytes) -> None:
    """Below a confidence of 0.5 it is no zero, in any language."""
    form = read_form(document)
    assert (form.abstain_below, form.abstain) == (Decimal("0.5"), "audit")
