"""Builds the documentation site: ``build/site``, which needs no server and fetches nothing.

``docs`` and the pages of the root are staged in ``build/site-source``; links to files that are no pages become plain
names, since the site has no sources. The API reference is written from the OpenAPI document. MkDocs then builds with
``--strict``: a dead link or anchor, or a page that is in no section, fails the build.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
STAGED = ROOT / "build" / "site-source"
PROJECT = {
    name: f"project/{name}"
    for name in ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md")
}
SHIM = Path(__file__).parent / "site_assets" / "iframe-worker.js"
OPENAPI = ROOT / "tests" / "golden" / "openapi.json"
API_PAGE = "reference/openapi.md"
_FETCHED_SHIM = "https://unpkg.com/iframe-worker/shim"
_SECTIONS = ("how-to", "reference", "explanation", "compare", "runbooks", "decisions", "project")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]*)(#[^)\s]*)?\)")
_FENCE = re.compile(r"^(```.*?^```)", re.MULTILINE | re.DOTALL)


def stage() -> None:
    """Write every page into the staging folder."""
    shutil.rmtree(STAGED, ignore_errors=True)
    shutil.copytree(DOCS, STAGED)
    for path in STAGED.rglob("*.mmd"):
        path.unlink()
    pages = {
        DOCS / path.relative_to(STAGED): path.relative_to(STAGED).as_posix()
        for path in STAGED.rglob("*")
        if path.is_file()
    }
    pages |= {ROOT / name: page for name, page in PROJECT.items()}
    for source, page in pages.items():
        if source.suffix == ".md":
            target = STAGED / page
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_with_links(source, page, pages), encoding="utf-8")
    (STAGED / API_PAGE).write_text(
        "\n".join(api_page(json.loads(OPENAPI.read_text(encoding="utf-8")))), encoding="utf-8"
    )
    shutil.copy(OPENAPI, STAGED / "reference" / "openapi.json")
    for section in _SECTIONS:
        _index(section)


def _with_links(source: Path, page: str, pages: dict[Path, str]) -> str:
    """Return a page with its links as they are on the site. What is in a fenced block is left alone."""

    def linked(found: re.Match[str]) -> str:
        image, text, path, anchor = found[1], found[2], found[3], found[4] or ""
        if not path or ":" in path:
            return found[0]
        target = (source.parent / path).resolve()
        if target.is_dir() and (target / "README.md") in pages:
            target /= "README.md"
        if target in pages:
            return f"{image}[{text}]({os.path.relpath(pages[target], Path(page).parent)}{anchor})"
        if target.is_dir() and target.is_relative_to(DOCS):
            return f"{image}[{text}]({os.path.relpath(target.relative_to(DOCS) / 'index.md', Path(page).parent)})"
        shown = target.relative_to(ROOT).as_posix() if target.is_relative_to(ROOT) else path
        return text if shown in text else f"{text} (`{shown}`)"

    parts = _FENCE.split(source.read_text(encoding="utf-8"))
    return "".join(part if part.startswith("```") else _LINK.sub(linked, part) for part in parts)


def _title(path: Path) -> str:
    found = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else path.stem


def _index(section: str) -> None:
    """Write the list of a section's pages, unless it has a page of its own."""
    folder = STAGED / section
    if (folder / "README.md").exists():
        return
    pages = sorted((path for path in folder.rglob("*.md")), key=lambda path: _title(path).casefold())
    lines = [f"- [{_title(path)}]({path.relative_to(folder).as_posix()})" for path in pages]
    name = section.replace("-", " ").capitalize()
    (folder / "index.md").write_text("\n".join([f"# {name}", "", *lines, ""]), encoding="utf-8")


def navigation(tree: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the navigation with every page of a section in the order of titles."""
    found: list[dict[str, Any]] = []
    for entry in tree:
        ((name, page),) = entry.items()
        folder = STAGED / page
        if not folder.is_dir():
            found.append(entry)
            continue
        first = [path for path in (folder / "README.md", folder / "index.md") if path.exists()]
        rest = sorted(
            (path for path in folder.rglob("*.md") if path not in first), key=lambda path: _title(path).casefold()
        )
        found.append({name: [path.relative_to(STAGED).as_posix() for path in (*first, *rest)]})
    return found


def api_page(document: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the API reference: each operation with its parameters and answers, by path."""
    yield "# Own API: operations"
    yield ""
    yield f"Version {document['info']['version']}. The whole description as [OpenAPI](openapi.json); a running server shows it at `/docs`."
    yield ""
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield from _operation(path, method.upper(), operation)


def _operation(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"## {method} {path}"
    yield ""
    yield _text(operation.get("summary", ""), "\n")
    yield ""
    yield _text(operation.get("description", ""), "\n")
    yield ""
    parameters = [each for each in operation.get("parameters", ()) if "name" in each]
    if parameters:
        yield "| parameter | in | required | meaning |"
        yield "| --- | --- | --- | --- |"
        for each in parameters:
            needed = "yes" if each.get("required") else ""
            yield f"| `{each['name']}` | {each['in']} | {needed} | {_text(each.get('description', ''))} |"
        yield ""
    yield "| status | meaning |"
    yield "| --- | --- |"
    for status, answer in sorted(operation.get("responses", {}).items()):
        yield f"| `{status}` | {_text(answer.get('description', ''))} |"
    yield ""


def _text(text: str, between: str = " ") -> str:
    return between.join(text.replace("|", "\\|").replace("<", "&lt;").split("\n"))


def build() -> int:
    """Stage and build; return the exit status."""
    stage()
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    settings["nav"] = navigation(settings["nav"])
    settings["docs_dir"], settings["site_dir"] = str(STAGED), str(ROOT / "build" / "site")
    made = STAGED.parent / "mkdocs.yml"
    made.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(made)]
    told = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(words, check=False, env=told, capture_output=True, text=True)  # noqa: S603  (our own words)
    sys.stderr.write("".join(line for line in done.stderr.splitlines(keepends=True) if not line.startswith("INFO")))
    if done.returncode == 0:
        _keep_to_itself(Path(settings["site_dir"]))
    return done.returncode


def _keep_to_itself(built: Path) -> None:
    """Put the one script that the theme fetches from elsewhere into the site: search needs it in pages of a folder."""
    shutil.copy(SHIM, built / "assets" / "javascripts" / SHIM.name)
    for page in built.rglob("*.html"):
        own = os.path.relpath(built / "assets" / "javascripts" / SHIM.name, page.parent)
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace(_FETCHED_SHIM, own), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(build())
