"""The doors of the reports room, one module a kind of record; nothing else writes `state`."""
