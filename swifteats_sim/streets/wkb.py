"""Lines as well-known binary, all at once: little-endian LineStrings in two dimensions, and nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HEAD = np.dtype([("order", "u1"), ("kind", "<u4"), ("points", "<u4")])
"""What stands before the coordinates of each line: 9 bytes."""
LITTLE_ENDIAN, LINE_STRING = 1, 2
POINT = 16
"""Bytes of a point: two float64."""


def encoded(begin: NDArray[np.int32], points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Where each line's bytes begin (one more at the end), and the bytes.

    begin : int32[lines + 1], where each line's points begin. points : float64[points, 2].
    """
    counts = np.diff(begin)
    offsets = np.concatenate(([0], np.cumsum(HEAD.itemsize + POINT * counts.astype(np.int64))))
    heads = np.zeros(len(counts), HEAD)
    heads["order"], heads["kind"], heads["points"] = LITTLE_ENDIAN, LINE_STRING, counts
    data = np.empty(offsets[-1], np.uint8)
    in_head = _in_head(offsets)
    data[in_head] = heads.view(np.uint8)
    data[~in_head] = np.ascontiguousarray(points, "<f8").view(np.uint8).reshape(-1)
    return offsets, data


def decoded(offsets: NDArray[np.int64], data: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The inverse of `encoded`. Errors: ValueError where bytes are no such lines, or a line has fewer than 2 points."""
    sizes = np.diff(offsets)
    if len(sizes) and sizes.min() < HEAD.itemsize + 2 * POINT:
        raise ValueError("a line has fewer than 2 points")
    in_head = _in_head(offsets)
    data = data[: offsets[-1]]
    heads = data[in_head].view(HEAD)
    if not ((heads["order"] == LITTLE_ENDIAN) & (heads["kind"] == LINE_STRING)).all():
        raise ValueError("not every geometry is a little-endian LineString in two dimensions")
    counts = heads["points"].astype(np.int64)
    if not np.array_equal(HEAD.itemsize + POINT * counts, sizes):
        raise ValueError("a line is longer or shorter than it says")
    begin = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return begin, data[~in_head].view("<f8").astype(np.float64, copy=False).reshape(-1, 2)


def _in_head(offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    marks = np.zeros(offsets[-1], np.bool_)
    marks[(offsets[:-1, None] + np.arange(HEAD.itemsize)).reshape(-1)] = True
    return marks
