"""Page to words: extract, clean, language and masks."""
