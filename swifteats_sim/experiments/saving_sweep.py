"""The folder of a sweep: what came of each point, kept as it comes, and what all of them say together.

A point's folder appears whole or not at all. It counts when its manifest, which is written last, is of this point and
of these versions, and has the checksums of the files beside it; whatever else stands in its place is computed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swifteats_sim.experiments.result import Result, as_data, from_data
from swifteats_sim.experiments.saving import as_yaml
from swifteats_sim.experiments.sweep_tables import metrics_parquet, replications_parquet, sweep_markdown
from swifteats_sim.experiments.sweeping import Sweep, Swept
from swifteats_sim.results.folder import as_json, clear_away, write_texts, write_whole
from swifteats_sim.scenario.bounded import MAX_DEPTH, read_json
from swifteats_sim.scenario.errors import ScenarioError
from swifteats_sim.scenario.grid import Point

MANIFEST, RESULT, SCENARIO, SUMMARY = "manifest.json", "result.json", "scenario.yaml", "sweep.json"
TOGETHER = (MANIFEST, SUMMARY, "sweep.md", "metrics.parquet", "replications.parquet")
"""What stands beside the points once all are there; the manifest is the first to go and the last to come."""
POINT, WHOLE = "swifteats-sim point 1", "swifteats-sim sweep 1"
MAX_RESULT = 64_000_000


@dataclass(frozen=True)
class SweepFolder:
    """Where a sweep is kept. folder : its own; who uses it holds a lock."""

    sweep: Sweep
    folder: Path

    def clear_away(self) -> None:
        """Put in order what a killed sweep left beside its points."""
        clear_away(self._points)

    def found(self) -> Mapping[int, Result]:
        """Results of points whose folders are valid, by number."""
        kept = ((point.number, self._kept(point)) for point in self.sweep.points)
        return {number: result for number, result in kept if result is not None}

    def keep(self, point: Point, result: Result) -> None:
        """Write a point's folder, in place of what stood there; OSError when the disk refuses."""
        self.come_apart()
        texts = {SCENARIO: as_yaml(point.scenario), RESULT: as_json(as_data(result))}
        body = {
            "format": POINT,
            "point": dict(point.choice),
            "key": self.sweep.keys[point.number],
            "digest": result.digest,
            "versions": dict(self.sweep.versions),
            "files": {name: _sha256(text.encode()) for name, text in texts.items()},
        }
        write_texts(self._points, self._name(point), texts | {MANIFEST: as_json(body | {"checksum": _checksum(body)})})

    def come_apart(self) -> None:
        """Take away what all points said together: one of them is another now."""
        for name in TOGETHER:
            (self.folder / name).unlink(missing_ok=True)

    def gather(self, swept: Swept) -> None:
        """Write what all points say together, the manifest last; OSError when the disk refuses."""
        contents = dict(
            zip(TOGETHER[1:], (
                as_json(_summary(swept)).encode(), sweep_markdown(swept).encode(), metrics_parquet(swept),
                replications_parquet(swept),
            ), strict=True)
        )  # fmt: skip
        body = {
            "format": WHOLE,
            "declared": self.sweep.declared,
            "digest": swept.digest,
            "points": len(self.sweep.points),
            "versions": dict(self.sweep.versions),
            "files": {name: _sha256(content) for name, content in contents.items()},
        }
        contents[MANIFEST] = as_json(body | {"checksum": _checksum(body)}).encode()
        for name, content in contents.items():
            write_whole(self.folder / name, content)

    def vanish_if_empty(self) -> None:
        """Take the folder away again where no point is kept."""
        for each in (self._points, self.folder):
            with suppress(OSError):  # it is not empty, or was never there
                each.rmdir()

    @property
    def _points(self) -> Path:
        return self.folder / "points"

    def _name(self, point: Point) -> str:
        return f"{point.number:0{len(str(len(self.sweep.points)))}d}"

    def _kept(self, point: Point) -> Result | None:
        """What came of a point, where its folder is valid."""
        folder = self._points / self._name(point)
        try:
            manifest = read_json(folder / MANIFEST, depth=2 * MAX_DEPTH)
            if not self._is_of(manifest, point) or not _are_whole(folder, manifest["files"]):
                return None
            result = from_data(read_json(folder / RESULT, MAX_RESULT), point.scenario)
        except (ScenarioError, OSError, KeyError, TypeError, ValueError, AttributeError):
            return None
        return result if result.digest == manifest["digest"] else None

    def _is_of(self, manifest: Mapping[str, Any], point: Point) -> bool:
        body = {key: value for key, value in manifest.items() if key != "checksum"}
        wanted = (POINT, self.sweep.keys[point.number], dict(self.sweep.versions), _checksum(body))
        return (body["format"], body["key"], body["versions"], manifest["checksum"]) == wanted


def _are_whole(folder: Path, files: Mapping[str, str]) -> bool:
    """Whether a point's files are all there and are what was written."""
    return set(files) == {SCENARIO, RESULT} and all(
        _sha256((folder / name).read_bytes()) == files[name] for name in (SCENARIO, RESULT)
    )


def _checksum(body: Mapping[str, Any]) -> str:
    return _sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _summary(swept: Swept) -> dict[str, Any]:
    sweep = swept.sweep
    return {
        "scenario": sweep.scenario,
        "varied": {
            path: list(dict.fromkeys(dict(point.choice)[path] for point in sweep.points)) for path in sweep.paths
        },
        "digest": swept.digest,
        "points": [_point(point, swept.results[point.number]) for point in sweep.points],
    }


def _point(point: Point, result: Result) -> dict[str, Any]:
    scenario = point.scenario
    return {
        "point": point.number,
        "values": dict(point.choice),
        "seed": scenario.seed,
        "replications": scenario.replications,
        "verdict": result.verdict,
        **{key: value for key, value in as_data(result).items() if key != "replications"},
    }
