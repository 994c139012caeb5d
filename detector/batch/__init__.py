"""Many articles to one file of results: in shards, by several processes, safe against a crash at any moment."""
