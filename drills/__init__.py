"""What `make trust` runs beside the tests: drills against a served site that is killed, filled up, flooded and restored."""
