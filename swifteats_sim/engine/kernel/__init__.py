"""The compiled loop of everything that only flows: the same programs over plain arrays, event by event."""
