"""Draws the diagrams of docs/images/diagrams as SVG, from their Mermaid sources, in Chromium.

    MERMAID=/path/to/mermaid.min.js python -m tools.diagrams

The script is in npm's package ``mermaid``. The drawings are committed, so that neither readers nor builds need it.
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service as Driver

HERE = Path(__file__).parent.parent / "docs" / "images" / "diagrams"
_PAGE = """<!doctype html><meta charset="utf-8"><script src="mermaid.js"></script>
<script>mermaid.initialize({startOnLoad: false, theme: "neutral", htmlLabels: false, fontFamily: "sans-serif",
flowchart: {htmlLabels: false}})</script>"""
_DRAW = "const [text, done] = arguments; mermaid.render('drawing', text).then(found => done(found.svg), error => done(String(error)))"


def main() -> None:
    """Draw every source."""
    script = os.environ.get("MERMAID", "")
    if not Path(script).is_file():
        sys.exit("name the file mermaid.min.js of npm's package mermaid in MERMAID")
    options = ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"):
        options.add_argument(flag)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(script, folder / "mermaid.js")
        (folder / "page.html").write_text(_PAGE, encoding="utf-8")
        browser = Chrome(options, Driver(shutil.which("chromedriver")))
        try:
            browser.get((folder / "page.html").as_uri())
            for source in sorted(HERE.glob("*.mmd")):
                drawn = str(browser.execute_async_script(_DRAW, source.read_text(encoding="utf-8")))
                if not drawn.startswith("<svg"):
                    sys.exit(f"{source.name}: {drawn}")
                opaque = re.sub(
                    r'style="max-width: ([\d.]+)px;[^"]*"', r'style="max-width: \1px; background: #fff"', drawn, count=1
                )
                source.with_suffix(".svg").write_text(opaque + "\n", encoding="utf-8")
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
