"""What happened: the append-only event log, its chain, its payloads and its proofs."""
