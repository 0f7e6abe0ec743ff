"""Combined conditions 组合条件 (D7): and, or, not over comparisons and areas, as stated.

A tree in JSON. A node is exactly one of

- ``{"and": [nodes]}``, ``{"or": [nodes]}``, ``{"not": node}``
- ``{"in": place}``: within a grid, a patrol area, a drawn shape, as in ``place`` of a search
- ``{"column": name, "op": op, ...}`` with ``value`` (``eq``, ``ne``, ``contains``, ``starts``),
  ``values`` (``in``), ``since`` and/or ``until`` (``between``, both ends included; ``days``, the
  same in days from today, so that a saved question stays right), or nothing (``empty``)

A row without a value equals nothing: ``ne`` finds it, ``not`` turns any answer into its opposite.
What columns there are, and who may ask about them, is each register's own: :mod:`.asking`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    WithJsonSchema,
    model_validator,
)

from services.errors import BadInput
from services.kit.place import Place

MAX_DEPTH = 8
MAX_NODES = 80
MAX_AREAS = 5
MAX_VALUES = 100
MAX_NUMBER = 10**15
GROUPS = ("and", "or", "not")
Op = Literal["eq", "ne", "in", "contains", "starts", "between", "days", "empty"]
# What each operator takes.
TAKES: dict[str, tuple[str, ...]] = {
    "eq": ("value",),
    "ne": ("value",),
    "contains": ("value",),
    "starts": ("value",),
    "in": ("values",),
    "between": ("since", "until"),
    "days": ("since", "until"),
    "empty": (),
}


def _printable(value: str) -> str:
    if any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 for sign in value):
        raise ValueError("control characters are not allowed")
    return value


Whole = Annotated[StrictInt, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
Broken = Annotated[StrictFloat, Field(ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_printable)]
Value = StrictBool | Whole | Broken | Text


class Condition(BaseModel):
    """One node of the tree."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    all: Annotated[list[Condition], Field(min_length=1)] | None = Field(None, alias="and")
    any: Annotated[list[Condition], Field(min_length=1)] | None = Field(None, alias="or")
    none: Condition | None = Field(None, alias="not")
    area: Place | None = Field(None, alias="in")
    column: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    op: Op | None = None
    value: Value | None = None
    values: Annotated[list[Value], Field(min_length=1, max_length=MAX_VALUES)] | None = None
    since: Value | None = None
    until: Value | None = None

    @model_validator(mode="after")
    def _one(self) -> Condition:
        kinds = (self.all, self.any, self.none, self.area, self.column)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("state exactly one of and, or, not, in, column")
        given = {
            name
            for name in ("value", "values", "since", "until")
            if getattr(self, name) is not None
        }
        if self.column is None and (given or self.op is not None):
            raise ValueError("op and values belong to a column")
        if self.column is not None:
            self._compared(given)
        return self

    def _compared(self, given: set[str]) -> None:
        if self.op is None:
            raise ValueError("state the op of the column")
        takes = TAKES[self.op]
        ranges = "since" in takes  # one end is enough
        if not (given <= set(takes) and (given or not takes) and (ranges or given == set(takes))):
            listed = " and/or ".join(takes) or "no value"
            raise ValueError(f"{self.op} takes {listed}")


def _limited(tree: Any) -> Any:
    """The tree as it came, unless it is too large to be looked at."""
    waiting, nodes, areas = [(tree, 1)], 0, 0
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if depth > MAX_DEPTH:
            zh = f"条件嵌套太深，最多 {MAX_DEPTH} 层，请拆成几个条件。"
            en = f"The conditions are nested too deep, at most {MAX_DEPTH} levels; flatten them."
            raise BadInput("too_deep", zh, en, field="conditions")
        if not isinstance(node, dict):
            continue
        areas += "in" in node
        for name in GROUPS:
            inside = node.get(name)
            listed = inside if isinstance(inside, list) else [] if inside is None else [inside]
            if nodes + len(waiting) + len(listed) > MAX_NODES:
                zh = f"条件太多，最多 {MAX_NODES} 个，请减少。"
                en = f"Too many conditions, at most {MAX_NODES}; take some away."
                raise BadInput("too_many", zh, en, field="conditions")
            waiting += [(child, depth + 1) for child in listed]
    if areas > MAX_AREAS:
        zh = f"最多按 {MAX_AREAS} 个区域查询，请减少。"
        raise BadInput("too_many_areas", zh, f"At most {MAX_AREAS} areas.", field="conditions")
    return tree


# The announced form holds two levels: the third repeats the first.
_COMPARE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["column", "op"],
    "properties": {
        "column": {"type": "string", "minLength": 1, "maxLength": 40},
        "op": {"type": "string", "enum": list(TAKES)},
        "value": {"type": ["string", "number", "boolean"]},
        "values": {"type": "array", "minItems": 1, "maxItems": MAX_VALUES},
        "since": {"type": ["string", "number"]},
        "until": {"type": ["string", "number"]},
    },
}
_NODES = {"type": "array", "minItems": 1, "items": {"anyOf": [_COMPARE, {"type": "object"}]}}
_ANNOUNCED = {
    "description": __doc__,
    "anyOf": [
        {
            "type": "object",
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {
                "and": _NODES,
                "or": _NODES,
                "not": {"anyOf": [_COMPARE, {"type": "object"}]},
                "in": {"type": "object"},
            },
        },
        _COMPARE,
    ],
}
Tree = Annotated[Condition, BeforeValidator(_limited), WithJsonSchema(_ANNOUNCED)]
