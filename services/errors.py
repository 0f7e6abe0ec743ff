"""The application's errors and the one place where they become HTTP answers.

Every error has a stable ``code``, a message in both languages that names the cure, and, where
one input is at fault, the ``field``. Nothing of a person is ever put into a message.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException


class AppError(Exception):
    """Base of all expected errors; becomes a 4xx answer with a plain message."""

    status = 400

    def __init__(self, code: str, zh: str, en: str, *, field: str | None = None, **extra: Any):
        super().__init__(f"{code}: {en}")
        self.code, self.zh, self.en, self.field, self.extra = code, zh, en, field, extra

    def body(self, lang: str = "zh") -> dict[str, Any]:
        """The JSON body of the answer: message in ``lang``, and both languages beside it."""
        error = {"code": self.code, "message": self.zh if lang == "zh" else self.en}
        error |= {"message_zh": self.zh, "message_en": self.en}
        if self.field:
            error["field"] = self.field
        return {"error": {**error, **self.extra}}


class BadInput(AppError):
    """The input cannot be used as it is; ``field`` names the part."""

    status = 422


class NotFound(AppError):
    """There is no such thing, or not for this caller: the two look the same."""

    status = 404

    def __init__(self, what: str = "object"):
        super().__init__(
            "not_found", "没有找到，或不在您的范围内。", "Not found, or not in your area."
        )
        self.extra = {"what": what}


class Forbidden(AppError):
    """The caller lacks the permission."""

    status = 403

    def __init__(self, permission: str):
        super().__init__(
            "forbidden",
            "您的岗位没有这项权限，可向管理员申请。",
            "Your post does not have this permission; ask the administrator for it.",
            permission=permission,
        )


class Unauthenticated(AppError):
    """Nobody is signed in."""

    status = 401

    def __init__(self) -> None:
        super().__init__("unauthenticated", "登录已过期，重新登录后继续。", "Sign in to go on.")


class Conflict(AppError):
    """The object is no longer in the state that the caller saw."""

    status = 409


class Stale(Conflict):
    """Somebody changed the row since the caller looked at it; ``version`` is that of now."""

    def __init__(self, version: int | None = None) -> None:
        super().__init__(
            "stale",
            "别人刚改过这一条，您的修改还没有保存。请刷新，对照新内容后再存。",
            "Somebody changed this meanwhile; yours is not saved. Reload, compare, save again.",
            field=None if version is None else "version",
            **({} if version is None else {"version": version}),
        )


class TooLarge(AppError):
    """The body is larger than the route takes."""

    status = 413


class TooMany(AppError):
    """Too many tries; ``retry_after`` says in seconds when it goes on."""

    status = 429


def _answer(error: AppError, request: Request) -> JSONResponse:
    lang = "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"
    headers = {}
    if "retry_after" in error.extra:
        headers["Retry-After"] = str(error.extra["retry_after"])
    return JSONResponse(error.body(lang), status_code=error.status, headers=headers)


# What the validator found, in the users' words; its own English says the rest.
_PLAIN = {
    "missing": "缺少这一项，请补上。",
    "extra_forbidden": "没有这一项，请去掉。",
    "string_too_short": "太短，至少 {min_length} 个字。",
    "string_too_long": "太长，最多 {max_length} 个字。",
    "string_type": "应当是文字。",
    "string_pattern_mismatch": "写法不对。",
    "greater_than_equal": "不能小于 {ge}。",
    "greater_than": "应当大于 {gt}。",
    "less_than_equal": "不能大于 {le}。",
    "less_than": "应当小于 {lt}。",
    "finite_number": "应当是一个确定的数。",
    "literal_error": "应当是其中之一：{expected}。",
    "json_invalid": "请求的内容不是完整的 JSON。",
    "model_attributes_type": "应当是一个对象。",
    "dict_type": "应当是一个对象。",
    "list_type": "应当是一个列表。",
    "bool_parsing": "应当是“是”或“否”。",
    "uuid_parsing": "应当是一个 UUID。",
}


def _from_validation(exc: RequestValidationError) -> AppError:
    first = exc.errors()[0]
    where = [str(p) for p in first["loc"]]
    field = ".".join(where[1:]) or where[0]  # a name may be empty
    kind, words = first["type"], first.get("ctx", {})
    if kind.startswith(("int_", "float_", "decimal_")):
        plain = "应当是一个数字。"
    elif kind.startswith(("date_", "datetime_", "time_")):
        plain = "应当是日期，如 2026-11-20。"
    else:
        plain = _PLAIN.get(kind, "不符合要求。").format_map(words)
    return BadInput("invalid", f"“{field}”{plain}", f"{field}: {first['msg']}", field=field)


def _from_database(exc: DBAPIError) -> AppError | None:
    state = getattr(exc.orig, "pgcode", None) or ""
    constraint = getattr(getattr(exc.orig, "diag", None), "constraint_name", None) or ""
    if state.startswith("23"):
        return _broken_rule(state, constraint)
    if state == "42501":
        return Forbidden("scope")  # the second fence: a row of a grid that is not the caller's
    if state in ("40P01", "55P03"):  # two who wait for each other, or too long for one
        return Conflict(
            "busy", "别人正在改同一条记录，请稍后再试。", "Somebody is changing it; try again."
        )
    if state.startswith("22"):
        return BadInput("value", "有一个值超出了允许的范围。", "A value is out of range.")
    if state == "57014":
        return AppError(
            "too_slow",
            "范围太大，请缩小后再查。",
            "The question is too wide; narrow it.",
            field="place",
        )
    return None


def _broken_rule(state: str, constraint: str) -> AppError:
    if state == "23505":
        return Conflict("duplicate", "已有相同的记录。", "Such a record exists.", field=constraint)
    return BadInput(
        "constraint", "这个值与已有的规则不符。", "The value breaks a rule.", field=constraint
    )


def install(app: FastAPI) -> None:
    """Register the one handler for expected errors, bad input and database refusals."""

    @app.exception_handler(AppError)
    async def _app(request: Request, exc: AppError) -> JSONResponse:
        return _answer(exc, request)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, exc: RequestValidationError) -> JSONResponse:
        return _answer(_from_validation(exc), request)

    @app.exception_handler(StaleDataError)
    async def _stale(request: Request, exc: StaleDataError) -> JSONResponse:
        return _answer(Stale(), request)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, exc: HTTPException) -> JSONResponse:
        if exc.status_code == 404:
            return _answer(NotFound("route"), request)
        error = AppError("http", str(exc.detail), str(exc.detail))
        error.status = exc.status_code
        return _answer(error, request)

    async def _database(request: Request, exc: Exception) -> JSONResponse:
        error = _from_database(exc) if isinstance(exc, DBAPIError) else None
        if error is None:
            raise exc
        return _answer(error, request)

    for kind in (IntegrityError, OperationalError, DBAPIError):
        app.add_exception_handler(kind, _database)
