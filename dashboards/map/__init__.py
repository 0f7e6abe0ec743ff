"""The one map module of wall, desk and phone, its Dash component and its static files."""

from dashboards import __version__

__all__ = ["__version__"]
