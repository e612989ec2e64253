"""Sentences around reasons."""

import re

from markupsafe import Markup, escape

_BEGINNING = re.compile(r'(?P<tag><span lang="en">)?(?P<letter>[^\W\d_])')
_ENDS = (".", "!", "?", ".</span>", "!</span>", "?</span>")


def filled(text: str, **values: str) -> Markup:
    """Return a text with its placeholders filled; values that are no markup are escaped."""
    return escape(text).format(**values)


def sentence_of(reason: Markup) -> Markup:
    """Return a reason as a sentence: with a capital first, and a full stop."""
    found = _BEGINNING.match(reason)
    if found is not None:
        at = found.start("letter")
        reason = Markup(f"{reason[:at]}{found['letter'].upper()}{reason[at + 1 :]}")  # noqa: S704 escaped already
    return reason if reason.endswith(_ENDS) else reason + "."
