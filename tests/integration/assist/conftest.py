"""The desk of ``test_assist``, for the other files."""

from tests.integration.assist.test_assist import desk, library

__all__ = ("desk", "library")
