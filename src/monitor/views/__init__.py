"""What we know now: disposable tables folded from the log."""
