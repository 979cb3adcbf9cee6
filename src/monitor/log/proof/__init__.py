"""What proves the log: anchors, checkpoints, keys, judgement, receipts, and proofs of single events."""
