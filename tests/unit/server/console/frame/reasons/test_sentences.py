"""Sentences around reasons."""

import pytest
from markupsafe import Markup

from auscult.server.console.frame.reasons.words import filled, sentence_of


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (Markup("nobody speaks"), Markup("Nobody speaks.")),
        (Markup("über uns!"), Markup("Über uns!")),
        (Markup("&#39;a&#39; is said"), Markup("&#39;a&#39; is said.")),
        (Markup("2 × silence"), Markup("2 × silence.")),  # noqa: RUF001 the engine's sign
        (Markup('<span lang="en">it rained</span>'), Markup('<span lang="en">It rained</span>.')),
        (Markup('<span lang="en">it rained.</span>'), Markup('<span lang="en">It rained.</span>')),
    ],
)
def test_sentence(reason: Markup, sentence: Markup) -> None:
    """A capital first, and a full stop where there is no end yet."""
    assert sentence_of(reason) == sentence


def test_filled() -> None:
    """Values are escaped where they are no markup."""
    assert filled("<{a}, {b}>", a="<i>", b=Markup("<b>")) == "&lt;&lt;i&gt;, <b>&gt;"
