"""A drill: the whole platform at work on real servers, all that it does written down, and a verdict on that."""
