"""Fixes from phones to Redis through a broker: who brings them there, a load of them measured, and predicted."""
