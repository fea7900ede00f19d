"""Street networks: one map file, whatever it was built from, and what is reckoned on it. It knows no food."""
