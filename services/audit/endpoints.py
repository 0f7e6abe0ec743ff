"""Routes of the audit."""

from __future__ import annotations

from fastapi import APIRouter

from services.audit.register import AUDIT
from services.kit.routes import attach

router = APIRouter(tags=["audit"])
attach(router, AUDIT)
