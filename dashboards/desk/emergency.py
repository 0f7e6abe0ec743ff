"""Emergency look 紧急查看 on the desk: the way in, the chip while it lasts; the bell of notices.

The form and the list of notices are drawn by ``assets/desk-emergency.js`` when they are opened.
"""

from __future__ import annotations

import json

from dash import html

from dashboards.desk.parts import Icon, Node, Reader, intent
from dashboards.strings import catalogue, t
from services.access.emergency import OPENS, Emergency
from services.access.preview import Preview


def _words(reader: Reader, prefix: str) -> dict[str, str]:
    """The texts of ``prefix`` for the script."""
    return {"data-words": json.dumps(catalogue(reader.lang, prefix), ensure_ascii=False)}


def opener(reader: Reader) -> Node:
    """The entry of the user's menu, for whoever may and is not looking already."""
    if not reader.may(OPENS) or reader.actor.seen_as:
        return None
    return html.Button(
        [Icon(name="i-unlock"), t("emergency.open", reader.lang)], type="button",
        **intent("emergency"),
    )  # fmt: skip


def form(reader: Reader) -> Node:
    """The place of the form; None for whoever may not open it."""
    if opener(reader) is None:
        return None
    return html.Dialog(id="emergency", className="emergency", **_words(reader, "emergency."))


def chip(reader: Reader, grid: str | None) -> Node:
    """While a look is open: where, how long still, and the way out; always in sight."""
    actor = reader.actor
    if not isinstance(actor, Emergency):
        return None
    now = t("emergency.now", reader.lang, grid=grid or "")
    end = html.Button(t("emergency.end", reader.lang), type="button", **intent("emergency-end"))
    until = actor.until.isoformat()
    attributes = {"data-until": until, **_words(reader, "emergency.")}
    inside = [Icon(name="i-eye"), html.B(now), html.Span(className="left"), end]
    return html.Div(
        inside, id="emergency-chip", className="in-emergency", role="status", **attributes
    )


def bell(reader: Reader) -> Node:
    """The bell with the number of unread notices; not in a preview, where they are not told."""
    if isinstance(reader.actor, Preview):
        return None
    name = t("notice.title", reader.lang)
    button = html.Button(
        [Icon(name="i-bell"), html.Span(id="bell-count", className="n")], type="button", id="bell",
        title=name, className="ib bell", **{"aria-label": name}, **intent("notices"),
    )  # fmt: skip
    box = html.Div(id="notices", className="menu right notices", **_words(reader, "notice."))
    return html.Div([button, box], className="holder")
