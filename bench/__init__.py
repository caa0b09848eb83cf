"""What `make bench` runs: each case beside its comparator in one process, ratios before seconds."""
