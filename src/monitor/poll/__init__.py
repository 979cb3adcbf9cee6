"""One feed over time: when it is asked, which entries are new, whether it is well, what may be missing."""
