"""When things run: one tick, the scheduled service and the lock."""
