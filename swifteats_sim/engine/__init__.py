"""Virtual clock, random numbers with an address, stations and flows. Knows no food."""
