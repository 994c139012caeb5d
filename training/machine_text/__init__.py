"""The machine-text model: windows, fine-tuning, export, calibration and what it reaches."""
