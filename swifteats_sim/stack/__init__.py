"""The platform's software on the engine: records and locks, broker, effects, flows and consumers."""
