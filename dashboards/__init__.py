"""The pages: the wall (大屏), the desk (工作台), the phone (巡查端) and the one map they share.

Dash looks for the script resources of a component at the top-level package of its class, hence
``_js_dist`` and ``__version__`` here.
"""

__version__ = "0.1.0"

_js_dist = [
    {
        "relative_package_path": "elements.js",
        "namespace": "dashboards",
    },
    {
        "relative_package_path": "dash_gridmap.js",
        "namespace": "dashboards.map",
    },
]
_css_dist: list[dict[str, str]] = []
