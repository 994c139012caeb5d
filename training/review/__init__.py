"""What reviewers decided, learnt: rules and thresholds refitted to their decisions."""
