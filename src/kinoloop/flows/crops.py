"""Crop paths as JSON between steps; times as exact fractions."""

from fractions import Fraction
from typing import Any

from kinoloop.core.timecode import Span
from kinoloop.media.crop import CropKey, CropPath, CropPiece

Json = dict[str, Any]


def crop_json(path: CropPath) -> Json:
    return {"width": path.width, "height": path.height, "pieces": [_piece_json(p) for p in path.pieces]}


def crop_from(value: Json) -> CropPath:
    """The path that `crop_json` wrote."""
    return CropPath(value["width"], value["height"], tuple(_piece_from(p) for p in value["pieces"]))


def _piece_json(piece: CropPiece) -> Json:
    return {
        "span": [str(piece.span.start), str(piece.span.end)],
        "fit": piece.fit,
        "keys": [[str(key.at), key.x, key.y] for key in piece.keys],
        "reason": piece.reason,
    }


def _piece_from(value: Json) -> CropPiece:
    start, end = (Fraction(edge) for edge in value["span"])
    keys = tuple(CropKey(Fraction(at), x, y) for at, x, y in value["keys"])
    return CropPiece(Span(start, end), value["fit"], keys, value["reason"])
