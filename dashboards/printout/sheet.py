"""The printout as HTML: every value goes through :func:`html.escape`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from html import escape

from dashboards.map.mount import vendor_base
from dashboards.printout import kept as others
from dashboards.printout.say import BEIJING, Held, Say, clock, day, say_list, table
from dashboards.strings import t
from services.access.actor import Actor
from services.errors import AppError


def document(say: Say, body: str, script: bool = False) -> str:
    """A page of this folder."""
    lang = "zh-CN" if say.lang == "zh" else "en"
    module = '<script type="module" src="/static/printout/printout.mjs"></script>'
    mark = f'<p class="demo">{escape(t("pages.demo", say.lang))}</p>' if say.demo else ""
    return (
        f'<!DOCTYPE html><html lang="{lang}" data-theme="desk"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><link rel="icon" href="data:,">'
        f"<title>{say('title')}</title>"
        f'<link rel="stylesheet" href="{vendor_base()}fonts/fonts.css">'
        '<link rel="stylesheet" href="/static/assets/tokens.css">'
        '<link rel="stylesheet" href="/static/printout/printout.css">'
        f"{module if script else ''}</head><body>{mark}{body}</body></html>"
    )


def switch(say: Say) -> str:
    """The link to the other language."""
    other = "en" if say.lang == "zh" else "zh"
    return f'<a class="lang" href="?lang={other}">{escape(t("printout.other_lang", say.lang))}</a>'


def refused(say: Say, error: AppError) -> str:
    """What cannot be opened, and why."""
    words = escape(error.zh if say.lang == "zh" else error.en)
    title = escape(t("printout.refused", say.lang))
    return document(say, f'<main class="ask"><h1>{title}</h1><p>{words}</p></main>')


def form(say: Say, person_id: int, words: str = "", problem: str = "") -> str:
    """The form that asks for the words of the request."""
    told = f'<p class="bad" role="alert">{say("ask.short")}</p>' if problem else ""
    return document(
        say,
        f'<main class="ask">{switch(say)}<h1>{say("ask.title")}</h1><p>{say("ask.hint")}</p>'
        f'<form method="post" action="/print/person/{person_id}?lang={say.lang}">'
        f'<label for="words">{say("ask.words")}</label>'
        '<textarea id="words" name="words" rows="3" minlength="4" maxlength="200" required '
        f'placeholder="{say("ask.example")}">{escape(words)}</textarea>{told}'
        f'<button type="submit">{say("ask.open")}</button></form></main>',
    )


def whole(say: Say, held: Held, requests: Sequence[Held], actor: Actor, kept: Held) -> str:
    """The printout."""
    say = replace(say, words=held["words"])
    asked = replace(say, words=None, page="corrections")
    roles = say_list(say, [say.word("role", code) for code in sorted(actor.roles)])
    made = say("made", at=clock(datetime.now(BEIJING)), by=actor.name, post="\0")
    made = made.replace("\0", roles)
    bar = (
        f'<div class="bar"><span>{say("close_hint")}</span>{switch(say)}'
        f'<button type="button" data-print>{say("print")}</button></div>'
    )
    head = (
        f'<header><p class="product">{say("product")} · {escape(held["chain"][0]["name"])}</p>'
        f'<h1>{say("title")}</h1><p class="made">{made}</p><p>{say("intro")}</p></header>'
    )
    parts = [
        _part(say, "entry", _facts(_entry(say, held["entry"]))),
        _part(say, "home", _facts(_home(say, held))),
        _part(say, "labels", _labels(say, held["labels"])),
        *[_part(say, name, body) for name, body in others.parts(say, kept)],
        *([_part(say, "requests", _requests(asked, requests))] if requests else []),
        _part(say, "looks", _looks(say, held)),
    ]
    sign = f"<footer><span>{say('sign')}</span><span>{say('sign_day')}</span></footer>"
    return document(say, f"{bar}<main>{head}{''.join(parts)}{sign}</main>", script=True)


def _part(say: Say, name: str, body: str) -> str:
    return f'<section class="{name}"><h2>{say(f"part.{name}")}</h2>{body}</section>'


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    pairs = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f"<dl>{pairs}</dl>"


def _or_none(say: Say, value: str | None) -> str:
    return escape(value) if value else f'<span class="no">{say("none")}</span>'


def _entry(say: Say, entry: Held) -> list[tuple[str, str]]:
    state = say("active")
    if entry["status"] != "active":
        reason = say.word("cancel_reason", entry["cancel_reason"])
        state = say("cancelled", at=clock(entry["cancelled_at"]), reason="\0")
        state = state.replace("\0", reason)
    return [
        (say("name"), escape(entry["name"])),
        (say("sex"), say.word("sex", entry["sex"])),
        (say("birth_date"), _or_none(say, day(entry["birth_date"]))),
        (say("class"), say.word("person_class", entry["class"])),
        (say("id_kind"), say.word("id_kind", entry["id_kind"])),
        (say("id_number"), _or_none(say, entry["id_number"])),
        (say("phone"), _or_none(say, entry["phone"])),
        (say("status"), state),
        (say("created_at"), clock(entry["created_at"])),
        (say("updated_at"), clock(entry["updated_at"])),
        (say("confirmed_on"), _or_none(say, day(entry["confirmed_on"]))),
        (say("number"), str(entry["id"])),
    ]


def _home(say: Say, held: Held) -> list[tuple[str, str]]:
    entry, household, house = held["entry"], held["household"] or {}, held["house"] or {}
    rows = [(say("address"), _or_none(say, entry["address"]))]
    if entry["no_place_reason"]:
        rows.append((say("no_place_reason"), say.word("no_place_reason", entry["no_place_reason"])))
    family = held["family"] or {}
    relations = [
        say(f"head_of_{kind}")
        if circle.get("head")
        else say.word("relation", code)
        if code
        else None
        for kind, circle, code in (
            ("household", household, entry["relation"]),
            ("family", family, entry["family_relation"]),
        )
    ]
    return [
        *rows,
        (say("house"), _or_none(say, house.get("number"))),
        (say("household"), _or_none(say, household.get("number"))),
        (say("household_address"), _or_none(say, household.get("address"))),
        (say("relation"), relations[0] or _or_none(say, None)),
        (say("family"), _or_none(say, family.get("number"))),
        (say("family_address"), _or_none(say, family.get("address"))),
        (say("family_relation"), relations[1] or _or_none(say, None)),
        (say("placed"), say("placed_yes" if entry["placed"] else "placed_no")),
        (say("grid"), " › ".join(escape(grid["name"]) for grid in held["chain"])),
    ]


def _labels(say: Say, labels: Sequence[Held]) -> str:
    further = f'<p class="further">{say("further")}</p>'
    if not labels:
        return f"<p>{say('no_labels')}</p>{further}"
    rows = [
        (
            f"<b>{say.two(one)}</b><small>{say('by_' + one['started_by'])}</small>",
            escape(one["legal_basis"]),
            day(one["started_on"]),
            _end(say, one),
        )
        for one in labels
    ]
    return table(say, ("label", "basis", "from", "until"), rows) + further


def _end(say: Say, label: Held) -> str:
    if label["stopped_on"] is not None:
        reason = say.word("label_stop_reason", label["stop_reason"])
        return f"{day(label['stopped_on'])}<small>{reason}</small>"
    term = label["term_ends_on"]
    return say("running") + (f"<small>{say('term', day=day(term))}</small>" if term else "")


def _requests(say: Say, requests: Sequence[Held]) -> str:
    rows = [
        (
            clock(one["received_at"]),
            say(f"field.{one['field']}"),
            escape(one["said"]),
            outcome(say, one),
        )
        for one in requests
    ]
    return table(say, ("received", "field", "said", "outcome"), rows)


def outcome(say: Say, one: Held) -> str:
    """What became of a correction request, by whom and why."""
    if one["state"] == "open":
        return say("state.open")
    state = "changed" if one["changed"] else one["state"]
    by = say("decided", at=clock(one["decided_at"]), by=one["decided_by"])
    words = f"<small>{escape(one['words'])}</small>" if one["words"] else ""
    return f"{say('state.' + state)}{words}<small>{by}</small>"


def _looks(say: Say, held: Held) -> str:
    lists = f'<p class="further">{say("looks_lists")}</p>'
    looks = held["looks"]
    if not looks:
        return f"<p>{say('looks_none')}</p>{lists}"
    rows = [
        (
            clock(look["at"]),
            escape(look["name"] or "") or say("system"),
            say_list(say, [say.word("role", code) for code in look["roles"] or []]),
            say("act." + look["action"].replace(" ", "_")),
            _reason(say, look),
        )
        for look in looks
    ]
    some = say("looks_some", total=held["looks_total"], shown=len(looks))
    listed = table(say, ("at", "who", "post", "act", "reason"), rows)
    return f"<p>{some}</p>{listed}{lists}"


def _reason(say: Say, look: Held) -> str:
    """The reason by its name. The words that go with it are an officer's, and may name others."""
    if look["action"] == "export person":
        return say.word("look_reason", "asked")
    if look["action"] != "reveal":
        return ""
    return say.word("look_reason", json.loads(look["note"])["reason"])
