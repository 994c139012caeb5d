"""Commands that measure speed and accuracy, each printing its table."""
