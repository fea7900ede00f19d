"""The platform's rules without I/O: generators that yield effects. Imports nothing of ours, sees no clock."""
