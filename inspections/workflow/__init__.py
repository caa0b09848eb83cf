"""The doors of the assessment, one module a kind of record; nothing else writes `state`."""
