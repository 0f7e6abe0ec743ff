"""What is written with Dash's elements is sent as plain ones, and only what can be."""

from __future__ import annotations

import pytest
from dash import dcc, html

from dashboards.elements import Icon, drawn, plain


def test_a_node_becomes_plain_elements() -> None:
    node = html.Div(
        ["a", 1, None, [html.B("b"), Icon(name="i-x", className="c")], html.I()],
        className="k",
        title=None,
        **{"data-go": "up"},
    )
    assert plain(node) == {
        "t": "div",
        "p": {"className": "k", "data-go": "up"},
        "c": [
            "a",
            1,
            None,
            [{"t": "b", "c": "b"}, {"t": "Icon", "p": {"name": "i-x", "className": "c"}}],
            {"t": "i"},
        ],
    }
    sent = drawn(node).to_plotly_json()
    assert (sent["namespace"], sent["type"]) == ("dashboards", "Tree")
    assert sent["props"] == {"tree": plain(node)}


def test_a_zero_is_drawn() -> None:
    assert plain(html.B(0)) == {"t": "b", "c": 0}


def test_a_component_that_needs_the_library_is_refused() -> None:
    with pytest.raises(TypeError, match=r"dash_core_components\.Store"):
        plain(html.Div(dcc.Store(id="x")))
