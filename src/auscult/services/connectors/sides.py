"""Sides of the speakers of a whole source, written into a connector's document; comments and order of the rest stay."""

import json
from collections.abc import Mapping

import yaml

from auscult.domain.conversation import Speaker


def with_sides(document: bytes, sides: Mapping[str, Speaker]) -> bytes:
    """Return a document that was checked, YAML or JSON, with the sides of some speakers; others keep theirs."""
    text = document.decode()
    root = _composed(text)
    mapping = _value(root, "mapping")
    speakers = None if mapping is None else _value(mapping, "speakers")
    if speakers is not None:
        first, last = speakers.start_mark.index, speakers.end_mark.index
        before = text[first:last]
        given = {key.value: value.value for key, value in speakers.value}
        return _joined(
            text[:first], json.dumps(given | {**sides}, ensure_ascii=False), _blank_end(before) + text[last:]
        )
    added = json.dumps(sides, ensure_ascii=False)
    if mapping is not None:
        return _inserted(text, mapping, f'"speakers": {added}')
    if root.flow_style:
        return _inserted(text, root, f'"mapping": {{"speakers": {added}}}')
    return _joined(text.rstrip(), f"\nmapping:\n  speakers: {added}\n", "")


def _composed(text: str) -> yaml.MappingNode:
    node: object = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):
        raise TypeError("the document of a stored connector is a mapping")
    return node


def _value(node: yaml.MappingNode, name: str) -> yaml.MappingNode | None:
    found = (value for key, value in node.value if key.value == name)
    return next((value for value in found if isinstance(value, yaml.MappingNode)), None)


def _inserted(text: str, node: yaml.MappingNode, entry: str) -> bytes:
    """Put an entry first into a mapping, in its style."""
    at = node.start_mark.index
    if node.flow_style:
        return _joined(text[: at + 1], f"{entry}{', ' if node.value else ''}", text[at + 1 :])
    return _joined(text[:at], f"{entry}\n{' ' * node.start_mark.column}", text[at:])


def _blank_end(text: str) -> str:
    return text[len(text.rstrip()) :]


def _joined(before: str, between: str, after: str) -> bytes:
    return f"{before}{between}{after}".encode()
