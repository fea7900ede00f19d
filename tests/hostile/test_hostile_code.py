"""No pickle, no eval, no unsafe YAML and no shell, in any module: proved on the syntax trees, with a control arm.

Exempt are what our own processes send each other (`multiprocessing`, `concurrent.futures`) and numba's cache of
compiled code, which is read from a folder that nobody else may write to (`engine/compiled.py`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "swifteats_sim"
MODULES = sorted(PACKAGE.rglob("*.py"))

PICKLES = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "jsonpickle"}
OTHER_YAML = {"yaml", "oyaml"}
EVALUATING = {"eval", "exec", "compile", "execfile", "__import__"}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "commands.getoutput"}
SHELLS |= {"asyncio.create_subprocess_shell", "pty.spawn"}
STARTING = {"run", "Popen", "call", "check_call", "check_output"}
UNPICKLING = {"read_pickle", "to_pickle", "read_hdf", "loads_pickle"}
IMPORTING = {"import_module", "spec_from_file_location", "run_path", "run_module"}
MAY_IMPORT = {"policies/imported.py"}
"""For `--policy`, by the user's own word."""
XML = {"xml.etree.ElementTree", "xml.dom.minidom", "xml.dom.pulldom", "xml.sax", "lxml", "lxml.etree"}
MAY_PARSE = {"streets/prologue.py", "streets/reading_graphml.py"}
"""Through defusedxml, and only the name of an error."""


def names_of(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for: `from os import system as s` makes s os.system."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {each.asname or each.name.split(".")[0]: each.name if each.asname else each.name.split(".")[0]
                      for each in node.names}  # fmt: skip
        elif isinstance(node, ast.ImportFrom):
            found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return found


def called(node: ast.AST, names: dict[str, str]) -> str:
    """The dotted name of what is called, imports resolved."""
    if isinstance(node, ast.Attribute):
        return f"{called(node.value, names)}.{node.attr}"
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (node.module or "", *(f"{node.module}.{each.name}" for each in node.names))


def findings(source: str, place: str) -> set[str]:
    """The rules that a module breaks."""
    tree = ast.parse(source)
    names, broken = names_of(tree), set[str]()
    for module in imported(tree):
        head = module.split(".")[0]
        broken |= {"pickle"} if head in PICKLES else {"yaml"} if head in OTHER_YAML else set()
        broken |= {"xml"} if module in XML and place not in MAY_PARSE else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            broken |= _of_call(node, called(node.func, names), place)
        if isinstance(node, ast.Name) and node.id in EVALUATING and isinstance(node.ctx, ast.Load):
            broken.add("eval")
    return broken


def _of_call(call: ast.Call, name: str, place: str) -> set[str]:
    broken, last = set[str](), name.rpartition(".")[2]
    given = {each.arg: each.value for each in call.keywords}
    if name in SHELLS or name.startswith(("os.exec", "os.spawn")) or _is_true(given.get("shell")):
        broken.add("shell")
    if name.startswith("subprocess.") and last in STARTING and call.args and _is_text(call.args[0]):
        broken.add("shell")
    if _is_true(given.get("allow_pickle")) or last in UNPICKLING:
        broken.add("pickle")
    if last in IMPORTING and place not in MAY_IMPORT:
        broken.add("import")
    if last == "YAML" and not (isinstance(kind := given.get("typ"), ast.Constant) and kind.value == "safe"):
        broken.add("yaml")
    return broken


def _is_true(node: ast.AST | None) -> bool:
    """Anything but a plain False counts."""
    return node is not None and not (isinstance(node, ast.Constant) and node.value is False)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr | ast.BinOp) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_breaks_no_rule(path: Path) -> None:
    assert not findings(path.read_text(encoding="utf-8"), path.relative_to(PACKAGE).as_posix())


def test_all_modules_are_looked_at() -> None:
    assert len(MODULES) > 300


PLANTED = {
    "import pickle": "pickle",
    "import pickle as p\np.loads(b'')": "pickle",
    "from pickle import loads": "pickle",
    "import _pickle": "pickle",
    "import dill": "pickle",
    "import marshal": "pickle",
    "import shelve": "pickle",
    "import numpy as np\nnp.load('x', allow_pickle=True)": "pickle",
    "import numpy as np\nnp.load('x', allow_pickle=anything)": "pickle",
    "import pandas as pd\npd.read_pickle('x')": "pickle",
    "frame.to_pickle('x')": "pickle",
    "eval('1')": "eval",
    "exec('1')": "eval",
    "compile('1', 'x', 'eval')": "eval",
    "run = eval\nrun('1')": "eval",
    "__import__('os')": "eval",
    "import yaml\nyaml.load(text)": "yaml",
    "from yaml import safe_load": "yaml",
    "from ruamel.yaml import YAML\nYAML().load(text)": "yaml",
    "from ruamel.yaml import YAML\nYAML(typ='unsafe').load(text)": "yaml",
    "import os\nos.system('x')": "shell",
    "from os import system\nsystem('x')": "shell",
    "import os as o\no.popen('x')": "shell",
    "import os\nos.execvp('x', ['x'])": "shell",
    "import subprocess\nsubprocess.run('ls x')": "shell",
    "import subprocess\nsubprocess.run(f'ls {x}')": "shell",
    "from subprocess import Popen\nPopen('ls ' + x)": "shell",
    "import subprocess\nsubprocess.run(['ls'], shell=True)": "shell",
    "import subprocess\nsubprocess.getoutput('ls')": "shell",
    "import importlib\nimportlib.import_module(name)": "import",
    "from importlib import import_module as get\nget(name)": "import",
    "import runpy\nrunpy.run_path(name)": "import",
    "import xml.etree.ElementTree as tree": "xml",
    "from lxml import etree": "xml",
}


@pytest.mark.parametrize("source", PLANTED, ids=lambda source: source.replace("\n", "; "))
def test_one_that_is_planted_is_caught(source: str) -> None:
    assert findings(source, "planted.py") == {PLANTED[source]}


FINE = [
    "import subprocess\nsubprocess.run(['ls', x], check=False)",
    "import re\nre.compile('x')",
    "from ruamel.yaml import YAML\nYAML(typ='safe', pure=True)",
    "import numpy as np\nnp.load('x', allow_pickle=False)",
    "import json\njson.loads('1')",
]


@pytest.mark.parametrize("source", FINE)
def test_what_only_looks_like_it_is_not(source: str) -> None:
    assert not findings(source, "planted.py")
