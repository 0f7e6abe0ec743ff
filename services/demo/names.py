"""Names for the demo county, all put together here; none is taken from a person or a register."""

from __future__ import annotations

import numpy as np

STREAM_NAMES = np.array(
    [a + b for a in "云青石白清龙金桂枫竹兰松榕霞" for b in ("溪", "水河", "坪河", "岩沟", "湾河")]
)
_HAMLET_FIRST = "那弄者央渭坡岩坝龙百平达洞新上下木石花松竹茶桐枫甘板西东南北云水田茂周同"
_HAMLET_SECOND = "来桑丁怀歪腊麻桥弯坪塘沟角岭贡卡排能伞恩良旺合兴朝浪力楼瓦令独翁要必"


def hamlet_names(count: int, rng: np.random.Generator) -> list[str]:
    """``count`` different names of natural settlements 屯."""
    pairs = [a + b for a in _HAMLET_FIRST for b in _HAMLET_SECOND]
    triples = [a + b + c for a in _HAMLET_FIRST for b in _HAMLET_SECOND for c in "上下大小新老"]
    pool = rng.permutation(pairs).tolist() + rng.permutation(triples).tolist()
    return [f"{name}屯" for name in pool[:count]]


ESTATE_NAMES = np.array(
    [
        a + b
        for a in (
            "桂苑",
            "云山",
            "江畔",
            "金桂",
            "翠屏",
            "和顺",
            "锦绣",
            "福康",
            "阳光",
            "春晖",
            "碧水",
            "望江",
        )
        for b in ("小区", "花园", "家园", "新居", "雅苑", "新村", "名邸", "佳园")
    ]
)

SURNAMES = np.array(
    list(
        "黄韦岑农李王陆罗梁覃潘莫杨张陈刘吴何林唐周蒙龙许谭邓卢韩邹赵冯曾蒋苏廖彭石贺余叶田杜袁钟孔江范方程姚"
    )
)
_SURNAME_WEIGHT = 1 / (np.arange(len(SURNAMES)) + 6.0)
# Given names are put together from words of landscape and weather, so that they read as made up.
GIVEN_FIRST = np.array(
    list(
        "云青江竹松霞石泉岭禾桐枫岚溪原野星月晴霜雪露雁鹤舟桥岩谷峰麓桂兰荷菊杏梨茶麦稻秋春夏冬朝暮远近东西南北"
    )
)
GIVEN_SECOND = np.array(
    list(
        "山川林田野岸亭台帆影声色光风雨云烟涛波澜屿洲汀渚苗叶枝根蕾蔓帘灯弦歌砚墨笺茗陶瓷玉珠锦纱棉麻丝织"
    )
)


def surnames(count: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """``count`` family names, the common ones of the region more often."""
    return rng.choice(SURNAMES, count, p=_SURNAME_WEIGHT / _SURNAME_WEIGHT.sum())


def given_names(count: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """``count`` given names of one or two characters."""
    first, second = rng.choice(GIVEN_FIRST, count), rng.choice(GIVEN_SECOND, count)
    return np.where(rng.random(count) < 0.06, second, np.char.add(first, second))
