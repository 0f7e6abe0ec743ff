"""The callbacks of the desk: stores in, drawn parts out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output, State, ctx, html, no_update
from pydantic import ValidationError

from dashboards.desk import bars, cards, cases, data, panel, places, rows, served
from dashboards.desk.parts import Node, Reader, button, notice, number
from dashboards.desk.registers import REGISTERS, visible
from dashboards.elements import drawn
from services.errors import AppError, BadInput
from services.kit.register import Caller

if TYPE_CHECKING:
    from dashboards.desk.app import Desk

Store = dict[str, Any]
MICRO = 5
BUILDINGS_LISTED = 200
DRAWERS: dict[str, Callable[..., list[Node]]] = {
    "people": cards.person,
    "households": cards.circle,
    "families": cards.circle,
    "houses": places.house,
    "buildings": places.building,
    "premises": places.premises,
    "incidents": cases.incident,
    "staff": cards.staff,
    "service-objects": served.object_card,
    "properties": served.thing,
}


def install(app: Dash, desk: Desk) -> None:
    """Register all server-side callbacks on ``app``."""
    _grid_callbacks(app, desk)
    _question_callbacks(app, desk)
    _card_callbacks(app, desk)


def _grid_callbacks(app: Dash, desk: Desk) -> None:
    @app.callback(
        Output("map", "grid"),
        Output("crumb", "children"),
        Output("legend", "children"),
        Output("map", "camera"),
        Input("grid", "data"),
        Input("fit", "data"),
        prevent_initial_call=True,
    )
    def open_grid(grid_id: int, fit: Store | None) -> tuple[Any, ...]:
        """The map goes to the grid, the breadcrumb says where that is."""
        with desk.caller() as caller:
            try:
                grid = data.grid(caller, int(grid_id))
            except AppError:
                return no_update, [], [], no_update
            if ctx.triggered_id == "fit":
                flight = {"bbox": grid["bbox"], "ts": fit and fit["ts"]}
                return no_update, no_update, no_update, flight
            seen = {g["id"] for g in grid["chain"] if caller.actor.scope.sees(g["id"])}
            level = grid["level"]
            shown = {
                "gridId": grid["id"],
                "level": level,
                "bbox": grid["bbox"],
                "childLevel": level + 1 if level < MICRO else None,
            }
            reader = Reader(caller.actor)
            kinds = data.words(caller, "premises")["kind"]
            legend = drawn(bars.legend(reader, level, kinds))
            return shown, drawn(bars.crumb(reader, grid, seen)), legend, no_update

    @app.callback(
        Output("panel", "children"),
        Output("map", "gridInfo"),
        Input("grid", "data"),
        Input("tick", "data"),
        State("map", "gridInfo"),
        prevent_initial_call=True,
    )
    def draw_panel(grid_id: int, tick: int | None, shown: Store | None) -> tuple[Any, Any]:
        """The figures of the grid; drawn again whenever something changed."""
        with desk.caller() as caller:
            reader = Reader(caller.actor)
            try:
                found = data.panel(caller, int(grid_id))
                buildings = None
                if found["grid"]["level"] == MICRO and caller.actor.may("places.read"):
                    asked = {"place": {"grid": int(grid_id)}, "size": BUILDINGS_LISTED}
                    buildings = data.page(caller, "buildings", asked)["items"]
                info = _grid_info(reader, found)
                inside = drawn(panel.render(reader, found, buildings))
                return inside, no_update if info == shown else info
            except Exception as error:
                return desk.told(reader, error, "panel"), no_update

    @app.callback(Output("unplaced", "children"), Input("boot", "data"), Input("tick", "data"))
    def count_unplaced(boot: Store, tick: int | None) -> str:
        """How many people have neither a place nor a stated reason."""
        with desk.caller() as caller:
            if not caller.actor.may("people.read"):
                return ""
            return number(data.count(caller, "people", {"unplaced": True}) or 0)

    @app.callback(Output("found", "children"), Input("words", "value"))
    def find(words: str | None) -> Any:
        """Grids by name or code, and where else the words can be looked for."""
        words = (words or "").strip()
        if not words:
            return []
        with desk.caller() as caller:
            return drawn(bars.found(Reader(caller.actor), words, data.find(caller, words)))


def _grid_info(reader: Reader, found: Store) -> Store:
    """The second line under each child's name on the map."""
    key = "households" if reader.may("households.read") else "premises"
    return {
        str(child["id"]): {
            "metricText": f"{number(child[key])} {reader.say(f'unit_short.{key}')}",
            "green": child["open_incidents"]["green"],
        }
        for child in found["children"]
    }


def _question_callbacks(app: Dash, desk: Desk) -> None:
    @app.callback(
        Output("tabs", "children"),
        Output("answer", "children"),
        Output("map", "selection"),
        Output("map", "overlays"),
        Input("place", "data"),
        Input("tick", "data"),
        State("question", "data"),
        prevent_initial_call=True,
    )
    def count(place: Store, tick: int | None, question: Store) -> tuple[Any, ...]:
        """Every register's number of rows in the place: tabs, and the answer on the map."""
        with desk.caller() as caller:
            reader = Reader(caller.actor)
            registers = visible(caller.actor)
            if "nearest" in place:
                registers = [r for r in registers if r.code == "premises"]
            try:
                counts = {r.code: data.count(caller, r.code, place) for r in registers}
            except (AppError, ValidationError) as error:
                return [], _refused(reader, error), None, {}
            tabs = bars.tabs(reader, registers, counts, question["register"])
            chip = bars.place_chip(reader, place, _place_name(caller, place))
            above = drawn([*tabs, chip])
            shape = not {"grid", "unplaced", *data.PLACES} & set(place)
            answer = bars.answer(reader, place, registers, counts) if shape else []
            if ctx.triggered_id == "tick":
                return above, answer, no_update, no_update
            band = data.band(place)
            overlays = {"band": {"data": band, "kind": "shape"}} if band else {}
            chosen = _selection(caller, place) if shape else None
            return above, answer, chosen, overlays

    @app.callback(
        Output("table", "columnDefs"),
        Output("table", "rowData"),
        Output("state", "children"),
        Output("foot", "children"),
        Output("page", "data"),
        Input("question", "data"),
        Input("tick", "data"),
        prevent_initial_call=True,
    )
    def ask(question: Store, tick: int | None) -> tuple[Any, ...]:
        """The rows of the question, one page of them."""
        with desk.caller() as caller:
            reader = Reader(caller.actor)
            register = REGISTERS.get(question["register"] or "")
            if register is None:
                text = notice(reader.say("no_register"), reader.say("no_register_hint"))
                return [], [], text, [], None
            asked = {
                "place": question["place"],
                "filters": data.filters(register.code, question["filters"]),
                "conditions": question.get("conditions"),
                "sort": rows.sorting(register, question["sort"]),
            }
            try:
                size, at = int(question["size"]), int(question["page"])
                found = data.page(caller, register.code, {**asked, "size": size, "page": at})
            except Exception as error:
                return [], [], _trouble(desk, reader, error), [], None
            answer = {
                "ids": [row["id"] for row in found["items"]],
                "total": found["total"],
                "asked": asked,
            }
            reader = Reader(caller.actor, data.words(caller, register.code))
            distance = any("metres" in row for row in found["items"])
            columns = rows.columns(reader, register, question, distance)
            cells = rows.cells(reader, register, found["items"])
            empty = None if found["total"] else _empty(reader, question)
            foot = drawn(bars.foot(reader, register, found, at, size))
            return columns, cells, empty, foot, answer

    @app.callback(
        Output("filters", "children"),
        Input("question", "data"),
        Input("refilter", "data"),
        State("filters", "children"),
        prevent_initial_call=True,
    )
    def draw_filters(question: Store, again: int | None, present: Any) -> Any:
        """The filter bar of the register; left alone while its own values change."""
        with desk.caller() as caller:
            register = REGISTERS.get(question["register"] or "")
            if register is None:
                return []
            if ctx.triggered_id == "question" and _bar_of(present) == register.code:
                return no_update
            reader = Reader(caller.actor, data.words(caller, register.code))
            bar = bars.filters(reader, register, question["filters"])
            return html.Div(bar, key=f"{register.code}{again}", className=f"bar {register.code}")


def _bar_of(present: Any) -> str | None:
    return present["props"]["className"].split()[-1] if isinstance(present, dict) else None


def _refused(reader: Reader, error: Exception) -> list[Node]:
    """Why a drawn shape has no answer, where the answer would be."""
    if isinstance(error, AppError):
        text = error.zh if reader.lang == "zh" else error.en
    else:
        text = reader.say("bad_shape")
    return [
        html.Span(text, className="refused"),
        button(reader.say("clear_place"), "clear", None, "s"),
    ]


def _trouble(desk: Desk, reader: Reader, error: Exception) -> Node:
    """A bad filter is said as what it is; anything else gets a number."""
    if isinstance(error, ValidationError):
        error = BadInput(
            "filter", "筛选的值不对，请改一改。", "A filter's value does not fit; change it."
        )
    return desk.told(reader, error, "rows")


def _empty(reader: Reader, question: Store) -> Node:
    filtered = bool(question["filters"] or question.get("conditions"))
    whole = "grid" in question["place"]
    doing = [button(reader.say("unfilter"), "unfilter")] if filtered else []
    doing += [] if whole else [button(reader.say("clear_place"), "clear")]
    hint = "empty_hint" if filtered or not whole else "empty_fact"
    return notice(reader.say(f"empty.{question['register']}"), reader.say(hint), *doing)


def _place_name(caller: Caller, place: Store) -> str | None:
    """The name of a building, house, household or family that the rows are limited to."""
    kind = next(iter(place))
    register = data.PLACES.get(kind)
    if register is None:
        return None
    needed = REGISTERS[register].permission
    return data.brief(caller, register, place[kind]) if caller.actor.may(needed) else None


def _selection(caller: Caller, place: Store) -> Store:
    """What lies in the answer, to be filled on the map."""
    chosen = {}
    for register, permission in (("premises", "premises.read"), ("buildings", "places.read")):
        if caller.actor.may(permission) and data.count(caller, register, place):
            chosen[register] = data.ids(caller, register, place)
    return chosen


def _card_callbacks(app: Dash, desk: Desk) -> None:
    @app.callback(
        Output("card", "children"),
        Input("card-of", "data"),
        Input("recard", "data"),
        State("question", "data"),
        State("page", "data"),
        prevent_initial_call=True,
    )
    def draw_card(
        card: Store | None, again: int | None, question: Store | None, page: Store | None
    ) -> Any:
        """The top card; again only when what it is of was changed, so that no note is lost."""
        if card is None:
            return []
        with desk.caller() as caller:
            reader = Reader(caller.actor)
            try:
                return drawn(_card(caller, reader, card, _where(card, question, page)))
            except Exception as error:
                told = desk.told(reader, error, "card")
                return cards.frame(cards.View(reader, card["depth"]), "", [], [told], [])

    @app.callback(
        Output("tick", "data"),
        Output("recard", "data"),
        Output("said", "children"),
        Output("said", "hidden"),
        Input("deed", "data"),
        prevent_initial_call=True,
    )
    def do(deed: Store) -> tuple[Any, ...]:
        """One step of an incident's workflow."""
        try:
            with desk.caller() as caller:
                data.act(caller, deed)
        except AppError as error:
            with desk.caller() as caller:
                text = error.zh if caller.actor.lang == "zh" else error.en
            return no_update, no_update, text, False
        now = time.time_ns() // 1_000_000
        return now, now, "", True


def _where(card: Store, question: Store | None, page: Store | None) -> str | None:
    """Which row of how many the card is of, while it is one of the rows shown."""
    if not (question and page and card["depth"] == 1 and card["register"] == question["register"]):
        return None
    if card["id"] not in page["ids"]:
        return None
    at = (question["page"] - 1) * question["size"] + page["ids"].index(card["id"]) + 1
    return f"{number(at)} / {number(page['total'])}"


def _card(caller: Caller, reader: Reader, card: Store, where: str | None) -> list[Node]:
    depth, register = card["depth"], card["register"]
    named = [register] if register in data.REGISTERS else ["premises"]
    reader = Reader(caller.actor, data.words(caller, "people", *named))
    if register == "here":
        found = data.here(caller, float(card["lon"]), float(card["lat"]))
        hits = [
            (h["register"], data.card(caller, h["register"], int(h["id"]))) for h in card["hits"]
        ]
        return places.here(cards.View(reader, depth), found, hits)
    draw = DRAWERS.get(register)
    if draw is None:
        raise BadInput("register", "没有这份名册。", "There is no such register.", field="register")
    return draw(cards.View(reader, depth, where), data.card(caller, register, int(card["id"])))
