"""Correction requests as HTML: the open ones of the area; those of one person with the forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dashboards.printout.say import Say, clock
from dashboards.printout.sheet import document, outcome, switch
from services.corrections.schemas import FIELDS, HOW

Item = Mapping[str, Any]


def listed(say: Say, found: Item) -> str:
    """The open requests of the area."""
    rows = "".join(_row(say, one) for one in found["items"])
    heads = "".join(f"<th>{say(h)}</th>" for h in ("person", "field", "grid", "received"))
    table = f"<table><thead><tr>{heads}<th></th></tr></thead><tbody>{rows}</tbody></table>"
    body = table if rows else f'<p class="empty">{say("none")}</p>'
    return document(
        say,
        f'<main class="list">{switch(say)}<h1>{say("title")}</h1>'
        f'<p class="made">{say("open_n", n=found["total"])}</p><p>{say("list_hint")}</p>'
        f"{body}</main>",
    )


def _row(say: Say, one: Item) -> str:
    by = say("by", how="\0", by=one["received_by"]).replace("\0", say(f"how.{one['how']}"))
    link = f"/corrections/person/{one['person_id']}?lang={say.lang}"
    return (
        f"<tr><td><b>{escape(one['person'])}</b></td><td>{say('field.' + one['field'])}</td>"
        f"<td>{escape(one['grid'])}</td><td>{clock(one['received_at'])}<small>{by}</small></td>"
        f'<td><a href="{link}">{say("open_one")}</a></td></tr>'
    )


def of_person(
    say: Say, person_id: int, items: Sequence[Item], problem: str = "", open_: bool = True
) -> str:
    """The requests of one person, each with its form, and the form for a new one."""
    made = "".join(_one(say, one) for one in items)
    told = f'<p class="bad" role="alert">{escape(problem)}</p>' if problem else ""
    return document(
        say,
        f'<main class="list">{switch(say)}<h1>{say("title")}</h1>'
        f'<p class="ways"><a href="/desk/?tab=people&amp;id={person_id}">{say("to_card")}</a> '
        f'<a href="/corrections?lang={say.lang}">{say("to_list")}</a></p>{told}'
        f"{_new(say, person_id) if open_ else ''}"
        f"<section><h2>{say('earlier')}</h2>"
        f"{made or '<p>' + say('none_person') + '</p>'}</section></main>",
    )


def _options(say: Say, name: str, codes: Sequence[str]) -> str:
    listed = "".join(f'<option value="{c}">{say(f"{name}.{c}")}</option>' for c in codes)
    return f'<select id="{name}" name="{name}">{listed}</select>'


def _new(say: Say, person_id: int) -> str:
    return (
        f"<section><h2>{say('new')}</h2>"
        f'<form method="post" action="/corrections/person/{person_id}?lang={say.lang}" id="new">'
        f'<div class="pair"><p><label for="field">{say("field")}</label>'
        f'{_options(say, "field", FIELDS)}</p><p><label for="how">{say("how")}</label>'
        f'{_options(say, "how", HOW)}</p></div><label for="said">{say("said")}</label>'
        f'<textarea id="said" name="said" rows="2" maxlength="300" required></textarea>'
        f'<p class="further">{say("said_hint")}</p>'
        f'<button type="submit">{say("send")}</button></form></section>'
    )


def _one(say: Say, one: Item) -> str:
    by = say("by", how="\0", by=one["received_by"]).replace("\0", say(f"how.{one['how']}"))
    below = f"<p>{outcome(say, one)}</p>"
    if one["may_decide"]:
        below = _decide(say, one)
    elif one["state"] == "open" and one["mine"]:
        below = f'<p>{say("state.open")}<small class="own">{say("own")}</small></p>'
    return (
        f'<article data-request="{one["id"]}" data-state="{one["state"]}">'
        f"<h3>{say('field.' + one['field'])}</h3><blockquote>"
        f"{escape(one['said'] or say('hidden'))}</blockquote>"
        f'<p class="made">{clock(one["received_at"])} · {by}</p>{below}</article>'
    )


def _decide(say: Say, one: Item) -> str:
    words = f"words-{one['id']}"
    return (
        f'<form method="post" action="/corrections/{one["id"]}/decision?lang={say.lang}">'
        f'<input type="hidden" name="person_id" value="{one["person_id"]}">'
        f'<label for="{words}">{say("words")}</label>'
        f'<textarea id="{words}" name="words" rows="2" minlength="2" maxlength="300" required>'
        f'</textarea><p class="do"><button name="accept" value="true">{say("accept")}</button>'
        f'<button name="accept" value="false" class="plain">{say("refuse")}</button></p></form>'
    )
