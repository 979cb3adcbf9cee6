"""What runs beside the intake: chores of a tick, backups, retraining, search."""
