"""A rehearsal stage for a food-delivery platform: city and software stack on one virtual clock."""

__version__ = "0.1.0"
