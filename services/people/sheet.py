"""The sheet of a household 户 or a family 家庭 to print: address, number, head, members.

It shows what the card shows to the same caller: hidden fields stay hidden unless they were opened
with a reason (:mod:`.reveal`) and still may be seen. No label is on it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.access.scope import visible_grids
from services.db import hook
from services.kit.dictionary import items
from services.kit.pdf import Sheet, printed_by
from services.kit.register import Caller
from services.people import circle_repository, reveal, service
from services.people.kinds import Kind
from services.people.models import Person

WORDS = {
    "zh": {
        "household": "户籍人口信息表", "family": "家庭人口信息表", "number.household": "户号",
        "number.family": "家庭编号", "head.household": "户主", "head.family": "家长",
        "grid": "所属网格", "address": "住址", "count": "人数", "n": "序号", "name": "姓名",
        "relation.household": "与户主关系", "relation.family": "与家长关系", "sex": "性别",
        "age": "年龄", "class": "人口类别", "id_number": "证件号码", "phone": "电话",
        "ended": "已注销", "state": "状态", "active": "在册",
        "hidden": "“…”处的内容未对打印人开放。", "none": "无成员。",
    },
    "en": {
        "household": "Sheet of a household", "family": "Sheet of a family",
        "number.household": "Household no.", "number.family": "Family no.",
        "head.household": "Head", "head.family": "Head", "grid": "Grid", "address": "Address",
        "count": "Members", "n": "No.", "name": "Name", "relation.household": "Relation",
        "relation.family": "Relation", "sex": "Sex", "age": "Age", "class": "Class",
        "id_number": "Document", "phone": "Phone", "ended": "Cancelled", "state": "State",
        "active": "Active", "hidden": "“…”: hidden from whoever printed this sheet.",
        "none": "No members.",
    },
}  # fmt: skip
SEPARATE = " / "


def of(caller: Caller, kind: Kind, circle_id: int, font: Path) -> bytes:
    """The sheet as a PDF; that it was taken out is recorded.

    Raises :class:`Forbidden` without the rights to read people and to export, and
    :class:`NotFound` outside the scope.
    """
    caller.actor.require("people.read")
    caller.actor.require("export")
    card = service.circle_card(caller, kind, circle_id)
    lang = "zh" if caller.actor.lang == "zh" else "en"
    say = WORDS[lang]
    words = _Words(caller, lang)
    rows, opened = _members(caller, kind, card, words)
    sheet = Sheet(font, lang, say[kind.name], printed_by(caller))
    head = next((m["name"] for m in card["members"] if m["head"]), "")
    state = say["active"] if card["status"] == "active" else say["ended"]
    chain = SEPARATE.join(one["name"] for one in card["chain"])
    sheet.facts(
        [
            (say[f"number.{kind.name}"], card["number"]), (say[f"head.{kind.name}"], head),
            (say["count"], str(len(rows))), (say["state"], state),
        ],
        [(say["address"], card["address"] or ""), (say["grid"], chain)],
    )  # fmt: skip
    sheet.table(
        [
            (say["n"], 0.8, "CENTER"), (say["name"], 1.6, "LEFT"),
            (say[f"relation.{kind.name}"], 2.0, "CENTER"), (say["sex"], 1.1, "CENTER"),
            (say["age"], 0.8, "CENTER"), (say["class"], 1.6, "CENTER"),
            (say["id_number"], 2.9, "CENTER"), (say["phone"], 1.9, "CENTER"),
        ],
        rows,
    )  # fmt: skip
    sheet.words(say["hidden"] if rows else say["none"])
    note = json.dumps({"format": "pdf", "rows": len(rows), "opened": opened})
    grid = card["chain"][-1]["id"]
    hook.note(
        caller.session, "export", entity=kind.name, entity_id=circle_id, grid_id=grid, note=note
    )  # fmt: skip
    return sheet.done()


class _Words:
    """The names of codes in one language."""

    def __init__(self, caller: Caller, lang: str) -> None:
        name = "name" if lang == "zh" else "name_en"
        self._names: dict[str, dict[str, str]] = {
            dictionary: {one["code"]: one[name] for one in items(caller.session, dictionary)}
            for dictionary in ("relation", "sex", "person_class")
        }

    def __call__(self, dictionary: str, code: str | None) -> str:
        return self._names[dictionary].get(code or "", code or "")


def _members(
    caller: Caller, kind: Kind, card: dict[str, Any], words: _Words
) -> tuple[list[list[Any]], list[int]]:
    """The rows of the visible members in the card's order, and whose fields were open."""
    scope, rows, opened = visible_grids(caller.actor), [], []
    found: dict[int, Person] = {
        p.id: p for p in circle_repository.members(caller.session, scope, kind, card["id"])
    }
    head_word = WORDS["zh" if caller.actor.lang == "zh" else "en"][f"head.{kind.name}"]
    for n, one in enumerate(sorted(card["members"], key=lambda m: not m["head"]), start=1):
        person = found[one["id"]]
        granted = reveal.granted(caller.session, caller.actor, person.id)
        fields = reveal.fields(caller, person, granted)
        if granted:
            opened.append(person.id)
        relation = head_word if one["head"] else words("relation", one["relation"])
        rows.append(
            [n, one["name"], relation, words("sex", one["sex"]), one["age"],
             words("person_class", one["class"]), fields["id_number"], fields["phone"]]
        )  # fmt: skip
    return rows, opened
