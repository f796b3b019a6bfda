"""Recorded requests of every provider, right and wrong: what `scripts/record-verdicts` writes."""
