"""What has been ingested: tables, their indexes, the encoder; `store.Library` is the door."""
