"""The one door to the permits: every change of state, by noun."""
