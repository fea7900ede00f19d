"""The same platform as plain SimPy models, written as a user would: what the engine is held against."""
