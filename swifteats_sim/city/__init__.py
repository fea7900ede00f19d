"""The city on the engine: places, travel, demand, kitchens, and drivers whose position is a function of time."""
