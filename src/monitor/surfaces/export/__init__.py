"""Labelled stories in the forms other tools read: CSV, JSON lines, a labelled set, STIX 2.1 and MISP."""
