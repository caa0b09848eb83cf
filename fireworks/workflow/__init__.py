"""The doors of the fireworks ban, one module a kind of record; nothing else writes `state`."""
