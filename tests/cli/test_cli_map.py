"""The map commands as their users meet them: what they print, write, refuse, and leave alone."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from swifteats_sim.cli import app
from swifteats_sim.streets.map_file import read_map
from swifteats_sim.streets.street_map import COPYRIGHT

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "swifteats_sim", "map"]
HELSINKI = str(ROOT / "tests/data/helsinki.osm.pbf")


def maps(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_build_show_and_build_again(tmp_path: Path) -> None:
    built = maps(tmp_path, "build", "--pbf", HELSINKI)
    assert (built.returncode, built.stderr) == (0, "")
    assert built.stdout.splitlines() == [
        "helsinki: 166 nodes, 330 arcs, 0.0 MB", COPYRIGHT, "map: maps/helsinki.parquet",
    ]  # fmt: skip
    shown = maps(tmp_path, "show", "maps/helsinki.parquet")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith("helsinki: 166 nodes, 330 arcs, 1.0 x 1.7 km, 36% one-way\n")
    assert COPYRIGHT in shown.stdout
    assert shown.stdout.splitlines()[-2:] == ["picture: outputs/helsinki.png", "picture: outputs/helsinki.svg"]
    assert COPYRIGHT in (tmp_path / "outputs/helsinki.svg").read_text(encoding="utf-8")
    file = tmp_path / "maps/helsinki.parquet"
    before = file.read_bytes()
    again = maps(tmp_path, "build", "--pbf", HELSINKI)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == "--out maps/helsinki.parquet: is there already; --force overwrites it\n"
    assert maps(tmp_path, "build", "--pbf", HELSINKI, "--force").returncode == 0
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["helsinki.parquet"]


def test_a_box_a_name_and_a_file_of_ones_own(tmp_path: Path) -> None:
    options = ["--bbox", "24.940,60.160,24.950,60.172", "--name", "centre", "--out", "deep/er/c.parquet"]
    assert maps(tmp_path, "build", "--pbf", HELSINKI, *options).returncode == 0
    streets = read_map(tmp_path / "deep/er/c.parquet")
    assert streets.name == "centre"
    assert 24.940 <= streets.degrees[:, 0].min() < streets.degrees[:, 0].max() <= 24.950


def test_a_box_in_the_west_is_no_option(tmp_path: Path) -> None:
    done = maps(tmp_path, "build", "--pbf", HELSINKI, "--bbox", "-22.15,64.02,-21.60,64.24")
    assert done.returncode == 2
    assert done.stderr == f"{HELSINKI}: no two places there reach each other by car\n"
    assert list(tmp_path.iterdir()) == []


def test_a_synthetic_city(tmp_path: Path) -> None:
    done = maps(tmp_path, "build", "--grid", "sparse", "--area", "20")
    assert done.stdout.splitlines() == ["grid-sparse: 256 nodes, 960 arcs, 0.0 MB", "map: maps/grid-sparse.parquet"]


ONE_OF = "map build: give exactly one of --pbf, --osm, --graphml, --place, --grid; "
BAD: dict[str, tuple[list[str], str]] = {
    "no source": (["build"], f"{ONE_OF}none given"),
    "two sources": (["build", "--pbf", "a", "--osm", "b"], f"{ONE_OF}--pbf and --osm given"),
    "no such file": (["build", "--pbf", "a.pbf"], "a.pbf: no such file"),
    "a folder": (["build", "--osm", "."], ".: is a folder"),
    "the wrong kind of file": (["build", "--osm", HELSINKI], f"{HELSINKI}: is no XML: not well-formed"),
    "a box of three": (["build", "--pbf", HELSINKI, "--bbox", "1,2,3"], "--bbox: '1,2,3': must be four numbers"),
    "a box upside down": (["build", "--pbf", HELSINKI, "--bbox", "1,9,3,2"], "--bbox: '1,9,3,2': must be degrees"),
    "a box of nothing": (["build", "--pbf", HELSINKI, "--bbox", "nan,1,2,3"], "--bbox: 'nan,1,2,3': must be degrees"),
    "a name that is a path": (["build", "--pbf", HELSINKI, "--name", "../x"], "--name: '../x': must be letters"),
    "an unknown density": (["build", "--grid", "dens", "--area", "9"], "--grid: 'dens': must be dense or sparse"),
    "no area": (["build", "--grid", "dense"], "--grid: say how large with --area"),
    "an area of nothing": (["build", "--grid", "dense", "--area", "0"], "--area: area 0.0 km2: must be above 0"),
    "an area of a file": (["build", "--pbf", HELSINKI, "--area", "9"], "--area: goes with --grid only"),
    "a box of nowhere": (["build", "--grid", "dense", "--area", "1", "--bbox", "1,2,3,4"], "--bbox: a synthetic city"),
    "a folder for a file": (["build", "--grid", "dense", "--area", "1", "--out", "."], "--out .: is a folder"),
    "an unknown map": (["show", "reykjavk"], "unknown map 'reykjavk'; did you mean 'reykjavik'?"),
    "no map": (["show", HELSINKI], f"{HELSINKI}: is no map: cannot be read as Parquet"),
    "an unknown map to fetch": (["fetch", "iseland"], "unknown map 'iseland'; did you mean 'iceland'?"),
    "a copy of nothing": (["fetch", "--out", "x"], "--out: say which map to copy"),
    "a copy to nowhere": (["fetch", "iceland", "--out", "no/x"], "--out no/x: No such file or directory"),
}


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.replace(" ", "_"))
def test_bad_input_gets_one_message_and_leaves_nothing(tmp_path: Path, case: str) -> None:
    arguments, message = BAD[case]
    done = maps(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_maps_that_come_with_the_package_are_listed_and_copied(tmp_path: Path) -> None:
    listed = maps(tmp_path, "fetch").stdout
    assert f"reykjavik   0.9 MB   10,361   21,059   {COPYRIGHT}" in listed
    assert str(ROOT / "maps/iceland.parquet") in listed.splitlines()
    assert maps(tmp_path, "fetch", "reykjavik", "--out", "own.parquet").stdout == "map: own.parquet\n"
    assert (tmp_path / "own.parquet").read_bytes() == (ROOT / "maps/reykjavik.parquet").read_bytes()
    assert maps(tmp_path, "fetch", "iceland", "--out", "own.parquet").returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["own.parquet"]


@pytest.mark.parametrize("words", [["--help"], ["map", "--help"], ["map", "build", "--help"], ["map", "build"]])
def test_who_asks_for_help_waits_for_no_library(words: list[str]) -> None:
    heavy = ("osmium", "matplotlib", "scipy", "pyarrow", "osmnx", "networkx", "shapely", "pyproj", "pandas")
    program = (
        "import sys\nfrom swifteats_sim.cli import main\n"
        f"sys.argv = ['swifteats-sim', *{words!r}]\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


@pytest.mark.parametrize("words", [[], ["build"], ["show"], ["fetch"]])
def test_every_command_explains_itself(tmp_path: Path, words: list[str]) -> None:
    done = maps(tmp_path, *words, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_build_says_so_and_leaves_nothing(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    """A large source: the build is still reading it when it is interrupted."""
    source = tmp_path / "large.osm"
    nodes = "".join(f'<node id="{number}" lat="64.1" lon="-21.9"/>\n' for number in range(1, 600_000))
    source.write_text(f'<osm version="0.6">\n{nodes}</osm>\n', encoding="utf-8")
    process = subprocess.Popen(
        [*COMMAND, "build", "--osm", str(source), "--out", "new/x.parquet"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while process.poll() is None and source not in _opened_by(process.pid):
        time.sleep(0.01)
    process.send_signal(sent)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (code, "")
    assert errors.endswith("nothing was written\n")
    assert len(errors.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["large.osm"]


def _opened_by(process: int) -> list[Path]:
    """Files that a process has open."""
    found = []
    for each in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            found.append(each.readlink())
    return found


SQUARE = [(1, 64.0, -21.0), (2, 64.01, -21.0), (3, 64.01, -20.98), (4, 64.0, -20.98)]
NODES = [{"type": "node", "id": node, "lat": lat, "lon": lon} for node, lat, lon in SQUARE]
TAGS = [{"highway": "residential"}, {"highway": "primary", "maxspeed": "60"}, {"highway": "service"}]
WAYS = [
    {"type": "way", "id": 10 + number, "nodes": [number + 1, number + 2], "tags": tags}
    for number, tags in enumerate(TAGS)
]
CORNERS = [[-21.1, 63.9], [-20.9, 63.9], [-20.9, 64.1], [-21.1, 64.1], [-21.1, 63.9]]
VIK = {
    "place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": "64", "lon": "-21", "class": "boundary",
    "importance": 1, "boundingbox": ["63.9", "64.1", "-21.1", "-20.9"], "display_name": "Vik",
    "geojson": {"type": "Polygon", "coordinates": [CORNERS]},
}  # fmt: skip


class StandIn(BaseHTTPRequestHandler):
    """Answers as a geocoder that knows one place, and as a server that knows three streets."""

    def do_GET(self) -> None:
        self._answer([VIK] if "Vik" in self.path else [])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"version": 0.6, "elements": [*NODES, *WAYS]})

    def _answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    import osmnx

    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(osmnx.settings, "nominatim_url", f"{address}/")
    monkeypatch.setattr(osmnx.settings, "overpass_url", address)
    monkeypatch.setattr(osmnx.settings, "overpass_rate_limit", False)
    monkeypatch.setattr(osmnx.settings, "use_cache", True)
    yield address
    server.shutdown()
    server.server_close()


def in_process(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(app, ["map", *arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.usefixtures("servers")
def test_a_place_is_fetched_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, output, errors = in_process(tmp_path, monkeypatch, "build", "--place", "Vik, Iceland")
    assert (code, errors) == (0, "")
    assert output.splitlines() == ["vik-iceland: 3 nodes, 4 arcs, 0.0 MB", COPYRIGHT, "map: maps/vik-iceland.parquet"]
    streets = read_map(tmp_path / "maps/vik-iceland.parquet")
    assert (streets.speed * 3.6).round().tolist() == [25, 25, 60, 60]
    assert streets.provenance["source"] == "place: Vik, Iceland"
    assert [path.name for path in tmp_path.iterdir()] == ["maps"], "no cache is left behind"


@pytest.mark.usefixtures("servers")
def test_an_unknown_place_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, output, errors = in_process(tmp_path, monkeypatch, "build", "--place", "Nowhere")
    assert (code, output) == (2, "")
    assert errors.startswith("--place: 'Nowhere': ")
    assert len(errors.splitlines()) == 1


def test_without_a_network_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, servers: str) -> None:
    import osmnx

    monkeypatch.setattr(osmnx.settings, "nominatim_url", "http://127.0.0.1:9/")  # nobody listens there
    code, output, errors = in_process(tmp_path, monkeypatch, "build", "--place", "Vik")
    assert (code, output) == (2, "")
    assert errors.startswith("--place: the servers of OpenStreetMap cannot be reached: ")
    assert len(errors.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
