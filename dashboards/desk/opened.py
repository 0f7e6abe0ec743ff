"""What a person's card hides: the form that opens it with a reason, what was opened, who looked."""

from __future__ import annotations

import json
from typing import Any

from dash import html

from dashboards.desk.parts import NONE, Icon, Node, Reader, intent
from dashboards.desk.rows import clock, two
from dashboards.strings import t

Card = dict[str, Any]
SHORTEST = 4  # signs of the words that go with a reason


def labels(reader: Reader, card: Card) -> html.Div:
    """Care labels, and the statutory ones once they were opened."""
    made: list[Node] = [html.Span(two(reader, one), className="care") for one in card["labels"]]
    opened = card["statutory"]
    if opened is None:
        locked = html.Span([Icon(name="i-lock"), reader.say("restricted")], className="locked")
        return html.Div([*made, locked], className="labels")
    made += [
        html.Span(two(reader, one), className="statutory", title=one["legal_basis"])
        for one in opened
    ]
    if not opened:
        made.append(html.Span(reader.say("reveal.no_labels"), className="locked"))
    return html.Div(made, className="labels")


def form(reader: Reader, card: Card) -> Node:
    """The form of what this reader may open; None when there is nothing."""
    asked = list(card["masked"]) if card["may_reveal"] else []
    if card["may_open_labels"] and card["statutory"] is None:
        asked.append("labels")
    if not asked:
        return None
    say = reader.say
    boxes = [
        html.Button(
            say("reveal.labels" if name == "labels" else f"fact.{name}"),
            type="button",
            className="pick",
            **{"aria-pressed": "false"},
            **intent("tick", what=name),
        )
        for name in asked
    ]
    reasons = [
        html.Button(two(reader, one), type="button", className="pick",
                    **{"aria-pressed": "false"}, **intent("reason", code=one["code"]))
        for one in card["reasons"]
    ]  # fmt: skip
    words = html.Textarea(id="reveal-words", maxLength="200", placeholder=say("reveal.words"),
                          title=say("reveal.words"))  # fmt: skip
    done = html.Button(say("reveal.open"), type="button", className="btn s",
                       **intent("reveal", id=card["id"], shortest=SHORTEST))  # fmt: skip
    head = html.Summary([Icon(name="i-lock"), say("reveal.title")])
    inside = [
        html.Div(boxes, className="what", role="group", **{"aria-label": say("reveal.what")}),
        html.Div(reasons, className="why", role="group", **{"aria-label": say("reveal.reason")}),
        words,
        html.P(say("reveal.told"), className="hint"),
        done,
    ]
    return html.Details([head, html.Div(inside)], className="reveal", id="reveal")


def printout(reader: Reader, card: Card) -> Node:
    """The way to the printout of what is held about the person 本人信息打印件, in a tab."""
    if not reader.may("people.reveal") or reader.actor.seen_as:
        return None
    words = [Icon(name="i-id"), reader.say("printout")]
    return html.A(words, href=f"/print/person/{card['id']}", target="_blank", rel="noopener",
                  className="btn s", id="printout")  # fmt: skip


def corrections(reader: Reader, card: Card) -> html.A:
    """The way to the person's correction requests 更正申请: to take one down, or to decide."""
    words = [Icon(name="i-edit"), reader.say("corrections")]
    return html.A(words, href=f"/corrections/person/{card['id']}", target="_blank", rel="noopener",
                  className="btn s", id="corrections")  # fmt: skip


def looks(reader: Reader, card: Card) -> Node:
    """Who looked at this person, the latest first."""
    rows = [
        html.Li(
            [
                html.B(look["name"] or NONE),
                clock(look["at"]),
                html.Span(reader.say(f"look.{look['action'].replace(' ', '_')}")),
                _in_emergency(reader, look),
                html.Small(_reason(reader, card, look)),
            ]
        )
        for look in card["looks"]
    ]
    if not rows:
        return None
    every = None
    if reader.may("audit.read"):
        href = f"/admin/audit/person/{card['id']}"
        every = html.A(t("emergency.all_looks", reader.lang), href=href, className="more")
    head = html.H3([reader.say("looks"), html.B(str(len(rows))), every])
    return html.Section([head, html.Ul(rows, className="looks")], className="sect")


def _in_emergency(reader: Reader, look: Card) -> Node:
    if look["emergency"] is None:
        return None
    return html.Small(t("emergency.mark", reader.lang), className="emg")


def _reason(reader: Reader, card: Card, look: Card) -> str:
    if look["action"] != "reveal":
        return ""
    note = json.loads(look["note"])
    names = {one["code"]: two(reader, one) for one in card["reasons"]}
    return str(reader.say("look.because", reason=names[note["reason"]], words=note["words"]))
