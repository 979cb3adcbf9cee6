"""Archives to entries: files of entries, of web pages (WARC), of saved feeds, read in bounded memory."""
