"""Wall and desk show what is hidden as hidden, on every grid, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from dash.development.base_component import Component

from dashboards.desk import panel as desk
from dashboards.desk.parts import Reader
from dashboards.strings import t
from dashboards.wall import left, middle
from dashboards.wall.parts import METRICS, View
from services.access.actor import Actor
from services.analytics import service
from services.analytics.schemas import Panel
from services.db.session import Database

ActorOf = Callable[[Database, str], Actor]


def _panels(database: Database, actor: Actor) -> list[Panel]:
    with database.session(actor) as session:
        waiting, found = [service.home(session, actor)], []
        while waiting:
            found.append(service.panel(session, actor, waiting.pop()))
            waiting += [child.id for child in found[-1].children]
    return found


def _drawn(nodes: Any) -> str:
    return json.dumps(nodes, default=_plain, ensure_ascii=False)


def _plain(node: Any) -> Any:
    assert isinstance(node, Component), node
    return node.to_plotly_json()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_wall(demo_db: Database, actor_of: ActorOf, lang: str) -> None:
    screen = actor_of(demo_db, "screen")
    marked = 0
    for grid in [p.grid.id for p in _panels(demo_db, screen) if p.grid.level < 5]:
        with demo_db.session(screen) as session:
            wall = service.wall(session, screen, grid)
        for metric in METRICS["overview"]:
            view = View(screen, lang, grid, "overview", metric, wall)
            told = middle.for_map(view)
            for child in wall.children:
                shown = told["values"]["data"][str(child.id)]
                if metric in ("people", "households"):
                    assert shown == getattr(child, metric)
                assert (shown is None) is (metric in child.hidden)
            parts = [left.people(view), left.ages(view), middle.kids(view), middle.legend(view)]
            text = _drawn([*parts, told])
            assert ">None" not in text and '"None' not in text
        marked += t("wall.small.why", lang) in text
    assert marked > 5


def test_desk(demo_db: Database, actor_of: ActorOf) -> None:
    department = actor_of(demo_db, "department")
    reader, marked = Reader(department), 0
    for panel in _panels(demo_db, department):
        text = _drawn(desk.render(reader, panel.model_dump(mode="json"), []))
        hidden = [panel.hidden, panel.unassigned.hidden, *(c.hidden for c in panel.children)]
        if panel.hidden:
            assert t("desk.small.why") in text
        marked += any(hidden)
        assert '"register\\": \\"people' not in text, "no way to rows that are not the reader's"
    assert marked > 5


def test_ranking_does_not_use_what_is_hidden(demo_db: Database, actor_of: ActorOf) -> None:
    """Cards and map are in the same order for who may read people and who may not."""
    screen, county = actor_of(demo_db, "screen"), actor_of(demo_db, "county")
    for grid in [p.grid.id for p in _panels(demo_db, screen) if p.children]:
        orders = []
        for actor in (screen, county):
            with demo_db.session(actor) as session:
                wall = service.wall(session, actor, grid)
            orders.append([(c.id, c.rank) for c in middle.ordered(wall.children)[0]])
        assert orders[0] == orders[1]
