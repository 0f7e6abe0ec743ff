"""Names for the demo county, all put together here; none is taken from a person or a register."""

from __future__ import annotations

import numpy as np

STREAM_NAMES = np.array([
    a + b for a in "云青石白清龙金桂枫竹兰松榕霞" for b in ("溪", "水河", "坪河", "岩沟", "湾河")
])
_HAMLET_FIRST = "那弄者央渭坡岩坝龙百平达洞新上下木石花松竹茶桐枫甘板西东南北云水田茂周同"
_HAMLET_SECOND = "来桑丁怀歪腊麻桥弯坪塘沟角岭贡卡排能伞恩良旺合兴朝浪力楼瓦令独翁要必"


def hamlet_names(count: int, rng: np.random.Generator) -> list[str]:
    """``count`` different names of natural settlements 屯."""
    pairs = [a + b for a in _HAMLET_FIRST for b in _HAMLET_SECOND]
    triples = [a + b + c for a in _HAMLET_FIRST for b in _HAMLET_SECOND for c in "上下大小新老"]
    pool = rng.permutation(pairs).tolist() + rng.permutation(triples).tolist()
    return [f"{name}屯" for name in pool[:count]]


ESTATE_NAMES = np.array([
    a + b
    for a in ("桂苑", "云山", "江畔", "金桂", "翠屏", "和顺", "锦绣", "福康", "阳光", "春晖", "碧水", "望江")
    for b in ("小区", "花园", "家园", "新居", "雅苑", "新村", "名邸", "佳园")
])
