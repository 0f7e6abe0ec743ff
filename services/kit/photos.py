"""Photos: checked by content, re-encoded without hidden data, stored under their SHA-256."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session

from services.errors import BadInput, Conflict

MAX_SIDE = 2048
MAX_PHOTOS = 9
MAX_PIXELS = 60_000_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


@dataclass(frozen=True)
class Stored:
    """A photo as it was stored."""

    sha256: bytes
    mime: str
    size: int
    width: int
    height: int


def _refused() -> BadInput:
    return BadInput(
        "not_a_photo",
        "这不是可用的照片，请用 JPEG、PNG 或 WebP。",
        "This is no usable photo; use JPEG, PNG or WebP.",
        field="file",
    )


def clean(raw: bytes) -> tuple[bytes, str, int, int]:
    """Decode, turn upright, shrink to 2048 px, and write anew without EXIF.

    Returns bytes, MIME type, width, height. Raises :class:`BadInput` when ``raw`` is no image.
    """
    try:
        with Image.open(io.BytesIO(raw), formats=list(FORMATS)) as image:
            kind = image.format or ""
            if image.width * image.height > MAX_PIXELS:
                raise _refused()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            plain = upright.convert("RGBA" if kind == "PNG" else "RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as exc:
        raise _refused() from exc
    plain.info.clear()
    out = io.BytesIO()
    plain.save(out, kind, **({} if kind == "PNG" else {"quality": 85}))
    return out.getvalue(), FORMATS[kind], plain.width, plain.height


def path_of(folder: Path, sha256: bytes) -> Path:
    """Where a photo lies: named by its content, never by what the sender called it."""
    name = sha256.hex()
    return folder / name[:2] / name


def store(folder: Path, raw: bytes) -> Stored:
    """Clean and store a photo; storing the same one again changes nothing."""
    data, mime, width, height = clean(raw)
    digest = hashlib.sha256(data).digest()
    target = path_of(folder, digest)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(data)
        part.replace(target)
    return Stored(digest, mime, len(data), width, height)


def attach(session: Session, existing: Sequence[Any], stored: Stored, row: Any) -> dict[str, Any]:
    """Add ``row``, the photo of something that has ``existing`` ones; the same one only once.

    Raises :class:`Conflict` beyond nine.
    """
    same = next((photo for photo in existing if bytes(photo.sha256) == stored.sha256), None)
    if same is None:
        if len(existing) >= MAX_PHOTOS:
            zh, en = f"最多 {MAX_PHOTOS} 张照片。", f"At most {MAX_PHOTOS} photos."
            raise Conflict("photos", zh, en, field="file")
        same = row
        same.sha256, same.mime, same.bytes = stored.sha256, stored.mime, stored.size
        same.width, same.height = stored.width, stored.height
        session.add(same)
        session.flush()
    return {"id": same.id, "width": same.width, "height": same.height, "mime": same.mime}
