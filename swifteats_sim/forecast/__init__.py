"""What a stack must carry and what cannot hold, by arithmetic, before a single event."""
