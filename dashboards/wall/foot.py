"""The footer: the latest incidents, turned by pages; the state is written by the page itself."""

from __future__ import annotations

from dash import html

from dashboards.wall.parts import Node, View, light


def ticker(view: View) -> list[Node]:
    """The latest incidents; a new overdue one comes first."""
    found = view.wall.latest
    if found is None:
        return []
    if not found:
        return [html.Span(view.say("latest.none"), className="t2 empty")]
    items = [
        html.A(
            [
                light(line.light, view.say(f"light.{line.light or 'none'}")),
                html.Span(
                    line.place[min(1, len(line.place) - 1)].name if line.place else "",
                    className="t2",
                ),
                html.Span(line.title, className="ti"),
                html.Time(**{"data-at": f"{line.reported_at.timestamp():.0f}"}),
            ],
            href=view.href(incident=line.id),
            **{"data-go": "", "data-incident": str(line.id)},
        )
        for line in found
    ]
    return [html.Div(items, className="run")]
