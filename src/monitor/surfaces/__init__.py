"""Where people meet the product; nothing here decides."""
