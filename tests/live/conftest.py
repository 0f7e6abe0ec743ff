"""The root and the clients of the access tests."""

from tests.access.conftest import root, site

__all__ = ["root", "site"]
