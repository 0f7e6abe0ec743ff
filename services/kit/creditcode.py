"""The unified social credit code 统一社会信用代码 (GB 32100-2015): what is wrong with one.

Eighteen signs, digits and large letters without I, O, S, V, Z: the registering department, the kind
of organisation, six digits of the place, nine signs of the organisation, and a check sign.
"""

from __future__ import annotations

import re

from services.errors import BadInput
from services.kit.idnumber import tidied

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FORM = re.compile(f"[{SIGNS}]{{2}}[0-9]{{6}}[{SIGNS}]{{10}}")


def check_sign(first: str) -> str:
    """The last sign that belongs to the 17 signs ``first``: weights are powers of 3 modulo 31."""
    total = sum(SIGNS.index(sign) * pow(3, n, 31) for n, sign in enumerate(first))
    return SIGNS[-total % 31]


def parse(text: str, field: str = "code") -> str:
    """The code as it is stored. Raises :class:`BadInput` that says what is wrong with it."""
    code = tidied(text)
    if len(code) != 18:
        zh = f"统一社会信用代码应为 18 位，现在是 {len(code)} 位。"
        en = f"A unified social credit code has 18 signs; this one has {len(code)}."
        raise BadInput("code_length", zh, en, field=field)
    if not _FORM.fullmatch(code):
        zh = "代码只用数字和大写字母（没有 I、O、S、V、Z），第 3 至 8 位是数字。"
        en = "Digits and letters without I, O, S, V, Z; the third to eighth are digits."
        raise BadInput("code_signs", zh, en, field=field)
    if code[17] != check_sign(code[:17]):
        zh, en = "校验位不对，请对照证照核对。", "The check sign is wrong; compare the licence."
        raise BadInput("code_check", zh, en, field=field)
    return code
