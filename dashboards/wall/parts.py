"""Small parts of the wall: signs, figures that open their rows, lights, words of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dash import html

from dashboards.elements import Icon, Node
from dashboards.strings import t
from services.access.actor import Actor
from services.analytics.mode_schemas import PeopleMode, PremisesMode, StaffMode
from services.analytics.schemas import Lights, Wall

BEIJING = ZoneInfo("Asia/Shanghai")
LIGHTS = ("red", "yellow", "green")
MODES = ("overview", "people", "premises", "staff")
# The figures on the map in each mode; the first is the one it opens with.
METRICS = {
    "overview": ("households", "people", "open", "premises"),
    "people": ("people", "households", "floating"),
    "premises": ("premises", "due"),
    "staff": ("staff", "open"),
}
RATED_FROM = 30
DAY_HOURS = 7
NEEDED = {"houses": "places.read", "buildings": "places.read"}


@dataclass(frozen=True)
class Reader:
    """Who looks, in which language, at which grid, in which mode, with which figure on the map."""

    actor: Actor
    lang: str
    grid_id: int
    mode: str
    metric: str

    def say(self, key: str, **values: object) -> str:
        """The text of ``wall.<key>``."""
        return t(f"wall.{key}", self.lang, **values)

    def named(self, thing: Any) -> str:
        """The name of a dictionary row in the reader's language."""
        return str(thing.name_zh if self.lang == "zh" else thing.name_en)

    def level(self, level: int, short: bool = False) -> str:
        """The word for a level."""
        return self.say(f"{'short' if short else 'level'}.{level}")

    def href(self, **change: object) -> str:
        """The wall's own address with some of grid, mode, metric and incident changed."""
        now: dict[str, object] = {"grid": self.grid_id}
        if self.lang != self.actor.lang:
            now["lang"] = self.lang
        now |= {"mode": self.mode, "metric": self.metric, **change}
        usual = {"mode": MODES[0], "metric": METRICS[str(now["mode"])][0]}
        return "?" + urlencode({key: v for key, v in now.items() if v != usual.get(key)})

    def rows(self, tab: str, grid_id: int | None = None) -> str | None:
        """Address of the rows behind a figure, for those who may see them."""
        if not (self.actor.may("desk.view") and self.actor.may(NEEDED.get(tab, f"{tab}.read"))):
            return None
        return f"/desk/?{urlencode({'grid': grid_id or self.grid_id, 'tab': tab})}"

    def number(self, n: int | None) -> str:
        """A figure in words; a mark where it is hidden 小数保护."""
        return self.say("small.mark") if n is None else f"{n:,}"

    def count(self, n: int | None) -> Node:
        """A figure, or a mark that says why it is hidden."""
        if n is not None:
            return f"{n:,}"
        return html.Span(self.say("small.mark"), title=self.say("small.why"), className="hid")

    def figure(self, n: int | None, tab: str | None = None, cls: str = "") -> Node:
        """A figure; it opens its rows where the reader may see them."""
        href = self.rows(tab) if tab else None
        kind = f"n {cls}".strip()
        if n is None:
            return html.Span(self.count(n), className=kind)
        return (
            html.A(f"{n:,}", href=href, className=kind)
            if href
            else html.Span(f"{n:,}", className=kind)
        )


@dataclass(frozen=True)
class View(Reader):
    """A reader in front of the figures of the shown grid; ``more`` are those of the mode."""

    wall: Wall
    more: PeopleMode | PremisesMode | StaffMode | None = None


def light(color: str | None, label: str | None = None, cls: str = "") -> Icon:
    """The sign of a light: the same three shapes everywhere; a check mark when closed."""
    return Icon(
        name=f"l-{color}" if color else "i-check", className=f"li {cls}".strip(), label=label
    )


def lamps(view: View, lights: Lights) -> html.Span:
    """Counts by light in one line; a zero keeps its place, dimmed."""
    found = []
    for color in LIGHTS:
        n = getattr(lights, color)
        sign = light(color, view.say(f"light.{color}"))
        found.append(html.Span([sign, f"{n:,}"], className="" if n else "zero"))
    return html.Span(found, className="lt")


def section(key: str, title: str, note: Node = "", body: Node = None) -> list[Node]:
    """The head and body of a card."""
    head = html.Header([html.H2(title), html.Span(note, className="note")])
    return [head, html.Div(body, className=f"body {key}")]


def spare(view: View, hours: float) -> str:
    """Working time left, or over: hours and minutes, from two working days on in days."""
    way, size = ("over", -hours) if hours < 0 else ("left", hours)
    if size >= 2 * DAY_HOURS:
        return view.say(f"{way}.days", n=int(size // DAY_HOURS))
    minutes = int(size * 60)
    return view.say(f"{way}.hours", h=minutes // 60, m=minutes % 60)


def moment(value: datetime | str) -> str:
    """A moment as people write it, Beijing time."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def rate(on_time: int, closed: int) -> str | None:
    """Share on time in percent; None while fewer than 30 cases make it meaningless."""
    return f"{100 * on_time / closed:.1f}" if closed >= RATED_FROM else None


def share(part: int | None, whole: int | None) -> str:
    """A share of people with two decimals; — where one of the two is hidden."""
    return f"{100 * part / whole:.2f}%" if whole and part is not None else "—"
