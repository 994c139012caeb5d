"""Cross-article corroboration: copies, events, and where the articles of a batch support or contradict each other."""

from detector.corroboration.compare import corroborate
from detector.corroboration.findings import Contradiction, CopyGroup, Corroboration, Event, Quote, Support

__all__ = ["Contradiction", "CopyGroup", "Corroboration", "Event", "Quote", "Support", "corroborate"]
