"""The footer: the latest incidents, turned by pages; the state is written by the page itself."""

from __future__ import annotations

from dash import html

from dashboards.wall.parts import Node, View, light
from services.analytics.schemas import IncidentLine

VILLAGE = 3


def _place(line: IncidentLine) -> str:
    """The village of an incident; inside a village its micro-grid."""
    villages = [g.name for g in line.place if g.level == VILLAGE]
    return (villages or [g.name for g in line.place[-1:]] or [""])[0]


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
                html.Span(_place(line), className="t2"),
                html.Span(line.title, className="ti"),
                html.Time(**{"data-at": f"{line.reported_at.timestamp():.0f}"}),
            ],
            href=view.href(incident=line.id),
            **{"data-go": "", "data-incident": str(line.id)},
        )
        for line in found
    ]
    return [html.Div(items, className="run")]
