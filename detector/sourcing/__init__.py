"""Who says so, and when: roles, sources, times and the decision, sentence by sentence."""
