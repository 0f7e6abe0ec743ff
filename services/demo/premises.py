"""Premises of the demo county: the nine small kinds and others, in buildings that fit them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.demo.footprints import Buildings
from services.demo.geography import Ground
from services.demo.names import given_names, surnames
from services.demo.plane import Floats, Ints, Words, stream

PREMISES = 2_600
_SHARE = {
    "shop": 0.44, "restaurant": 0.19, "clinic": 0.05, "school": 0.05, "hotel": 0.035,
    "entertainment": 0.015, "netcafe": 0.012, "beauty": 0.08, "workshop": 0.09, "other": 0.038,
}  # fmt: skip
_TRADE = {
    "shop": ("便利店", "百货店", "五金店", "粮油店", "农资店", "文具店", "服装店", "水果店"),
    "restaurant": ("米粉店", "小吃店", "饭馆", "烧烤店", "早餐店", "火锅店"),
    "clinic": ("诊所", "卫生室", "口腔诊所"),
    "school": ("示例幼儿园", "示例小学", "示例托育园"),
    "hotel": ("旅馆", "客栈", "民宿"),
    "entertainment": ("歌厅", "棋牌室", "台球室"),
    "netcafe": ("网吧", "电竞馆"),
    "beauty": ("美发店", "美容店", "洗浴店"),
    "workshop": ("豆腐作坊", "米酒作坊", "木器加工作坊", "油茶加工坊", "汽修作坊"),
    "other": ("快递点", "养殖场", "仓库", "农家书屋"),
}
_FIRST = np.array(list("祥福顺兴鑫盛和美新佳悦康宏旺惠锦鸿泰聚缘"))
_SECOND = np.array(list("源隆达发园来雅居满丰吉庆宝乐城轩味香记升"))
_ALSO = {
    "restaurant": "shop",
    "shop": "workshop",
    "hotel": "restaurant",
    "workshop": "shop",
    "beauty": "shop",
}
_AREA = {
    "shop": 70, "restaurant": 95, "clinic": 80, "school": 620, "hotel": 420, "entertainment": 150,
    "netcafe": 160, "beauty": 60, "workshop": 140, "other": 200,
}  # fmt: skip


@dataclass(frozen=True)
class Premises:
    """One entry a premises; ``checked`` is how much of the interval between two checks
    has passed, in thousandths of a little more than it (-1: never checked)."""

    name: Words
    kind: Words
    also: Words  # "" without
    in_charge: Words
    building: Ints
    micro: Ints
    area: Floats
    employees: Ints
    attention: Ints
    checked: Ints
    gone: Ints  # days since it was cancelled, -1 active


def _sites(
    ground: Ground, buildings: Buildings, count: int, rng: np.random.Generator
) -> tuple[Ints, Words]:
    """Building and kind of each premises; every village gets a school and a clinic."""
    pull = np.select(
        [buildings.use == "mixed", buildings.use == "commercial", buildings.kind == "public",
         buildings.kind == "farmhouse", buildings.kind == "market"],
        [1.0, 3.0, 0.6, 0.024, 0.8], 0.01,
    )  # fmt: skip
    pull[buildings.use == "farm"] = 0
    village = ground.micro_village[buildings.micro]
    fixed: list[int] = []
    houses = np.flatnonzero(buildings.kind == "farmhouse")
    for v in np.unique(village[houses]).tolist():
        fixed += rng.choice(houses[village[houses] == v], 2, replace=False).tolist()
    pull[fixed] = 0
    rest = rng.choice(len(pull), count - len(fixed), replace=False, p=pull / pull.sum())
    names, chance = np.array(list(_SHARE), dtype=object), np.array(list(_SHARE.values()))
    drawn = rng.choice(names, len(rest), p=chance / chance.sum())
    given = np.array(["school", "clinic"] * (len(fixed) // 2), dtype=object)
    return np.concatenate((np.array(fixed, dtype=np.int64), rest)), np.concatenate((given, drawn))


def make_premises(ground: Ground, buildings: Buildings, households: Ints) -> Premises:
    """About 2,600 premises for the county, in as many buildings."""
    rng = stream("premises")
    count = round(PREMISES * households.sum() / 43_494)
    building, kind = _sites(ground, buildings, count, rng)
    n = len(building)
    words = np.char.add(rng.choice(_FIRST, n), rng.choice(_SECOND, n))
    trade = np.array(
        [_TRADE[k][int(r * len(_TRADE[k]))] for k, r in zip(kind, rng.random(n), strict=True)]
    )
    also = np.array([_ALSO.get(k, "") for k in kind], dtype=object)
    also[rng.random(n) > 0.09] = ""
    size = np.array([_AREA[k] for k in kind]) * np.exp(rng.normal(0, 0.35, n))
    risky = np.isin(kind, ("entertainment", "netcafe", "workshop", "hotel", "restaurant"))
    level = rng.random(n) + np.where(risky, 0.06, 0)
    gone = np.where(rng.random(n) < 0.015, rng.integers(5, 600, n), -1)
    made = Premises(
        name=np.char.add(words, trade).astype(object),
        kind=kind,
        also=also,
        in_charge=np.char.add(surnames(n, rng), given_names(n, rng)).astype(object),
        building=building,
        micro=buildings.micro[building],
        area=np.round(np.clip(size, 18, 1_500), 1),
        employees=np.clip(rng.poisson(np.sqrt(size) / 4), 1, 60),
        attention=np.where(level > 1.0, 3, np.where(level > 0.93, 2, 1)),
        checked=np.where(rng.random(n) < 0.02, -1, np.floor(rng.random(n) * 1_000).astype(int)),
        gone=gone,
    )
    order = np.argsort(buildings.micro[building], kind="stable")
    return Premises(*[getattr(made, f)[order] for f in Premises.__dataclass_fields__])
