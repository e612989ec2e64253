"""Elements of SVG as safe markup."""

from collections.abc import Iterable

from markupsafe import Markup, escape

Attribute = str | float | None


def element(name: str, *content: str | Markup, **attributes: Attribute) -> Markup:
    """Return one element. ``_`` in attribute names becomes ``-``, at the end nothing (``class_``); None is omitted."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(at(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(escape(each) for each in content)
    return Markup(f"<{name}{written}>{inner}</{name}>")  # noqa: S704  (every part is escaped above)


def group(parts: Iterable[Markup]) -> Markup:
    """Return the parts in sequence."""
    return Markup("").join(parts)


def image(
    width: float, height: float, /, *content: Markup, label: str | None = None, **attributes: Attribute
) -> Markup:
    """Return an ``svg`` element with a view box; without a ``label`` it is decoration, and hidden from screen readers."""
    spoken: dict[str, Attribute] = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    box: dict[str, Attribute] = {"viewBox": f"0 0 {at(width)} {at(height)}"}
    return element("svg", *content, **{**box, **spoken, **attributes})


def text(x: float, y: float, words: str, class_: str | None = None, anchor: str | None = None) -> Markup:
    """Return words at a position."""
    return element("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def line(path: str, class_: str, width: float | None = None) -> Markup:
    """Return a path."""
    return element("path", d=path, class_=class_, stroke_width=width)


def at(value: Attribute) -> str:
    """Return a coordinate with one decimal; what is none as it is."""
    return f"{value + 0.0:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def link(href: str | None, label: str, *content: Markup) -> Markup:
    """Return marks as a link, or unchanged where there is no address."""
    return element("a", *content, href=href, aria_label=label) if href else group(content)
