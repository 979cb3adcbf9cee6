"""Human judgement: queue, decisions, agreement and exports."""
