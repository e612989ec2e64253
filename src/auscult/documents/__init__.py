"""SHELF: bytes of a document to the pieces that it can be read in. One kind of document a file, and one line here."""

from collections.abc import Mapping

from auscult.documents._contract import Kind
from auscult.documents.html_page import HtmlPage
from auscult.documents.markdown import Markdown
from auscult.documents.pdf import Pdf
from auscult.documents.question_table import QuestionTable

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (Pdf(), HtmlPage(), QuestionTable(), Markdown())}
"""Every kind, in the order in which they are asked whether a document is theirs. The last takes any text."""
