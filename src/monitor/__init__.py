"""monitor watches public feeds for reports of alleged state-linked plots and keeps what it saw in an event log."""

__version__ = "0.1.0"
