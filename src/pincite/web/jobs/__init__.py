"""Long work as leased jobs that survive a killed process."""
