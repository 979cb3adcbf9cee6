"""What to watch and how: feeds.yaml, the settings of the installation, OPML."""
