"""How a report is read before any field: sentences, marks, focus, roles."""
