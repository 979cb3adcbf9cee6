"""What the views answer: each file asks one view, or two that belong together, and returns frozen values."""
