"""Somebody's text checked in the browser: pasted or uploaded, worked off as a job, kept as a report that its owner can share."""
