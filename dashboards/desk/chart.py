"""The house-state chart 房态图 on the card of a building: one small cell a house.

A state is told by a sign and a pattern as well as by its colour; the colours of the lights belong
to incidents alone. A cell opens the card of its house.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.desk.parts import Node, Reader, intent, number

Card = Mapping[str, Any]
STATES = ("occupied", "rented", "empty", "unchecked")


def section(reader: Reader, chart: Card) -> Node:
    """The chart with its legend; nothing for a building without houses."""
    if not chart["total"]:
        return None
    head = html.H3([reader.say("chart.title"), html.B(number(chart["total"]))])
    units = [_unit(reader, unit, alone=len(chart["units"]) == 1) for unit in chart["units"]]
    body = html.Div(units, className="hc-units", tabIndex="0")
    return html.Section([head, _legend(reader, chart), body], className="sect hc")


def _legend(reader: Reader, chart: Card) -> Node:
    """What the signs mean and how many there are; without the right only what is rented is told."""
    counts = chart["counts"]
    if counts is None:
        return html.Ul([html.Li([_swatch(reader, "rented"), _name(reader, "rented")])],
                       className="hc-legend")  # fmt: skip
    items = [
        html.Li([_swatch(reader, one), _name(reader, one), html.B(number(counts[one]))])
        for one in STATES
    ]
    hint = reader.say("chart.hint", n=chart["checked_days"])
    return html.Ul(items, className="hc-legend", title=hint)


def _swatch(reader: Reader, state: str) -> Node:
    return html.I(reader.say(f"chart.sign.{state}"), className=f"hc-c {state}")


def _name(reader: Reader, state: str) -> str:
    return reader.say(f"chart.state.{state}")


def _unit(reader: Reader, unit: Card, *, alone: bool) -> Node:
    """A unit: storeys from the top down, one column for rooms that lie above each other."""
    rows = [
        html.Tr([html.Th(_floor(reader, floor["floor"]), scope="row")]
                + [html.Td([_cell(reader, one) for one in cell]) for cell in floor["cells"]])
        for floor in unit["floors"]
    ]  # fmt: skip
    name = reader.say("chart.unit", n=unit["unit"])
    caption = None if alone else html.Caption(name)
    parts = [caption, html.Tbody(rows)]
    attributes = {"aria-label": name}
    return html.Table([p for p in parts if p is not None], className="hc-unit", **attributes)


def _floor(reader: Reader, floor: int) -> str:
    return reader.say("chart.basement" if floor < 0 else "chart.floor", n=abs(floor))


def _cell(reader: Reader, house: Card) -> Node:
    """A house: its room and the sign of its state; in words what is not written."""
    state = house["state"] or ("rented" if house["rented"] else None)
    told: Sequence[str | None] = (
        house["number"],
        _name(reader, state) if state else None,
        reader.say("chart.residents", n=house["residents"]) if house["residents"] else None,
    )
    words = " · ".join(part for part in told if part)
    sign = html.I(reader.say(f"chart.sign.{state}")) if state else None
    attributes = {"aria-label": words, **intent("card", register="houses", id=house["id"])}
    return html.Button(
        [p for p in (house["room"], sign) if p is not None], type="button", title=words,
        className=f"hc-c {state or 'plain'}", **attributes,
    )  # fmt: skip
