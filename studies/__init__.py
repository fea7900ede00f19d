"""Questions put to the simulator: each module asks one, and `answers/` holds what came out, with the command."""
