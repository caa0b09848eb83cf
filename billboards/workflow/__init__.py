"""The doors: nothing else writes state."""
