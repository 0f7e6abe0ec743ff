"""Names of people as they are looked for: pinyin whole and by initials."""

from __future__ import annotations

import pypinyin

LONGEST = 120


def pinyin(name: str) -> str:
    """``zhangsan zs`` for 张三; signs that are no Chinese stay as they are."""
    parts = pypinyin.lazy_pinyin(name)
    return f"{''.join(parts)} {''.join(p[:1] for p in parts)}"[:LONGEST]
