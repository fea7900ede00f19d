"""`python -m swifteats_sim`."""

from swifteats_sim.cli import main

main()
