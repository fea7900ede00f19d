"""What pyproject.toml cannot say: the maps lie at the root of a checkout, and inside of an installed package."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithMaps(build_py):
    """Takes `maps/` along, where `swifteats_sim.streets.bundled` looks for it."""

    def run(self) -> None:
        """Build as ever, then copy; an editable installation finds the maps in the checkout."""
        super().run()
        if not self.editable_mode:
            inside = Path(self.build_lib) / "swifteats_sim/maps"
            shutil.copytree(Path(__file__).parent / "maps", inside, dirs_exist_ok=True)


setup(cmdclass={"build_py": WithMaps})
