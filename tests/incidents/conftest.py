"""The root and the clients of the access tests."""

from tests.access.conftest import db, root, site

__all__ = ["db", "root", "site"]
