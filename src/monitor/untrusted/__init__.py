"""What strangers send, made harmless: their letters, their markup, and a child process that can be killed."""
