"""Two Dash components that the pages share: a sign of the sprite, and a tree of plain elements.

The page's library keeps a record of every component it is given and walks all of them at each
change; a thousand figures cost more that way than drawing them. So what only shows, and no
callback reads, is written with ``dash.html`` and sent as one :class:`Tree`.
"""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

Node = Any  # a Dash component, a text, a number or a list of them


class _Shared(Component):
    # Dash looks for a Python package of this name at every prop it is given: a name that is none
    # makes it search all of sys.path each time.
    _namespace = "dashboards"
    _children_props: list[str] = []  # noqa: RUF012 - Dash reads these from the class
    _base_nodes = ["children"]  # noqa: RUF012
    names: tuple[str, ...] = ()

    def __init__(self, **props: Any) -> None:
        self._prop_names = list(self.names)
        self.available_properties = self._prop_names
        self._valid_wildcard_attributes: list[str] = []
        self.available_wildcard_properties: list[str] = []
        super().__init__(**props)


class Icon(_Shared):
    """A symbol of the sprite: ``name``, ``className``, and ``label`` for one that stands alone."""

    _type = "Icon"
    names = ("name", "className", "label")


class Tree(_Shared):
    """Plain elements; ``tree`` as :func:`plain` gives it. Nothing in it can be an output."""

    _type = "Tree"
    names = ("tree",)


def plain(node: Node) -> Any:
    """A node of ``dash.html`` and icons as text, list or ``{"t": tag, "p": props, "c": children}``.

    Raises TypeError for a component that needs more than an element.
    """
    if isinstance(node, (list, tuple)):
        return [plain(one) for one in node]
    if not isinstance(node, Component):
        return node
    props = {k: v for k, v in node.to_plotly_json()["props"].items() if v is not None}
    if isinstance(node, Icon):
        return {"t": "Icon", "p": props}
    if node._namespace != "dash_html_components":
        raise TypeError(f"{node._namespace}.{node._type} cannot be drawn as a plain element")
    made: dict[str, Any] = {"t": node._type.lower()}
    children = plain(props.pop("children", None))
    if props:
        made["p"] = props
    if children is not None:
        made["c"] = children
    return made


def drawn(node: Node) -> Tree:
    """A node as one component."""
    return Tree(tree=plain(node))
