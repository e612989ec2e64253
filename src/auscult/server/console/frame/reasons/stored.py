"""Reasons of jobs and runs of connectors in the reader's language. Stored and sent they stay in English.

What has no template, such as the words of another system, stays as it is.
"""

import re
from functools import cache

from auscult.language import ENGLISH, current, later, translation_of
from auscult.server.console.frame.reasons.matching import in_words
from auscult.server.console.frame.reasons.slots import pattern_of, weight_of

WORK = (
    later("its processing was begun {n} times and never came to an end"),
    later("other batches have their turn"),
    later("alone, for {id} was begun again and again"),
    later("split into {n} batches of one conversation, for it was begun again and again"),
    later("went along with {id}"),
)
"""Why a job waits, failed or is over."""

RUNS = (
    later("the store has no such bucket or container"),
    later("the store cannot be read: {fault}"),
    later("the place cannot be read: {fault}"),
    later("its process ended before the run did"),
    later("the SFTP server has no folder {name}"),
    later("the SFTP server cannot be read: {fault}"),
    later("there is no folder {name}; give the path of one that exists"),
    later("{name} cannot be read: {fault}"),
    later("the address {value} must be https, and http only to this host"),
    later("the API names the same page again as the next one"),
    later("the API's answer has no list of {name}"),
    later("the answer to the login has no access_token"),
    later("the API answers something that is no JSON object: {fault}"),
    later("{fault}; {n} requests were made"),
    later("the volume fell: {n} conversations today up to {value}, usually {m}"),
    later("field {name} vanished: {value} of {n} conversations had it, none of {m} today"),
    later("queue {name} is new: {n} conversations today"),
    later("queue {name} is not in the mapping table"),
    later("agent {name} is not in the mapping table"),
    later("replaced by another of the same id: {names}"),
)
"""Why a run of a connector failed, and what it noticed."""


def job_in_words(reason: str) -> str:
    """Return why a job waits or failed; it may be the reason of an engine's."""
    if current() == ENGLISH:
        return reason
    return _translated(WORK, reason) or in_words(reason, may_be_of_others=True)


def run_in_words(line: str) -> str:
    """Return what a run of a connector reports."""
    return line if current() == ENGLISH else _translated(RUNS, line) or line


def _translated(templates: tuple[str, ...], words: str) -> str | None:
    """Return the translation of the template that words are of, with its slots; None where none fits."""
    for text, pattern in _patterns(templates):
        found, translation = pattern.fullmatch(words), translation_of(text)
        if found and translation:
            return translation.format(**found.groupdict())
    return None


@cache
def _patterns(templates: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    """Return templates with their patterns, those with the most words of their own first."""
    return [(text, pattern_of(text)) for text in sorted(templates, key=weight_of, reverse=True)]
