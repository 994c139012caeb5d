"""Artifact folders to verified, loaded models, and the thresholds that they are read with."""
