"""What the whole detector does on the corpora: rules, scores and contradictions."""
