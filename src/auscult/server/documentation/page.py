"""Rendering of an OpenAPI document as one page of HTML, without scripts, fonts or requests to other hosts."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0b7a75; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1.5rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1.5rem; }
code, pre { font: 0.875em/1.5 ui-monospace, monospace; } pre { background: var(--soft); padding: 1rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } a { color: var(--accent); }
td, th { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); }
.method { color: var(--accent); font-weight: 700; } .path { overflow-wrap: anywhere; }
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Content-Security-Policy of the page: its one style, and nothing else."""

_DEEPEST = 6


def render(document: Mapping[str, Any], base_url: str) -> str:
    """Render the whole page. ``base_url`` is the server's address, for the commands to copy."""
    info = document["info"]
    operations = list(_operations(document))
    contents = "".join(
        f'<li><a href="#{escape(_anchor(method, path))}">{escape(operation.get("summary", path))}</a></li>'
        for method, path, operation in operations
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} API <small>{escape(info['version'])}</small></h1>"
        f'{_prose(info.get("description", ""))}<p><a href="openapi.json">openapi.json</a></p><ul>{contents}</ul>'
        + "".join(_operation(document, base_url, *each) for each in operations)
        + f"<h2>Errors</h2>{_errors(document)}"
        + "</body></html>"
    )


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _operation(document: Mapping[str, Any], base_url: str, method: str, path: str, operation: Mapping[str, Any]) -> str:
    parts = [
        f'<h2 id="{escape(_anchor(method, path))}">{escape(operation.get("summary", path))}</h2>',
        f'<p class="path"><code><span class="method">{method}</span> {escape(path)}</code></p>',
        _prose(operation.get("description", "")),
    ]
    if parameters := operation.get("parameters"):
        rows = [
            (each["name"], each["in"], _note(each.get("schema", {}), each.get("description"))) for each in parameters
        ]
        parts.append("<h3>Path, headers and query</h3>" + _table(("Name", "In", "Meaning"), rows))
    if body := operation.get("requestBody", {}).get("content", {}).get("application/json"):
        parts.append("<h3>Body</h3>" + _fields(document, body["schema"]))
    example = body.get("example") if body else None
    parts.append(f"<pre>{escape(_curl(method, base_url + path, operation, example))}</pre>")
    answers = operation.get("responses", {})
    parts.append(
        "<h3>Answers</h3>" + _table(("Status", "Meaning"), [(s, a["description"]) for s, a in answers.items()])
    )
    for answer in answers.values():
        content = answer.get("content", {}).get("application/json", {})
        if "example" in content:
            parts.append(_fields(document, content["schema"]))
            parts.append(f"<pre>{escape(json.dumps(content['example'], indent=2, ensure_ascii=False))}</pre>")
    return "".join(parts)


def _errors(document: Mapping[str, Any]) -> str:
    """Return both shapes of errors, and every reason, each with an anchor that a problem's type links to."""
    schemas: Mapping[str, Any] = document["components"]["schemas"]
    rows = "".join(
        f'<tr><td><a id="{escape(name)}" href="#{escape(name)}"><code>{escape(name)}</code></a></td>'
        f"<td>{status}</td><td>{_inline(meaning)}</td></tr>"
        for name, (status, meaning) in document["x-reasons"].items()
    )
    return (
        f"<h3>Of the reports</h3>{_fields(document, schemas.get('Errors', {}))}"
        f"<h3>Of our own API</h3>{_fields(document, schemas.get('Problem', {}))}"
        "<h3>Reasons</h3><table><thead><tr><th>Reason</th><th>Status</th><th>Meaning</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _curl(method: str, url: str, operation: Mapping[str, Any], example: object) -> str:
    """Return a command for a request, with the header's names in capitals in place of values."""
    parameters: list[Mapping[str, Any]] = operation.get("parameters", [])
    headers = [f"  -H '{each['name']}: {each['name'].upper()}' \\" for each in parameters if each["in"] == "header"]
    asked = "curl" if method == ("GET" if example is None else "POST") else f"curl -X {method}"
    if example is None:
        return "\n".join([f"{asked} '{url}' \\", *headers, '  -H "auth: $TOKEN"'])
    lines = [f"{asked} '{url}' \\", "  -H \"auth: $TOKEN\" -H 'Content-Type: application/json' \\", *headers]
    return "\n".join([*lines, f"  -d '{json.dumps(example)}'"])


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    return _table(("Field", "Type", "Meaning"), list(_rows(document, schema, "", 0)))


def _rows(document: Mapping[str, Any], schema: Mapping[str, Any], path: str, depth: int) -> Iterator[tuple[str, ...]]:
    """Yield one row for each property; properties of nested objects are named by their path."""
    schema = _resolved(document, schema)
    for part in schema.get("allOf", ()):
        yield from _rows(document, part, path, depth)
    several = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if several:
        yield from _rows(document, several[0], path, depth)
    if schema.get("type") == "array":
        yield from _rows(document, schema.get("items") or {}, path + "[]", depth)
        return
    required = schema.get("required", ())
    for name, found in schema.get("properties", {}).items() if depth < _DEEPEST else ():
        inner = _resolved(document, found)
        where = f"{path}.{name}" if path else name
        yield where, _type(inner), _note(inner, None if name in required else "Optional.")
        yield from _rows(document, inner, where, depth + 1)


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    return document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema or "allOf" in schema:
        return "object"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " · ".join(str(each) for each in schema["enum"][:8]) + (" · …" if len(schema["enum"]) > 8 else "")  # noqa: PLR2004
    kind = schema.get("type", "any")
    return kind if isinstance(kind, str) else " or ".join(kind)


def _note(schema: Mapping[str, Any], more: str | None) -> str:
    """Return the description of a field, with its bounds and default."""
    bounds = [f"{word} {json.dumps(schema[key])}." for key, word in
              (("minimum", "From"), ("maximum", "Up to"), ("maxItems", "At most"), ("default", "Default")) if key in schema]  # fmt: skip
    examples = (
        ["For example " + ", ".join(f"`{each}`" for each in schema["examples"]) + "."] if schema.get("examples") else []
    )
    return " ".join(part for part in (schema.get("description"), more, *bounds, *examples) if part)


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    cells = "".join(f"<th>{escape(each)}</th>" for each in head)
    body = "".join(
        f"<tr><td><code>{escape(row[0])}</code></td>"
        + "".join(f"<td>{_inline(str(each))}</td>" for each in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def _prose(text: str) -> str:
    """Return the paragraphs and lists of a description as HTML."""
    blocks = [block for block in re.split(r"\n\s*\n", text) if block.strip()]
    return "".join(
        "<ul>" + "".join(f"<li>{_inline(line.strip()[2:])}</li>" for line in block.strip().splitlines()) + "</ul>"
        if block.strip().startswith("- ")
        else f"<p>{_inline(block)}</p>"
        for block in blocks
    )


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _anchor(method: str, path: str) -> str:
    return re.sub(r"\W+", "-", f"{method} {path}").strip("-").lower()
