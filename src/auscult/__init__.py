"""auscult: an open, self-hosted quality platform for contact centres."""

__version__ = "0.4.0"
